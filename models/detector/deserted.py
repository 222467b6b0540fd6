"""Pieces of road with nobody on it, as large as the picture.

A net that knows lorries that fill a picture, and roads only from afar and as cameras over junctions
look along them, takes bare asphalt close by for one of these.
"""

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.random import Generator
from numpy.typing import NDArray

from edge_agent.models.detector.labels import Lesson

SHARE = 0.25
"""Of whole frames."""
_PIECE = (0.1, 0.8)  # of a picture's width
_ASKEW = 0.5  # share of pieces seen from another side
_PULL = 0.35  # of a side, by which a corner is drawn in at most


def place(lesson: Lesson, size: tuple[int, int], chance: Generator) -> NDArray[np.float64] | None:
    """Corners of a place that no label touches, in the shape of ``size``; None if it is none."""
    shape = np.array(size)
    first = np.array((0.0, max(lesson.above_y, 0.0)))
    sides = chance.uniform(*_PIECE) * lesson.size[0] * shape / shape[0]
    room = lesson.size - sides - first
    if not lesson.whole or room.min() < 0:
        return None
    low = first + chance.uniform(0, room)
    taken = np.concatenate((lesson.boxes, lesson.ignore))
    if ((taken[:, :2] < low + sides) & (taken[:, 2:] > low)).all(1).any():
        return None
    return np.array((low, low + sides))


def enlarged(piece: MatLike, size: tuple[int, int], chance: Generator) -> MatLike:
    """A piece as large as the input, half of them as if seen from another side."""
    if chance.random() >= _ASKEW:
        return cv2.resize(piece, size)
    high, wide = piece.shape[:2]
    corners = np.array(((0, 0), (1, 0), (1, 1), (0, 1)), np.float32)
    inward = np.where(corners > 0, -1, 1) * chance.uniform(0, _PULL, (4, 2))
    seen = np.roll((corners + inward) * (wide, high), int(chance.integers(4)), 0)
    move = cv2.getPerspectiveTransform(seen.astype(np.float32), (corners * size).astype(np.float32))
    return cv2.warpPerspective(piece, move, size, borderMode=cv2.BORDER_REFLECT)
