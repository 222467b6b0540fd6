"""Lines on the ground, in metres: x to the east, y to the north."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

Point = tuple[float, float]

_ARC_PIECES = 24


class Path:
    """A polyline measured by its length.

    Attributes:
        length: Metres from the first point to the last.
        points: The corners.
    """

    __slots__ = ("_marks", "_units", "length", "points")

    def __init__(self, points: Sequence[Point]) -> None:
        self.points = tuple(points)
        marks = [0.0]
        units = []
        for (x1, y1), (x2, y2) in pairwise(self.points):
            dx, dy = x2 - x1, y2 - y1
            size = sqrt(dx * dx + dy * dy)
            marks.append(marks[-1] + size)
            units.append((dx / size, dy / size))
        self._marks = marks
        self._units = units
        self.length = marks[-1]

    def at(self, s: float, left: float = 0.0) -> tuple[float, float, float, float]:
        """Point at ``s`` metres along, ``left`` metres beside, and the direction there.

        Before the start and beyond the end the first and last piece go straight on.

        Returns:
            x, y, and the unit vector ux, uy of travel.
        """
        piece = min(max(bisect_right(self._marks, s) - 1, 0), len(self._units) - 1)
        x, y = self.points[piece]
        ux, uy = self._units[piece]
        along = s - self._marks[piece]
        return x + ux * along - uy * left, y + uy * along + ux * left, ux, uy


def turned(point: Point, quarters: int) -> Point:
    """The point turned about the origin by quarter circles, counter-clockwise."""
    x, y = point
    for _ in range(quarters % 4):
        x, y = -y, x
    return x, y


def quarter(start: Point, end: Point, *, left: bool) -> list[Point]:
    """A quarter circle between two points on the sides of a square.

    Drawn by the rational half-angle form, which needs no sine.

    Args:
        start: Where it begins, travelling north.
        end: Where it ends, travelling west (``left``) or east.
        left: Which way it bends.
    """
    (x1, y1), (x2, y2) = start, end
    points = []
    for piece in range(_ARC_PIECES + 1):
        t = piece / _ARC_PIECES
        across = (1 - t * t) / (1 + t * t)  # cosine of the angle travelled
        along = 2 * t / (1 + t * t)  # its sine
        points.append((x2 + (x1 - x2) * across, y1 + (y2 - y1) * along))
    if left == (x2 > x1):
        raise ValueError("an arc that bends left ends west of its start")
    return points
