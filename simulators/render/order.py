"""Who hides whom: the order in which to paint."""

from collections.abc import Sequence

import numpy as np

from edge_agent.simulators.render.cast import Cast
from edge_agent.simulators.render.view import Floats

_LONG_M = 3.0


def back_to_front(casts: Sequence[Cast], eye: Floats) -> list[Cast]:
    """Those that may hide others last.

    By distance of their middles, corrected where boxes meet and one is long: then the side of a
    long one's rectangle on the ground that separates the two decides.
    """
    far_first = sorted(casts, key=lambda cast: -cast.away)
    count = len(far_first)
    if not count:
        return []
    boxes = np.array([cast.box for cast in far_first])
    meet = (
        (boxes[:, None, 0] < boxes[None, :, 2])
        & (boxes[None, :, 0] < boxes[:, None, 2])
        & (boxes[:, None, 1] < boxes[None, :, 3])
        & (boxes[None, :, 1] < boxes[:, None, 3])
    )
    tiny = np.array([cast.tiny for cast in far_first])
    meet &= ~(tiny[:, None] | tiny[None, :])  # far off, distance alone is right enough
    length = [float(np.hypot(*(cast.foot[1] - cast.foot[0]))) for cast in far_first]
    wide = [float(np.hypot(*(cast.foot[2] - cast.foot[1]))) for cast in far_first]
    after: list[set[int]] = [set() for _ in range(count)]
    waits = [0] * count
    for one, other in np.argwhere(np.triu(meet, 1)).tolist():
        first, second = one, other
        if max(length[one], length[other], wide[one], wide[other]) > _LONG_M and _hides(
            far_first[one], far_first[other], eye
        ):
            first, second = other, one
        after[first].add(second)
        waits[second] += 1
    return _sorted(far_first, after, waits)


def _hides(one: Cast, other: Cast, eye: Floats) -> bool:
    """Whether ``one`` stands before ``other``, as some side of either's rectangle tells."""
    for here, there, answer in ((one, other, True), (other, one, False)):
        middle = here.foot.mean(axis=0)
        for index in range(4):
            start, end = here.foot[index], here.foot[(index + 1) % 4]
            normal = np.array((end[1] - start[1], start[0] - end[0]))
            if normal @ (middle - start) > 0:
                normal = -normal
            beyond = (there.foot - start) @ normal
            if (beyond >= -0.05 * np.hypot(*normal)).all():
                watched = (eye[:2] - start) @ normal > 0
                return not answer if watched else answer
    return False


def _sorted(casts: list[Cast], after: list[set[int]], waits: list[int]) -> list[Cast]:
    """Kahn's order; where three hide each other in a ring, distance decides."""
    left = list(range(len(casts)))
    found = []
    while left:
        chosen = next((index for index in left if waits[index] == 0), left[0])
        left.remove(chosen)
        found.append(casts[chosen])
        for second in after[chosen]:
            waits[second] -= 1
    return found
