"""What the stages hand to each other: a frame, and what was found in it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge_agent.clock import Stamp
from edge_agent.device.readings import VehicleClass

Grey = MatLike
"""Height × width, luma, 8 bits."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CLASSES: tuple[VehicleClass, ...] = tuple(VehicleClass)
"""Detections name their class by position in this tuple."""
UNKNOWN = CLASSES.index(VehicleClass.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture.

    Attributes:
        plane: Luma at full resolution: plates are read from it.
        small: The analysed picture, ``plane`` scaled down.
        t: Seconds on the stream's own, steady time axis.
        at: The same moment for the outside.
    """

    plane: Grey
    small: Grey
    t: float
    at: Stamp


@dataclass(frozen=True, slots=True)
class Detections:
    """Things found in one frame.

    Attributes:
        boxes: N×4, x1 y1 x2 y2 in pixels of the analysed picture.
        scores: N, 0–1.
        classes: N, positions in CLASSES.
    """

    boxes: Floats
    scores: Floats
    classes: Ints

    @staticmethod
    def none() -> "Detections":
        """Nothing found."""
        return Detections(np.empty((0, 4)), np.empty(0), np.empty(0, np.int64))


class Detector(Protocol):
    """Finds vehicles. May learn from frame to frame, so it wants them in order."""

    def detect(self, frame: Frame) -> Detections:
        """Boxes, scores and classes of this frame."""

    def cut(self) -> bool:
        """Whether the last frame did not follow from the one before: the scene is another."""
