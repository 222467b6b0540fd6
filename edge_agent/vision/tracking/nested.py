"""One vehicle, one box: a detector's second box within a better one of the same vehicle goes.

Suppression by overlap (IoU) keeps a box that is wholly inside a much larger one: the front of a
bus, a rider without the wheels. Two vehicles of the same kind seldom show so: of 10 000 boxes that
people drew at Vietnamese junctions one in a hundred lies so far within another. A
motorbike before a bus is another kind, and stays.

A wheel of a car is taken for a motorbike now and then. A true one that shows before a car is more
than half as high as the car's box, or stands nearer than the car: its foot is not higher. Beside a
bus or a lorry a true one may be as small a part of the box as a wheel is; there it tells how high
riders are who stand in that row of the picture.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from edge_agent.device.readings import VehicleClass
from edge_agent.vision.frame import CLASSES, UNKNOWN, Detections, Floats, Ints

Heights = Callable[[Floats], Floats]
"""Of two-wheelers whose feet are in these rows, pixels; 0 where nobody knows."""

WITHIN = 0.7
"""Share of the smaller box that lies in the other."""
_WHEEL_WITHIN, _WHEEL_HEIGHT, _WHEEL_AREA, _WHEEL_FOOT = 0.5, 0.5, 0.12, 0.03
"""Of a wheel's box: share in the car's; share of the car's height, of its area; and how far its
foot is above the car's at least, car's heights."""
_WHEEL_USUAL = 0.72
"""Such a box that is less than so many riders high is a wheel in any vehicle, not in cars alone."""
TWO_WHEELED = np.array([one in {VehicleClass.MOTORBIKE, VehicleClass.BICYCLE} for one in CLASSES])
_CAR = CLASSES.index(VehicleClass.CAR)


def outermost(found: Detections, least: float, usual: Heights | None = None) -> Detections:
    """What is left of detections; those that score below ``least`` or have no area go as well.

    Args:
        found: Of one frame.
        least: Score below which one goes.
        usual: How high two-wheelers are in this picture, as far as it is known.
    """
    order = np.argsort(-found.scores, kind="stable")
    order = order[: np.count_nonzero(found.scores >= least)]
    order = order[(found.boxes[order, 2:] > found.boxes[order, :2]).all(axis=1)]
    best = Detections(
        found.boxes.take(order, axis=0), found.scores.take(order), found.classes.take(order)
    )
    edges = np.ascontiguousarray(best.boxes.T)
    better, worse, shares = _sharing(edges)
    if not len(better):
        return best
    two = TWO_WHEELED[best.classes]
    gone = shares > WITHIN
    mixed = (two[better] != two[worse]).nonzero()[0]
    if len(mixed):
        outer, inner = better[mixed], worse[mixed]
        wheels = _wheels(best.classes[outer], edges[:, outer], edges[:, inner], usual)
        gone[mixed] = two[inner] & wheels
    if not gone.any():
        return best
    kept = [True] * len(order)
    # In order of score: what is left out itself leaves nobody out.
    for one, other in sorted(zip(better[gone].tolist(), worse[gone].tolist(), strict=True)):
        if kept[one]:
            kept[other] = False
    left = np.array(kept)
    return Detections(best.boxes[left], best.scores[left], best.classes[left])


def _wheels(kinds: Ints, outer: Floats, boxes: Floats, usual: Heights | None) -> NDArray[np.bool_]:
    """Whether boxes (4×N) in those of vehicles of these kinds are too small and too high up."""
    width, height = outer[2:] - outer[:2]
    own = boxes[2:] - boxes[:2]
    small = (own[1] < _WHEEL_HEIGHT * height) & (own[0] * own[1] < _WHEEL_AREA * width * height)
    higher = outer[3] - boxes[3] > _WHEEL_FOOT * height
    wheel = kinds == _CAR
    if usual is not None:
        wheel |= (kinds != UNKNOWN) & (own[1] < _WHEEL_USUAL * usual(boxes[3]))
    return np.asarray(small & higher & wheel)


def _sharing(edges: Floats) -> tuple[Ints, Ints, Floats]:
    """Pairs of boxes (4×N, best first) that share more than half of the smaller, and how much.

    The better one comes first.
    """
    outer, inner = _centred(edges)
    one, other = edges.take(outer, axis=1), edges.take(inner, axis=1)
    width, height = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    size, others = one[2:] - one[:2], other[2:] - other[:2]
    shares = width * height / np.minimum(size[0] * size[1], others[0] * others[1])
    found = shares > _WHEEL_WITHIN
    outer, inner = outer[found], inner[found]
    return np.minimum(outer, inner), np.maximum(outer, inner), shares[found]


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
