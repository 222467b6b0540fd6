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
    """What is left of detections; those with scores below ``least`` are left out as well."""
    order = np.argsort(-found.scores, kind="stable")
    order = order[: np.count_nonzero(found.scores >= least)]
    boxes, classes = found.boxes[order], found.classes[order]
    kept = np.ones(len(order), bool)
    # In order of score: what is left out itself leaves nobody out.
    for better, worse in _within(np.ascontiguousarray(boxes.T)):
        if kept[better] and _TWO_WHEELED[classes[better]] == _TWO_WHEELED[classes[worse]]:
            kept[worse] = False
    return Detections(boxes[kept], found.scores[order][kept], classes[kept])


def _within(edges: Floats) -> list[tuple[int, int]]:
    """Pairs of boxes (4×N, best first), the better one first, that share most of the smaller."""
    outer, inner = _centred(edges)
    one, other = edges[:, outer], edges[:, inner]
    width, height = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    sizes = edges[2:] - edges[:2]
    areas = sizes[0] * sizes[1]
    found = width * height > WITHIN * np.minimum(areas[outer], areas[inner])
    pairs = np.stack((outer[found], inner[found]))
    pairs.sort(axis=0)
    return sorted(zip(*pairs.tolist(), strict=True))


def _centred(edges: Floats) -> tuple[Ints, Ints]:
    """Pairs of boxes of which the second has its middle in the first.

    Who shares most of a box has its middle; along the sorted middles few are asked for the rest.
    """
    across, down = (edges[:2] + edges[2:]) / 2
    order = np.argsort(across)
    first, end = np.searchsorted(across[order], edges[::2])
    count = end - first
    outer = np.repeat(np.arange(len(count)), count)
    inner = order[np.arange(len(outer)) + np.repeat(first + count - count.cumsum(), count)]
    middle = down[inner]
    held = (edges[1, outer] < middle) & (middle < edges[3, outer]) & (outer != inner)
    return outer[held], inner[held]
