"""Boxes against boxes: overlap, who matches whom, average precision."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
"""N×4, x1 y1 x2 y2 in pixels."""
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

LEAST = 0.5
"""Intersection over union from which two boxes are of one thing."""
NOTHING = -1


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found in one picture against its truth.

    Attributes:
        scores: N, of the finds.
        right: N, a judged truth has been matched.
        judged: N, right or wrong; the others are neither.
        partner: N, which truth each find has matched, judged or not; ``NOTHING``.
        missed: Which judged truth nothing has matched.
        truths: How much truth is judged.
    """

    scores: Floats
    right: Flags
    judged: Flags
    partner: Ints
    missed: Ints
    truths: int


def overlap(one: Boxes, other: Boxes) -> Floats:
    """Intersection over union, N×M."""
    shared = _shared(one, other)
    union = _area(one)[:, None] + _area(other)[None, :] - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))


def covered(boxes: Boxes, regions: Boxes) -> Floats:
    """Share of each box that lies in that region which has most of it, N; 0 without regions."""
    if not len(regions):
        return np.zeros(len(boxes))
    most = _shared(boxes, regions).max(axis=1)
    area = _area(boxes)
    return np.asarray(np.divide(most, area, out=np.zeros_like(most), where=area > 0))


def match(found: Boxes, scores: Floats, truth: Boxes, unjudged: Flags, forgiven: Flags) -> Matches:
    """Let the surest find choose first, each the truth that it overlaps most and nobody has.

    What matches only unjudged truth, and what matches nothing but is forgiven, is neither right nor
    wrong. An unjudged truth may be matched many times: nobody counted what is in there.

    Args:
        found: N×4.
        scores: N.
        truth: M×4.
        unjudged: M.
        forgiven: N.
    """
    overlaps = overlap(found, truth)
    free = ~unjudged
    right, judged = np.zeros(len(found), np.bool_), np.ones(len(found), np.bool_)
    partner = np.full(len(found), NOTHING, np.int64)
    for index in np.argsort(-scores, kind="stable"):
        for candidates in (free, unjudged):
            fitting = np.where(candidates, overlaps[index], 0.0)
            if len(fitting) and fitting.max() >= LEAST:
                partner[index] = int(fitting.argmax())
                break
        if partner[index] == NOTHING:
            judged[index] = not forgiven[index]
        elif unjudged[partner[index]]:
            judged[index] = False
        else:
            right[index] = True
            free[partner[index]] = False
    missed = np.flatnonzero(free)
    return Matches(scores, right, judged, partner, missed, int((~unjudged).sum()))


def average_precision(matches: list[Matches]) -> float | None:
    """Area under the monotone precision-recall curve of all pictures; None without truth."""
    truths = sum(one.truths for one in matches)
    if truths == 0:
        return None
    scores = np.concatenate([one.scores[one.judged] for one in matches])
    right = np.concatenate([one.right[one.judged] for one in matches])
    right = right[np.argsort(-scores, kind="stable")]
    hits = np.cumsum(right)
    recall = np.concatenate(([0.0], hits / truths))
    precision = np.concatenate((hits / np.arange(1, len(hits) + 1), [0.0]))
    precision = np.maximum.accumulate(precision[::-1])[::-1][: len(hits)]
    return float(np.sum(np.diff(recall) * precision))


def _shared(one: Boxes, other: Boxes) -> Floats:
    corner = np.maximum(one[:, None, :2], other[None, :, :2])
    opposite = np.minimum(one[:, None, 2:], other[None, :, 2:])
    return np.asarray(np.prod(np.clip(opposite - corner, 0, None), axis=2))


def _area(boxes: Boxes) -> Floats:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))
