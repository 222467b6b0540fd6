"""A site: its network and the hardware beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt
from typing import Literal

from edge_agent.simulators.world.network import Lane, Network
from edge_agent.simulators.world.signal_plan import Plan

EYE_LEVEL_M = 0.9
"""Height at which a camera's picture of plates is measured."""


@dataclass(frozen=True, slots=True)
class ControllerAt:
    """A signal controller and the plan that it runs; detectors beyond those that its plan uses."""

    name: str
    plan: Plan
    detectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CameraAt:
    """A camera with its calibrated pose: a pinhole without distortion, level horizon.

    Attributes:
        x: Metres east, likewise y north and z up.
        look: Point on the ground in the middle of its picture, x and y.
        focal: Focal length, pixels at the full picture size.
        size: Width and height of the picture, pixels.
        lines: Counting lines in its picture: name to the two ends on the ground, so that traffic
            of direction ``ab`` goes from the line's left to its right.
        lanes: The parts of its counting lines that lie across one lane each, named after line and
            lane: ``arrive-2``.
        plates: It is aimed at plates.
        lane: Of one lane, whose number this is; 0 for a camera that watches all.
    """

    name: str
    x: float
    y: float
    z: float
    look: tuple[float, float]
    focal: int
    size: tuple[int, int] = (1280, 720)
    lines: dict[str, tuple[tuple[float, float], tuple[float, float]]] = field(default_factory=dict)
    plates: bool = False
    lane: int = 0
    lanes: dict[str, tuple[tuple[float, float], tuple[float, float]]] = field(default_factory=dict)

    def pixels(self, x: float, y: float) -> int:
        """Width of one metre across the view at a point above the road, pixels."""
        dx, dy, dz = x - self.x, y - self.y, self.z - EYE_LEVEL_M
        return int(self.focal / sqrt(dx * dx + dy * dy + dz * dz))


def across(
    line: str, lanes: Sequence[Lane], place: Callable[[float], tuple[float, float]]
) -> dict[str, tuple[tuple[float, float], tuple[float, float]]]:
    """A counting line, lane by lane; where lanes leave a gap the border is in its middle.

    Args:
        line: Its name.
        lanes: From the kerb on.
        place: Point on the ground at a distance from the kerb.
    """
    borders = [lanes[0].low, *((a.high + b.low) / 2 for a, b in pairwise(lanes)), lanes[-1].high]
    return {
        f"{line}-{lane.number}": (place(low), place(high))
        for lane, (low, high) in zip(lanes, pairwise(borders), strict=True)
    }


@dataclass(frozen=True, slots=True)
class AntennaAt:
    """An antenna of a tag reader."""

    name: str
    reader: str
    port: int
    lane: int


@dataclass(frozen=True, slots=True)
class StationAt:
    """A weigh-in-motion station over these lanes."""

    name: str
    lanes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that stands still.

    Attributes:
        guards: Further cameras, that watch stop lines.
    """

    name: Literal["junction", "toll-plaza", "weigh-station"]
    network: Network
    controllers: tuple[ControllerAt, ...] = ()
    cameras: tuple[CameraAt, ...] = ()
    antennas: tuple[AntennaAt, ...] = ()
    weighing: tuple[StationAt, ...] = ()
    cabinet: str = "cab1"
    guards: tuple[CameraAt, ...] = ()
