"""What the lens, the weather before it and the sensor behind it add to a picture."""

from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render.light import Light

Picture = NDArray[np.uint8]

_ROOM = 61
_STREAKS = 420


class Sensor:
    """Adds grain, vignetting, softness and rain, the same for the same moment.

    Args:
        width: Pixels.
        height: Pixels.
        lit: Light; its noise.
        seed: Of grain and rain.
        rain: Whether it rains.
    """

    def __init__(self, width: int, height: int, lit: Light, seed: int, *, rain: bool) -> None:
        self._size = width, height
        self._seed = seed
        draw = np.random.default_rng([seed, 3])
        grain = draw.normal(0, lit.noise, (height + _ROOM, width + _ROOM, 3))
        grain = 0.7 * grain + 0.7 * draw.normal(0, lit.noise, (height + _ROOM, width + _ROOM, 1))
        self._more = np.clip(grain, 0, 255).astype(np.uint8)
        self._less = np.clip(-grain, 0, 255).astype(np.uint8)
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
        square = ((xs - width / 2) ** 2 + (ys - height / 2) ** 2) / (width**2 / 4)
        shade = 255 * (1 - 0.16 * square)
        self._lens = np.repeat(np.clip(shade, 120, 255).astype(np.uint8)[..., None], 3, axis=2)
        self._rain = _streaks(width, height, draw, lit) if rain else None

    def expose(self, picture: Picture, utc_ms: int) -> Picture:
        """The picture as the sensor has it; ``picture`` is used up."""
        width, height = self._size
        chance = Random(f"{self._seed}/{utc_ms}")
        if self._rain is not None:
            x, y = chance.randrange(width), chance.randrange(height)
            drops = self._rain[y : y + height, x : x + width]
            cv2.add(picture, cv2.merge((drops, drops, drops)), picture)
        soft = np.asarray(cv2.GaussianBlur(picture, (3, 3), 0.55), np.uint8)
        cv2.multiply(soft, self._lens, soft, 1 / 255)
        x, y = chance.randrange(_ROOM), chance.randrange(_ROOM)
        cv2.add(soft, self._more[y : y + height, x : x + width], soft)
        x, y = chance.randrange(_ROOM), chance.randrange(_ROOM)
        cv2.subtract(soft, self._less[y : y + height, x : x + width], soft)
        return soft


def _streaks(width: int, height: int, draw: np.random.Generator, lit: Light) -> Picture:
    """Falling drops, twice as wide and high as the picture, so that a window shows others."""
    room = np.zeros((2 * height, 2 * width), np.uint8)
    bright = 34 + 60 * max(lit.ambient)
    for _ in range(_STREAKS * 4):
        x, y = draw.uniform(0, 2 * width), draw.uniform(0, 2 * height)
        near = draw.uniform(0.2, 1.0) ** 2
        long = (0.02 + 0.09 * near) * height
        ends = (round(x), round(y)), (round(x - 0.12 * long), round(y + long))
        value = bright * draw.uniform(0.35, 1.0)
        cv2.line(room, *ends, value, 1 if near < 0.6 else 2, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(room, (3, 5), 0), np.uint8)
