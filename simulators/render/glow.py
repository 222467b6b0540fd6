"""Light that lamps add to a picture, and the pools of headlights on the road."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render.cast import Cast
from edge_agent.simulators.render.solid import Colour
from edge_agent.simulators.render.view import Floats, View

Picture = NDArray[np.uint8]

_LARGEST = 90
POOL = 4
"""Pools are drawn this much smaller."""

_BEAMS = ((22.0, 4.6, 26), (13.0, 3.2, 52), (7.0, 2.1, 84))
"""Reach and width at its end, metres, and strength of 255."""


@lru_cache(maxsize=512)
def _sprite(radius: int, tall: int) -> NDArray[np.float32]:
    ys, xs = np.mgrid[-tall : tall + 1, -radius : radius + 1].astype(np.float32)
    away = np.sqrt((xs / radius) ** 2 + (ys / tall) ** 2)
    made = np.clip(1 - away, 0, 1) ** 2 * 0.45 + np.exp(-((away * 4.2) ** 2))
    return np.asarray(made, np.float32)


def add(
    picture: Picture,
    at: tuple[float, float],
    radius: float,
    colour: Colour,
    stretch: float = 1.0,
) -> None:
    """Add a glow; brighter than white stays white."""
    wide = min(_LARGEST, max(2, round(radius)))
    tall = min(2 * _LARGEST, max(2, round(radius * stretch)))
    x, y = round(at[0]) - wide, round(at[1]) - tall
    x1, y1 = max(0, x), max(0, y)
    x2, y2 = min(picture.shape[1], x + 2 * wide + 1), min(picture.shape[0], y + 2 * tall + 1)
    if x1 >= x2 or y1 >= y2:
        return
    part = _sprite(wide, tall)[y1 - y : y2 - y, x1 - x : x2 - x]
    light = (part[..., None] * np.array(colour, np.float32)).clip(0, 255).astype(np.uint8)
    area = picture[y1:y2, x1:x2]
    cv2.add(area, light, area)


def pools(view: View, casts: list[Cast]) -> Picture:
    """Light of all headlights on the road, 0…255, ``POOL`` times smaller than the picture."""
    room = np.zeros((-(-view.height // POOL), -(-view.width // POOL)), np.uint8)
    for reach, width, strength in _BEAMS:
        for cast in casts:
            if not any(lamp.kind == "head" for lamp in cast.solid.lamps):
                continue
            front = cast.foot[1:3].mean(axis=0)
            ux, uy = cast.heading
            half = float(np.hypot(*(cast.foot[2] - cast.foot[1]))) * 0.4
            side = np.array((-uy, ux))
            end = front + np.array((ux, uy)) * reach
            shape = np.array([front + side * half, front - side * half,
                              end - side * width / 2, end + side * width / 2])  # fmt: skip
            pixels = view.polygon(np.column_stack((shape, np.zeros(4))))
            if pixels is not None:
                fixed = np.clip(pixels / POOL, -4000, 4000).round().astype(np.int32)
                cv2.fillConvexPoly(room, fixed, strength)
    return np.asarray(cv2.GaussianBlur(room, (0, 0), 3.0), np.uint8)


def mirrored(points: Floats) -> Floats:
    """The same points below the road, as water shows them."""
    found: Floats = points * np.array((1.0, 1.0, -1.0))
    return found
