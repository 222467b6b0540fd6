"""What to watch for strays, independent of the picture's size."""

from dataclasses import dataclass, field
from typing import Literal

from edge_agent.vision.geometry import Point, Segment


@dataclass(frozen=True, slots=True)
class StraySettings:
    """Where nothing should stand, and over which lines nobody should drive back.

    Attributes:
        stretches: Name to the corners of a polygon, shares of the picture.
        against: Line to the direction that nobody may take.
        stopped_s: Seconds for which a vehicle must stand.
        object_s: Seconds for which a thing must lie.
    """

    stretches: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    against: dict[str, Literal["ab", "ba"]] = field(default_factory=dict)
    stopped_s: float = 20.0
    object_s: float = 40.0

    def polygons(self, width: float, height: float) -> dict[str, tuple[Point, ...]]:
        """The stretches in pixels of a picture of this size."""
        return {
            name: tuple((x * width, y * height) for x, y in corners)
            for name, corners in self.stretches.items()
        }


@dataclass(frozen=True, slots=True)
class OneWay:
    """A line, and which way over it nobody may drive.

    Attributes:
        way: 1 when the forbidden way leads to the line's right side, -1 when to its left.
    """

    name: str
    segment: Segment
    way: int
