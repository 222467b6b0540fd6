"""One plate found several times is one plate."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

Box = tuple[float, float, float, float]

_WITHIN = 0.75
"""Of the smaller box: a plate does not lie in another, a line of its text may seem to."""


class Scored(Protocol):
    """What has a box and a score."""

    @property
    def box(self) -> Box:
        """x1, y1, x2, y2."""

    @property
    def score(self) -> float:
        """0–1."""


T = TypeVar("T", bound=Scored)


def strongest(found: Sequence[T], overlap: float) -> list[T]:
    """Those that no better one covers, best first (greedy non-maximum suppression).

    Args:
        found: In any order.
        overlap: IoU above which two are the same; so is what lies within another.
    """
    kept: list[tuple[T, Box]] = []
    for one in sorted(found, key=lambda each: -each.score):
        box = one.box  # of a plate it is worked out anew each time
        if not any(_same(box, other, overlap) for _, other in kept):
            kept.append((one, box))
    return [one for one, _ in kept]


def iou(one: Box, other: Box) -> float:
    """Intersection over union, 0–1."""
    shared = _shared(one, other)
    return shared / (_area(one) + _area(other) - shared) if shared else 0.0


def _same(one: Box, other: Box, overlap: float) -> bool:
    within = _shared(one, other) > _WITHIN * min(_area(one), _area(other))
    return within or iou(one, other) > overlap


def _shared(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return wide * tall if wide > 0 and tall > 0 else 0.0


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
