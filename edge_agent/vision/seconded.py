"""Motion as the network's witness: what it hesitates about and what moves as one is a vehicle.

On a view that it never learned a network is unsure of vehicles that are plain to see, and as unsure
of arrows on the road. The arrows do not move. So where a blob of motion lies on a doubtful find and
on no sure one, the find is believed, with the blob's box; what stands still stays doubtful, and
what moves without the network's doubt (shadows, headlights) stays nothing.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.frame import UNKNOWN, Detections, Floats, Frame
from edge_agent.vision.motion import MotionDetector

SURE = 0.5
"""Score from which a find needs no witness."""
DOUBTFUL = 0.25
"""Score from which a witness is heard."""
BELIEVED = 0.6
"""Score of a find that was seconded."""
_NAMED = 0.4
"""Score below which a find that was seconded says that there is a vehicle, but not which."""
_ALIKE = 0.4
"""Overlap (IoU) of a find and a blob that may be one vehicle."""
_WITHIN = 0.5
_SOLID = 0.8
"""Score of a blob that fills its box, as ``motion`` gives it: half of it."""


class Witness:
    """Motion looked at in a quarter of the pixels, which is enough to say that something moves."""

    def __init__(self) -> None:
        self._motion = MotionDetector()

    def detect(self, frame: Frame) -> Detections:
        height, width = frame.small.shape[:2]
        size = max(1, width // 2), max(1, height // 2)
        small = cv2.resize(frame.small, size, interpolation=cv2.INTER_AREA)
        moved = self._motion.detect(replace(frame, small=small))
        scale = np.array([width / size[0], height / size[1]] * 2)
        return Detections(moved.boxes * scale, moved.scores, moved.classes)

    def cut(self) -> bool:
        return self._motion.cut()


def seconded(found: Detections, moved: Detections) -> Detections:
    """Finds of the network, those that motion bears out raised to ``BELIEVED``."""
    doubtful = (found.scores >= DOUBTFUL) & (found.scores < SURE)
    solid = moved.scores >= _SOLID
    if not doubtful.any() or not solid.any():
        return found
    blobs = moved.boxes[solid]
    alike, within = _overlaps(found.boxes, blobs)
    free = ~((within > _WITHIN) & (found.scores >= SURE)[:, None]).any(axis=0)
    fits = np.where(doubtful[:, None] & (alike >= _ALIKE), found.scores[:, None], 0.0)
    witnesses = np.flatnonzero(free & (fits.max(axis=0) > 0))
    if not len(witnesses):
        return found
    best = fits[:, witnesses].argmax(axis=0)
    rest = ~((within[:, witnesses] > _WITHIN).any(axis=1) & (found.scores < SURE))
    rest[best] = False
    named = np.where(found.scores[best] >= _NAMED, found.classes[best], UNKNOWN)
    return Detections(
        np.concatenate([found.boxes[rest], blobs[witnesses]]),
        np.concatenate([found.scores[rest], np.full(len(witnesses), BELIEVED)]),
        np.concatenate([found.classes[rest], named]),
    )


def _overlaps(a: Floats, b: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """IoU of each of ``a`` with each of ``b``, and the share of each of ``a`` that lies in it."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0.0, None).prod(axis=2)
    area_a = np.maximum((a[:, 2:] - a[:, :2]).prod(axis=1), 1e-9)[:, None]
    area_b = (b[:, 2:] - b[:, :2]).prod(axis=1)[None]
    return shared / (area_a + area_b - shared), shared / area_a
