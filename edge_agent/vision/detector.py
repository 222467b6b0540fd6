"""Vehicles found by our own network: plain convolutions in int8, one box a vehicle.

The network (``models/detector``) says of every cell of its three scales where the edges of the
vehicle are, how surely there is one, and of which class it would be.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.frame import CLASSES, Bgr, Detections, Floats, Frame, Grey
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.fit import fitted
from edge_agent.vision.nets.session import Net
from edge_agent.vision.nets.yolo import suppress

SCORE = 0.2
"""Low: the tracker wants doubtful finds too, to go on with tracks that it has."""
OVERLAP = 0.6
"""Motorbikes in a queue overlap; an entry's thresholds come before these two."""
_ANY, _FIRST_CLASS = 4, 5
_MOST = 300
_TWO_WHEELS = ("motorbike", "bicycle")
_FLAT = 3.0
"""Deviation of its parts below which a picture shows nothing: fog, a lens cap, a lorry's side."""
_CUT_SIZE = (32, 18)
_CUT_LIKENESS, _CUT_CHANGE = 0.4, 12.0
_CUT_SHARE, _CUT_POINT = 0.5, 10.0
"""So much of a picture changes in a cut, each point of it by so much at least."""
_SUDDEN = 4.0
"""And so many times as much as in the frame before."""


class NetDetector:
    """The network as the pipeline's detector.

    Args:
        net: As the manifest opened it; input 1×3×H×W, RGB 0–255, output 1×(5+C)×N: x1, y1, x2, y2
            in pixels of the input, the score that there is a vehicle, logits of the classes.
        entry: What the manifest says of it.
    """

    def __init__(self, net: Net, entry: Entry) -> None:
        self._net = net
        self._input = entry.input
        self._score = entry.thresholds.get("score", SCORE)
        self._overlap = entry.thresholds.get("overlap", OVERLAP)
        ours = [CLASSES.index(one) for one in entry.counted if one is not None]
        self._ours = np.array(ours, np.int64)
        self._two = np.array([name in _TWO_WHEELS for name in entry.names])
        self._cut = SceneCut()

    def detect(self, frame: Frame) -> Detections:
        """Boxes, scores and classes of this frame."""
        self._cut.see(frame.small)
        return self.find(frame.small if frame.colour is None else frame.colour)

    def cut(self) -> bool:
        """Whether the last frame did not follow from the one before: the scene is another."""
        return self._cut.cut

    def find(self, picture: Bgr | Grey) -> Detections:
        """Vehicles in one picture of any size, best first; boxes in its pixels.

        Raises:
            ModelError: The network fails.
        """
        seen = fitted(picture, self._input, self._input.fit or "corner", np.float32)
        columns = self._net.run(seen.tensor)[0][0]
        rows = columns[:, columns[_ANY] >= self._score].T  # NaN is no score either
        if len(rows) > _MOST:
            rows = rows[np.argpartition(-rows[:, _ANY], _MOST)[:_MOST]]
        boxes = seen.back(rows[:, :_ANY].astype(np.float64))
        if _filled_by_nothing(picture, boxes):
            return Detections.none()
        kept = suppress(boxes, rows[:, _ANY], self._overlap)
        if not len(kept):
            return Detections.none()
        shares = _voted(boxes, rows, kept, self._overlap)
        return Detections(
            boxes[kept], rows[kept, _ANY].astype(np.float64), self._ours[self._best(shares)]
        )

    def _best(self, shares: Floats) -> NDArray[np.int64]:
        """The class of each: two wheels or more first, for bicycles take votes from motorbikes."""
        if not self._two.any():
            return np.asarray(shares.argmax(1))
        two = shares[:, self._two].sum(1) >= np.where(self._two, -1.0, shares).max(1)
        allowed = np.where(two[:, None] == self._two, shares, -1.0)
        return np.asarray(allowed.argmax(1))


class SceneCut:
    """Notices that a picture shows another scene than the one before.

    Traffic changes parts of a picture and a lamp its brightness; both leave the rest as it was. A
    vehicle that fills a close view leaves nothing, but it comes by degrees; a cut comes at once.

    Attributes:
        cut: Whether the last picture was of another scene.
    """

    def __init__(self) -> None:
        self._last: Floats | None = None
        self._changed = 0.0
        self._shape: tuple[int, ...] = ()
        self.cut = False

    def see(self, picture: Grey) -> None:
        """Take the next picture, luma."""
        small = cv2.resize(picture, _CUT_SIZE, interpolation=cv2.INTER_AREA).astype(np.float64)
        last, self._last = self._last, small
        shape, self._shape = self._shape, picture.shape
        if last is None:
            return
        if shape != picture.shape:
            self.cut = True
            return
        one, other = small - small.mean(), last - last.mean()
        spread = float(np.sqrt((one * one).sum() * (other * other).sum()))
        likeness = float((one * other).sum()) / spread if spread > 0 else 1.0
        change = np.abs(small - last)
        before, self._changed = self._changed, float(change.mean())
        self.cut = (
            likeness < _CUT_LIKENESS
            and self._changed > max(_CUT_CHANGE, _SUDDEN * before)
            and float((change > _CUT_POINT).mean()) > _CUT_SHARE
        )


def _filled_by_nothing(picture: Bgr | Grey, boxes: Floats) -> bool:
    """Whether something as large as half of the picture was found in a picture without anything."""
    height, width = picture.shape[:2]
    if not len(boxes) or (boxes[:, 2:] - boxes[:, :2]).prod(axis=1).max() < width * height / 2:
        return False
    parts = cv2.resize(picture[::4, ::4], _CUT_SIZE, interpolation=cv2.INTER_AREA)
    return bool(parts.std(axis=(0, 1)).max() < _FLAT)


def _voted(boxes: Floats, rows: NDArray[Any], kept: NDArray[np.int64], overlap: float) -> Floats:
    """Shares of the classes of each kept box, from all finds of the same vehicle."""
    # Edge by edge: arrays of pairs are slow to reduce over an axis of two.
    x1, y1, x2, y2 = np.ascontiguousarray(boxes.T)
    own = kept[:, None]
    across = np.minimum(x2[own], x2) - np.maximum(x1[own], x1)
    down = np.minimum(y2[own], y2) - np.maximum(y1[own], y1)
    inner = np.clip(across, 0, None) * np.clip(down, 0, None)
    area = (x2 - x1) * (y2 - y1)
    union = area[own] + area - inner
    same = inner >= overlap * np.maximum(union, 1e-9)
    weight = np.where(same, rows[None, :, _ANY], 0.0)
    logits = rows[:, _FIRST_CLASS:].astype(np.float64)
    shares = np.exp(logits - logits.max(1, keepdims=True))
    votes = weight @ (shares / shares.sum(1, keepdims=True))
    return np.asarray(votes / np.maximum(votes.sum(1, keepdims=True), 1e-9))
