"""What the stages hand to each other: a frame, and what was found in it."""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge_agent.clock import Stamp
from edge_agent.device.readings import VehicleClass

Grey = MatLike
"""Height × width, luma, 8 bits."""
Bgr = MatLike
"""Height × width × 3, blue green red, 8 bits each."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CLASSES: tuple[VehicleClass, ...] = tuple(VehicleClass)
"""Detections name their class by position in this tuple."""
UNKNOWN = CLASSES.index(VehicleClass.UNKNOWN)

WIDEST = 640
"""Analysed pictures are no wider than this; vehicles worth counting are large enough at it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture.

    Attributes:
        plane: Luma at full resolution: plates are read from it.
        small: The analysed picture, ``plane`` scaled down.
        t: Seconds on the stream's own, steady time axis.
        at: The same moment for the outside.
        colour: As ``small``, in colour; None where the stream is taken without.
        whole: As ``plane``, in colour: a plate's colour is looked up in it.
    """

    plane: Grey
    small: Grey
    t: float
    at: Stamp
    colour: Bgr | None = None
    whole: Bgr | None = None

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels of ``plane`` to one of ``small``, across and down."""
        height, width = self.small.shape[:2]
        return self.plane.shape[1] / width, self.plane.shape[0] / height


def framed(picture: MatLike, t: float, at: Stamp) -> Frame:
    """A frame from what a source gave: luma alone, or blue green red."""
    if picture.ndim == 2:  # noqa: PLR2004 - luma
        return Frame(picture, shrink(picture), t, at)
    colour = shrink(picture)
    plane = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    small = plane if colour is picture else cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY)
    return Frame(plane, small, t, at, colour, picture)


def shrink(picture: MatLike) -> MatLike:
    """The analysed picture: ``picture`` itself when it is small enough."""
    height, width = picture.shape[:2]
    if width <= WIDEST:
        return picture
    size = (WIDEST, max(1, round(height * WIDEST / width)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


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
