"""Paints the simulated road as a camera above its side sees it.

Small, but no cartoon: grain, structure and sensor noise give a background model something to do.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.world.strip import Strip, Vehicle

Picture = NDArray[np.uint8]

LEAN = 0.6
"""How much of a metre across the road, and of a metre of height, is seen."""
_NOISES = 7


class Painter:
    """Pictures of one road.

    Args:
        strip: The road.
        width: Pixels.
        height: Pixels.
        seed: Of texture and noise; the traffic has its own.
    """

    def __init__(self, strip: Strip, width: int, height: int, seed: int = 0) -> None:
        self.width, self.height = width, height
        self._length = strip.settings.length
        self._scale = width / self._length
        draw = np.random.default_rng(seed)
        self._road = self._paint_road(strip, draw)
        shape = (height, width, 1)
        self._noise = [
            np.repeat(draw.normal(0.0, 2.0, shape), 3, axis=2).astype(np.int16)
            for _ in range(_NOISES)
        ]
        self._frame = 0
        self._skins: dict[int, Picture] = {}

    def box(self, vehicle: Vehicle, t: float) -> tuple[float, float, float, float]:
        """Where its picture is, pixels, not clipped: x1, y1, x2, y2."""
        length, width, tall = vehicle.size
        x = vehicle.x(t, self._length) * self._scale
        foot = self._row(vehicle.y) + width / 2 * LEAN * self._scale
        head = foot - (width + tall) * LEAN * self._scale
        half = length / 2 * self._scale
        return x - half, head, x + half, foot

    def paint(self, vehicles: list[Vehicle], t: float) -> Picture:
        """The picture at second t, BGR."""
        picture = self._road.copy()
        here = set()
        for vehicle in sorted(vehicles, key=lambda one: one.y):  # the near ones hide the far ones
            here.add(vehicle.number)
            self._blit(picture, vehicle, self.box(vehicle, t))
        for number in self._skins.keys() - here:
            del self._skins[number]
        self._frame += 1
        noisy = picture.astype(np.int16) + self._noise[self._frame % _NOISES]
        result: Picture = np.clip(noisy, 0, 255).astype(np.uint8)
        return result

    def _row(self, y: float) -> float:
        return self.height / 2 + (y - self._middle) * LEAN * self._scale

    def _paint_road(self, strip: Strip, draw: np.random.Generator) -> Picture:
        own = strip.settings
        self._middle = strip.breadth() / 2
        coarse = draw.normal(0.0, 9.0, (self.height // 2 + 1, self.width // 2 + 1))
        grain = np.asarray(cv2.resize(coarse, (self.width, self.height)), float)
        road = np.full((self.height, self.width, 3), (92.0, 96.0, 96.0)) + grain[:, :, None]
        edge = round(strip.breadth() / 2 * LEAN * self._scale)
        half = self.height // 2
        road[: max(0, half - edge)] = (70.0, 105.0, 85.0) + grain[: max(0, half - edge), :, None]
        road[half + edge :] = (80.0, 100.0, 90.0) + grain[half + edge :, :, None]
        picture: Picture = np.clip(road, 0, 255).astype(np.uint8)
        for lane in range(1, 2 * own.lanes):
            row = round(self._row(lane * own.lane_width))
            solid = lane == own.lanes
            step = round(6 * self._scale)
            for x in range(0, self.width, step):
                end = self.width if solid else x + step // 2
                cv2.line(picture, (x, row), (end, row), (205, 210, 210), 2)
        return picture

    def _blit(
        self, picture: Picture, vehicle: Vehicle, box: tuple[float, float, float, float]
    ) -> None:
        skin = self._skins.get(vehicle.number)
        if skin is None:
            skin = self._skins[vehicle.number] = _skin(
                vehicle, max(3, round(box[2] - box[0])), max(3, round(box[3] - box[1]))
            )
        high, wide = skin.shape[:2]
        x, y = round(box[0]), round(box[3]) - high
        x1, y1 = max(x, 0), max(y, 0)
        x2, y2 = min(x + wide, self.width), min(y + high, self.height)
        if x1 >= x2 or y1 >= y2:
            return
        part = skin[y1 - y : y2 - y, x1 - x : x2 - x]
        solid = part[:, :, 3:] > 0
        target = picture[y1:y2, x1:x2]
        np.copyto(target, part[:, :, :3], where=solid)


def _skin(vehicle: Vehicle, wide: int, high: int) -> Picture:
    """BGRA picture of one vehicle, seen from the side and above."""
    draw = np.random.default_rng(vehicle.number)
    shade = 30 + 200 * vehicle.shade
    tint = draw.uniform(0.6, 1.0, 3)
    skin = np.zeros((high, wide, 4), np.uint8)
    body = tuple(float(value) for value in (*np.clip(shade * tint, 15, 245), 255.0))
    dark = (28.0, 26.0, 26.0, 255.0)
    if vehicle.kind == "motorbike":
        cv2.rectangle(skin, (0, round(high * 0.62)), (wide - 1, high - 1), dark, -1)
        cv2.rectangle(
            skin, (wide // 6, round(high * 0.5)), (wide - wide // 6, round(high * 0.8)), body, -1
        )
        centre = (wide // 2, round(high * 0.42))
        cv2.ellipse(skin, centre, (wide // 4, round(high * 0.4)), 0, 0, 360, body, -1)
        helmet = (*(float(value) for value in draw.uniform(40, 230, 3)), 255.0)
        cv2.circle(skin, (wide // 2, high // 8 + 1), max(2, high // 7), helmet, -1)
    else:
        cv2.rectangle(skin, (0, 0), (wide - 1, high - 1), body, -1)
        cv2.rectangle(
            skin, (wide // 8, high // 8), (wide - wide // 8, round(high * 0.45)), dark, -1
        )
        roof = tuple(min(255.0, value * 1.15) for value in body[:3])
        inner = (wide // 4, high // 10), (wide - wide // 4, round(high * 0.3))
        cv2.rectangle(skin, *inner, (*roof, 255.0), -1)
        cv2.rectangle(skin, (0, round(high * 0.85)), (wide - 1, high - 1), dark, -1)
    grain = draw.normal(0, 5, (high, wide, 1))
    skin[:, :, :3] = np.clip(skin[:, :, :3] + grain, 0, 255)
    if vehicle.way < 0:
        skin = np.ascontiguousarray(skin[:, ::-1])
    return skin
