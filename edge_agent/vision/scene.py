"""What to count in a picture, independent of its size."""

from dataclasses import dataclass, field
from typing import Literal

from edge_agent.vision.geometry import Point, Segment

Anchor = Literal["centre", "foot"]


@dataclass(frozen=True, slots=True)
class Scene:
    """Lines and zones in shares of the picture's width and height (0–1).

    Attributes:
        lines: Name to x1, y1, x2, y2.
        zones: Name to the corners of a polygon.
        anchor: The point of a box that crosses: its centre, or the middle of its lower edge, which
            stands on the road and suits a camera that looks along it.
    """

    lines: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    zones: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    anchor: Anchor = "centre"

    def segments(self, width: float, height: float) -> dict[str, Segment]:
        """The lines in pixels of a picture of this size."""
        return {
            name: Segment((x1 * width, y1 * height), (x2 * width, y2 * height))
            for name, (x1, y1, x2, y2) in self.lines.items()
        }

    def polygons(self, width: float, height: float) -> dict[str, tuple[Point, ...]]:
        """The zones in pixels of a picture of this size."""
        return {
            name: tuple((x * width, y * height) for x, y in corners)
            for name, corners in self.zones.items()
        }


def direction_words(segment: Segment) -> tuple[str, str]:
    """What ``ab`` and ``ba`` look like on the screen, e.g. left_to_right and right_to_left."""
    right = segment.towards_right((1.0, 0.0))
    down = segment.towards_right((0.0, 1.0))
    if abs(right) >= abs(down):
        words = ("left_to_right", "right_to_left")
        return words if right > 0 else words[::-1]
    words = ("top_to_bottom", "bottom_to_top")
    return words if down > 0 else words[::-1]
