"""Vehicles as what moves: a background model (MOG2) and the blobs in front of it.

Needs no training and no class list, and says so: every class is UNKNOWN. Zivkovic, "Improved
adaptive Gaussian mixture model for background subtraction", ICPR 2004.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.frame import UNKNOWN, Detections, Floats, Frame, Grey

_SHADOW_BELOW = 200
"""MOG2 marks foreground 255 and shadow 127."""


@dataclass(frozen=True, slots=True)
class MotionSettings:
    """Sizes are shares of the analysed picture, so that they hold for any camera.

    Attributes:
        absorb_s: Seconds that a vehicle may stand before it becomes background.
        variance: Squared Mahalanobis distance at which a pixel is not background.
        least_side: Smallest side of a vehicle, as a share of the picture's height.
        shadow: A pixel dimmed to no less than this share of the background is shadow. Without
            colour a shadow and a dark car look alike: a deep one counts as part of its vehicle.
        most_area: A foreground share above which the scene was cut, not crossed.
        solid: Blobs that fill less of their box are tried for a neck between two vehicles.
    """

    absorb_s: float = 90.0
    variance: float = 20.0
    least_side: float = 0.03
    shadow: float = 0.9
    most_area: float = 0.6
    solid: float = 0.62


class MotionDetector:
    """MOG2 with shadows removed, holes closed, fragments merged and necks cut."""

    def __init__(self, settings: MotionSettings | None = None) -> None:
        self._settings = settings or MotionSettings()
        self._size = (0, 0)
        self._cut = False
        self._restart((0, 0))

    def detect(self, frame: Frame) -> Detections:
        picture = cv2.GaussianBlur(frame.small, (3, 3), 0)
        self._cut = False
        if picture.shape != self._size:
            self._cut = self._seen > 0
            self._restart((picture.shape[0], picture.shape[1]))
        mask = self._foreground(picture, frame.t)
        if self._seen > 1 and np.count_nonzero(mask) > self._settings.most_area * mask.size:
            self._cut = True
            self._restart(self._size)
            self._foreground(picture, frame.t)
            return Detections.none()
        boxes, fill = self._blobs(mask)
        if not len(boxes):
            return Detections.none()
        # A blob that fills little of its box is more likely two things, or none.
        scores = np.clip(0.4 + 0.8 * fill, 0.0, 0.95)
        return Detections(boxes, scores, np.full(len(boxes), UNKNOWN))

    def cut(self) -> bool:
        return self._cut

    def _restart(self, size: tuple[int, int]) -> None:
        self._model = cv2.createBackgroundSubtractorMOG2(
            history=500, varThreshold=self._settings.variance, detectShadows=True
        )
        self._model.setShadowThreshold(self._settings.shadow)
        self._size = size
        self._seen = 0
        self._last_t: float | None = None
        self._clean = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        side = max(3, round(size[0] * 0.022)) | 1
        self._close = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        self._neck = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * side + 1, 2 * side + 1))

    def _foreground(self, picture: Grey, t: float) -> Grey:
        """Binary mask (0, 255) of what is neither background nor shadow."""
        step = 0.1 if self._last_t is None else min(max(t - self._last_t, 0.001), 1.0)
        self._last_t = t
        self._seen += 1
        # A new mode counts as background once it holds a tenth of the weight (1 - backgroundRatio),
        # hence the tenth. A young model learns faster: it has nothing better to believe.
        rate = max(0.1 * step / self._settings.absorb_s, 1.0 / (2.0 * self._seen))
        mask = self._model.apply(picture, learningRate=rate)
        _, mask = cv2.threshold(mask, _SHADOW_BELOW, 255, cv2.THRESH_BINARY)
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, self._clean)
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, self._close)
        # A body as grey as the road still has an outline: fill what is enclosed.
        outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        return cv2.drawContours(mask, outlines, -1, 255, cv2.FILLED)

    def _blobs(self, mask: Grey) -> tuple[Floats, Floats]:
        """Boxes and the share of each box that is filled."""
        least = max(4.0, self._settings.least_side * self._size[0])
        found: list[tuple[float, float, float, float]] = []
        filled: list[float] = []
        for x, y, w, h, area, label, labels in _components(mask):
            if max(w, h) < least or min(w, h) < least / 2:
                continue
            fill = area / (w * h)
            parts = []
            if fill < self._settings.solid and min(w, h) > 2 * self._neck.shape[0]:
                parts = self._cut_neck(labels[y : y + h, x : x + w] == label, least)
            if len(parts) > 1:
                for px, py, pw, ph, pfill in parts:
                    found.append((x + px, y + py, x + px + pw, y + py + ph))
                    filled.append(pfill)
            else:
                found.append((x, y, x + w, y + h))
                filled.append(fill)
        return _merge(np.array(found, float).reshape(-1, 4), np.array(filled, float))

    def _cut_neck(
        self, blob: NDArray[np.bool_], least: float
    ) -> list[tuple[int, int, int, int, float]]:
        """Parts that stay when thin bridges are opened; each grown back by what opening took."""
        opened = cv2.morphologyEx(blob.astype(np.uint8), cv2.MORPH_OPEN, self._neck)
        return [
            (x, y, w, h, area / (w * h))
            for x, y, w, h, area, _, _ in _components(opened)
            if min(w, h) >= least
        ]


def _components(mask: Grey) -> list[tuple[int, int, int, int, int, int, NDArray[np.int32]]]:
    """x, y, w, h, area, label and the label picture of each connected component."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [(*map(int, stats[i]), i, labels) for i in range(1, count)]  # type: ignore[misc]


def _merge(boxes: Floats, fill: Floats) -> tuple[Floats, Floats]:
    """Join fragments that lie (almost) wholly inside the box of a larger one."""
    if len(boxes) < 2:  # noqa: PLR2004 - one box has nobody to join
        return boxes, fill
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    order = np.argsort(-area)
    keep: list[int] = []
    for index in order:
        inside = False
        for other in keep:
            width = min(boxes[index, 2], boxes[other, 2]) - max(boxes[index, 0], boxes[other, 0])
            height = min(boxes[index, 3], boxes[other, 3]) - max(boxes[index, 1], boxes[other, 1])
            if width > 0 and height > 0 and width * height > 0.7 * area[index]:
                inside = True
                boxes[other, :2] = np.minimum(boxes[other, :2], boxes[index, :2])
                boxes[other, 2:] = np.maximum(boxes[other, 2:], boxes[index, 2:])
                break
        if not inside:
            keep.append(int(index))
    return boxes[keep], fill[keep]
