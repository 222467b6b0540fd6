"""A drawn road by day, ten frames a second, on which things stand, lie and drive."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.clock import Stamp
from edge_agent.device.readings import VehicleClass
from edge_agent.vision.frame import CLASSES, Detections, Frame, framed

FPS = 5
HEIGHT, WIDTH = 180, 320
Light = Callable[[float], float]


@dataclass(frozen=True)
class Drawn:
    """A textured box that goes along a path: at each of these seconds it is there (x, y).

    No detector finds what has no ``kind``.
    """

    path: tuple[tuple[float, float, float], ...]
    size: tuple[int, int] = (44, 24)
    level: int = 200
    kind: VehicleClass | None = VehicleClass.CAR
    score: float = 0.9

    def box(self, t: float) -> tuple[float, float, float, float] | None:
        """Where it is seen; None where it is not."""
        corner = self.at(t)
        if corner is None:
            return None
        (x, y), (width, height) = corner, self.size
        left, right = max(0.0, x), min(float(WIDTH), x + width)
        return (left, y, right, y + height) if right - left > width / 4 else None

    def at(self, t: float) -> tuple[float, float] | None:
        """Its upper left corner; None before and after."""
        times = [when for when, _, _ in self.path]
        if not times[0] <= t <= times[-1]:
            return None
        return (
            float(np.interp(t, times, [x for _, x, _ in self.path])),
            float(np.interp(t, times, [y for _, _, y in self.path])),
        )


def film(seconds: float, *drawn: Drawn, light: Light = lambda _: 1.0) -> Iterator[Frame]:
    """Frames of a grey road with a line on it."""
    draw = np.random.default_rng(5)
    road = draw.normal(105, 6, (HEIGHT, WIDTH))
    road[88:92] += 60
    noises = [draw.normal(0, 3, road.shape) for _ in range(7)]
    skins = [one.level + draw.normal(0, 12, (one.size[1], one.size[0])) for one in drawn]
    for index in range(round(seconds * FPS)):
        t = index / FPS
        plane = road + noises[index % len(noises)]
        for one, skin in zip(drawn, skins, strict=True):
            corner = one.at(t)
            if corner is not None:
                _put(plane, skin, round(corner[0]), round(corner[1]))
        picture = np.clip(plane * light(t), 0, 255).astype(np.uint8)
        yield framed(picture, t, Stamp(1000 + round(t * 1000), round(t * 1e9)))


class Told:
    """A detector that is told what is drawn."""

    def __init__(self, *drawn: Drawn) -> None:
        self._drawn = drawn

    def detect(self, frame: Frame) -> Detections:
        found = [
            (box, one.kind, one.score)
            for one in self._drawn
            if one.kind and (box := one.box(frame.t))
        ]
        if not found:
            return Detections.none()
        return Detections(
            np.array([box for box, _, _ in found]),
            np.array([score for _, _, score in found]),
            np.array([CLASSES.index(kind) for _, kind, _ in found]),
        )

    def cut(self) -> bool:
        return False


def _put(plane: NDArray[np.float64], skin: NDArray[np.float64], x: int, y: int) -> None:
    height, width = skin.shape
    x1, y1 = max(0, x), max(0, y)
    x2, y2 = min(plane.shape[1], x + width), min(plane.shape[0], y + height)
    if x1 < x2 and y1 < y2:
        plane[y1:y2, x1:x2] = skin[y1 - y : y2 - y, x1 - x : x2 - x]


def passing(begins: float, y: float = 120, speed: float = 100) -> Drawn:
    """A vehicle that drives through from the left."""
    return Drawn(((begins, -50, y), (begins + 420 / speed, 370, y)))
