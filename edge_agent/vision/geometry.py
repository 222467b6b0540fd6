"""Plane geometry of the picture: x to the right, y down, pixels."""

from dataclasses import dataclass
from math import hypot

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Segment:
    """A line from ``a`` to ``b``; it has a left and a right side as seen walking that way."""

    a: Point
    b: Point

    def side(self, p: Point) -> float:
        """Signed distance in pixels from the infinite line: right positive, left negative."""
        dx, dy = self.b[0] - self.a[0], self.b[1] - self.a[1]
        return ((p[1] - self.a[1]) * dx - (p[0] - self.a[0]) * dy) / hypot(dx, dy)

    def towards_right(self, v: Point) -> float:
        """Part of a velocity that points from the left side to the right one."""
        dx, dy = self.b[0] - self.a[0], self.b[1] - self.a[1]
        return (v[1] * dx - v[0] * dy) / hypot(dx, dy)

    def met_by(self, p: Point, q: Point) -> float | None:
        """Where the path p→q meets this segment, as a share (0–1) of the path; None if nowhere.

        A path that begins on the line does not meet it: that meeting belonged to the path before.
        """
        before, after = self.side(p), self.side(q)
        if before == 0 or before * after > 0:
            return None
        share = before / (before - after)
        if not 0 <= self.along(between(p, q, share)) <= 1:
            return None
        return share

    def along(self, p: Point) -> float:
        """Foot of p on the line as a share of a→b."""
        dx, dy = self.b[0] - self.a[0], self.b[1] - self.a[1]
        return ((p[0] - self.a[0]) * dx + (p[1] - self.a[1]) * dy) / (dx * dx + dy * dy)


def between(p: Point, q: Point, share: float) -> Point:
    """The point at this share of the way from p to q."""
    return p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])


def inside(p: Point, polygon: tuple[Point, ...]) -> bool:
    """Whether p lies in a simple polygon (even-odd rule)."""
    result = False
    before = polygon[-1]
    for corner in polygon:
        if (corner[1] > p[1]) != (before[1] > p[1]):
            share = (p[1] - corner[1]) / (before[1] - corner[1])
            if p[0] < corner[0] + share * (before[0] - corner[0]):
                result = not result
        before = corner
    return result
