"""Vehicle detectors of others: YOLOX and YOLOv8 as their own exporters write them.

YOLOX (Megvii, ``tools/export_onnx.py`` without ``--decode_in_inference``): 1×N×(5+C); a row is
centre and size still relative to its cell, then the score that anything is there, then one a class.
BGR, 0–255, the picture in the upper left corner.

YOLOv8 (Ultralytics, ``yolo export format=onnx``, without ``nms=True``): 1×(4+C)×N; a column is
centre and size in pixels, then one score a class. RGB, 0–1, the picture in the middle.

Sources: https://github.com/Megvii-BaseDetection/YOLOX (demo/ONNXRuntime, yolox/utils),
https://github.com/ultralytics/ultralytics/issues/751.
"""

from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge_agent.vision.frame import CLASSES, Detections, Floats, Ints
from edge_agent.vision.nets.entry import Entry, Fit
from edge_agent.vision.nets.fit import fitted
from edge_agent.vision.nets.outputs import YOLO_STRIDES
from edge_agent.vision.nets.session import Net

SCORE = 0.25
OVERLAP = 0.45
"""Both authors' own defaults; an entry's thresholds come first."""
_FITS: dict[str, Fit] = {"yolox": "corner", "yolov8": "centre"}
_LARGEST_EXP = 8.0
"""A box is at most e⁸ cells wide: a network gone wrong must not give infinite boxes."""


class Yolo:
    """One such network.

    Args:
        net: As the manifest opened it.
        entry: What the manifest says of it; the adapter is ``yolox`` or ``yolov8``.
    """

    def __init__(self, net: Net, entry: Entry) -> None:
        self._net = net
        self._input = entry.input
        self._fit = entry.input.fit or _FITS[entry.adapter]
        self._decode = _Cells(entry.input.size).decode if entry.adapter == "yolox" else _columns
        self._score = entry.thresholds.get("score", SCORE)
        self._overlap = entry.thresholds.get("overlap", OVERLAP)
        self._ours = np.array(
            [-1 if one is None else CLASSES.index(one) for one in entry.counted], np.int64
        )
        self._dtype = net.inputs[0].dtype or np.float32

    def find(self, picture: MatLike) -> Detections:
        """Vehicles in one picture, best first.

        Args:
            picture: H×W×3 BGR or H×W luma, any size.

        Returns:
            Boxes in pixels of ``picture``.

        Raises:
            ModelError: The network fails.
        """
        seen = fitted(picture, self._input, self._fit, self._dtype)
        boxes, scores = self._decode(self._net.run(seen.tensor)[0])
        # What is no vehicle stands back before the best class is chosen, not after: a person on a
        # motorbike must not hide the motorbike.
        scores = scores[:, self._ours >= 0]
        if not scores.shape[1]:
            return Detections.none()
        best = scores.argmax(axis=1)
        top = scores[np.arange(len(best)), best]
        keep = np.flatnonzero(top >= self._score)  # NaN is no score either
        kept = suppress(boxes[keep], top[keep], self._overlap)
        chosen = keep[kept]
        return Detections(
            seen.back(boxes[chosen]),
            top[chosen].astype(np.float64),
            self._ours[self._ours >= 0][best[chosen]],
        )


def suppress(boxes: Floats, scores: NDArray[Any], overlap: float) -> Ints:
    """Of boxes that overlap more than ``overlap`` only the best one, whatever their classes.

    One vehicle is counted once: a van seen as car and as truck is one van.

    Returns:
        Positions of those that stay, best first.
    """
    if not len(boxes):
        return np.empty(0, np.int64)
    sides = np.column_stack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    kept = cv2.dnn.NMSBoxes(sides.tolist(), scores.tolist(), 0.0, overlap)
    return np.asarray(kept, np.int64).reshape(-1)


class _Cells:
    """Where YOLOX looks: the cells of its three scales, coarse ones last."""

    def __init__(self, size: tuple[int, int]) -> None:
        width, height = size
        corners, strides = [], []
        for stride in YOLO_STRIDES:
            rows, columns = np.mgrid[: height // stride, : width // stride]
            corners.append(np.column_stack([columns.ravel(), rows.ravel()]))
            strides.append(np.full((rows.size, 1), stride))
        self._corners = np.concatenate(corners).astype(np.float64)
        self._strides = np.concatenate(strides).astype(np.float64)

    def decode(self, output: NDArray[Any]) -> tuple[Floats, NDArray[Any]]:
        rows = output[0]
        centre = (rows[:, :2] + self._corners) * self._strides
        size = np.exp(np.minimum(rows[:, 2:4], _LARGEST_EXP)) * self._strides
        return _corners(centre, size), rows[:, 4:5] * rows[:, 5:]


def _columns(output: NDArray[Any]) -> tuple[Floats, NDArray[Any]]:
    rows = output[0].T
    return _corners(rows[:, :2].astype(np.float64), rows[:, 2:4]), rows[:, 4:]


def _corners(centre: Floats, size: NDArray[Any]) -> Floats:
    result: Floats = np.hstack([centre - size / 2, centre + size / 2])
    return result
