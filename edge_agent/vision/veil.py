"""Makes a picture so coarse, where it must be, that nobody can read a plate or know a face in it.

Unlike ``mask``, which hides everybody for good in evidence, this is for people who look at a camera
now: they must still see what a vehicle is, where it stands, and whether the lens is sharp. So each
vehicle is shown in few squares, too few for the characters of a plate on it.
"""

from collections.abc import Iterable
from math import ceil

import cv2
from cv2.typing import MatLike

from edge_agent.device.pictures import Box

_VEHICLE = 32
"""Squares across a vehicle. A plate is a fifth of its vehicle's width, at most a third: its eight
characters lie on ten squares."""
_PLATE = 4
WHOLE, WHOLE_CLOSE = 320, 160
"""Squares across a picture in which standing vehicles are not found; the second where a camera is
near enough to read plates. Of 29 plates up to 212 pixels wide in 1280 our reader read 28 in the
plain picture of 640, 5 in 320 squares, none in 200, and none through any vehicle's veil."""
_ROOM, _HEAD = 0.1, 0.3
"""Of its size a box is grown: the tracker's are not exact; upwards by more, for riders' heads."""


def veiled(
    picture: MatLike, vehicles: Iterable[Box], plates: Iterable[Box], *, whole: int | None = None
) -> MatLike:
    """A copy for everybody.

    Args:
        picture: Grey, or blue green red.
        vehicles: Where the tracker has them, pixels.
        plates: Where plates were found in it.
        whole: Squares across for all else, where vehicles may stand of which nobody knows.
    """
    height, width = picture.shape[:2]
    out = picture.copy()
    if whole is not None:
        _coarsen(out, (0, 0, width, height), whole)
    for box in vehicles:
        _coarsen(out, _grown(box, _HEAD), _VEHICLE)
    for box in plates:
        _coarsen(out, _grown(box), _PLATE)
    return out


def _coarsen(out: MatLike, box: Box, across: int) -> None:
    """Show this part in so many squares from side to side, unless it has fewer pixels."""
    height, width = out.shape[:2]
    x1, y1, x2, y2 = box
    cell = (x2 - x1) / across
    x1, y1, x2, y2 = max(0, x1), max(0, y1), min(width, x2), min(height, y2)
    if cell <= 1 or x1 >= x2 or y1 >= y2:
        return
    part = out[y1:y2, x1:x2]
    few = max(1, round((x2 - x1) / cell)), max(1, round((y2 - y1) / cell))
    small = cv2.resize(part, few, interpolation=cv2.INTER_AREA)
    out[y1:y2, x1:x2] = cv2.resize(small, (x2 - x1, y2 - y1), interpolation=cv2.INTER_NEAREST)


def _grown(box: Box, above: float = _ROOM) -> Box:
    x1, y1, x2, y2 = box
    across, up, down = ceil(_ROOM * (x2 - x1)), ceil(above * (y2 - y1)), ceil(_ROOM * (y2 - y1))
    return x1 - across, y1 - up, x2 + across, y2 + down
