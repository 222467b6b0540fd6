"""One vehicle, one box: a detector's second box within a better one of the same vehicle goes.

Suppression by overlap (IoU) keeps a box that is wholly inside a much larger one: the front of a
bus, a rider without the wheels. Two vehicles of the same kind seldom show so: of 10 000 boxes that
people drew at Vietnamese junctions one in a hundred lies so far within another. A
motorbike before a bus is another kind, and stays.
"""

import numpy as np

from edge_agent.device.readings import VehicleClass
from edge_agent.vision.frame import CLASSES, Detections, Floats, Ints

WITHIN = 0.7
"""Share of the smaller box that lies in the other."""
_TWO_WHEELED = np.array([one in {VehicleClass.MOTORBIKE, VehicleClass.BICYCLE} for one in CLASSES])


def outermost(found: Detections, least: float) -> Detections:
    """What is left of detections; those that score below ``least`` or have no area go as well."""
    order = np.argsort(-found.scores, kind="stable")
    order = order[: np.count_nonzero(found.scores >= least)]
    order = order[(found.boxes[order, 2:] > found.boxes[order, :2]).all(axis=1)]
    best = Detections(
        found.boxes.take(order, axis=0), found.scores.take(order), found.classes.take(order)
    )
    pairs = _within(np.ascontiguousarray(best.boxes.T))
    if not pairs:
        return best
    kept = [True] * len(order)
    two_wheeled = _TWO_WHEELED[best.classes].tolist()
    # In order of score: what is left out itself leaves nobody out.
    for better, worse in pairs:
        if kept[better] and two_wheeled[better] == two_wheeled[worse]:
            kept[worse] = False
    left = np.array(kept)
    return Detections(best.boxes[left], best.scores[left], best.classes[left])


def _within(edges: Floats) -> list[tuple[int, int]]:
    """Pairs of boxes (4×N, best first), the better one first, that share most of the smaller."""
    outer, inner = _centred(edges)
    if not len(outer):
        return []
    one, other = edges.take(outer, axis=1), edges.take(inner, axis=1)
    width, height = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    size, others = one[2:] - one[:2], other[2:] - other[:2]
    found = width * height > WITHIN * np.minimum(size[0] * size[1], others[0] * others[1])
    better, worse = np.minimum(outer, inner)[found], np.maximum(outer, inner)[found]
    return sorted(zip(better.tolist(), worse.tolist(), strict=True))


def _centred(edges: Floats) -> tuple[Ints, Ints]:
    """Pairs of boxes of which the second has its middle in the first.

    Who shares most of a box has its middle, so few pairs are asked for the rest; single precision
    and truth values make it quick to ask everybody for this.
    """
    coarse = edges.astype(np.float32)
    middle = (coarse[:2] + coarse[2:]) / 2
    half = (middle - coarse[:2])[:, :, None]
    across, down = np.abs(middle[:, None] - middle[:, :, None]) < half
    held = across & down
    np.fill_diagonal(held, val=False)
    return np.divmod(held.ravel().nonzero()[0], held.shape[1])
