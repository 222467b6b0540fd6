"""Makes other people unrecognisable in a frame: their vehicles whole, and every plate not meant.

Vehicles are those that the tracker knew and those that the network finds now. A rider is part of
the box of a two-wheeler. People on foot are not searched for: the network does not know them.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from cv2.typing import MatLike

from edge_agent.device.pictures import Box, Masked
from edge_agent.errors import PictureError
from edge_agent.vision.detector import NetDetector
from edge_agent.vision.nets.manifest import Manifest
from edge_agent.vision.owners import owners
from edge_agent.vision.pictures import decode
from edge_agent.vision.plates.finder import Finder

_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 88]
_CELLS = 6
"""Squares across the shorter side of what is masked: neither text nor a face survives that."""
_LEAST_CELL = 8
_HEAD = 0.12
"""Of its height a box is grown upwards: heads reach out of it."""
_SAME = 0.45
"""Overlap (IoU) from which what the network finds is the vehicle that the tracker knew."""
_INSIDE = 0.75
"""Share of a find within the accused's box from which it is a part of it."""
_LARGER = 2.0
"""A find that holds the accused's box and is larger than so many of it is another vehicle."""
_ROOM = 0.15
"""Of its size a plate's mask is larger."""
_DIGEST = 12


class NetMasker:
    """Masks with the detector and the finder of a manifest.

    Raises:
        ModelError: One of them is missing or refused.
    """

    def __init__(self, manifest: Manifest) -> None:
        net, entry = manifest.open("detector")
        self._detector = NetDetector(net, entry)
        plates, found = manifest.open("finder")
        self._finder = Finder(plates, found.thresholds)
        self.method = (
            "vehicles of others are pixelated whole and plates of others pixelated, as found by the"
            f" camera's tracker, {entry.file} {entry.sha256[:_DIGEST]} and {found.file}"
            f" {found.sha256[:_DIGEST]}; people on foot are not searched for"
        )

    def mask(self, jpeg: bytes, others: Sequence[Box], accused: Sequence[Box]) -> Masked:
        """Mask one frame.

        Raises:
            PictureError: It cannot be decoded.
            ModelError: A network fails.
        """
        picture = decode(jpeg, "frame").pixels
        strangers = [*others, *self._strangers(picture, others, accused)]
        plates = self._finder.find(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8))
        bounds = [_bounds(plate.corners) for plate in plates]
        mine = _mine(bounds, strangers, accused)
        out = picture.copy()
        for box in strangers:
            _pixelate(out, picture, _with_head(box))
        hidden = [box for box in bounds if box not in mine]
        for box in hidden:
            _pixelate(out, picture, _grown(box))
        for x1, y1, x2, y2 in (_inside(box, picture) for box in mine):
            out[y1:y2, x1:x2] = picture[y1:y2, x1:x2]
        done, encoded = cv2.imencode(".jpg", out, _QUALITY)
        if not done:
            raise PictureError("frame", "cannot be encoded", "a picture", "report it")
        return Masked(encoded.tobytes(), len(strangers), len(hidden), bool(accused))

    def _strangers(
        self, picture: MatLike, others: Sequence[Box], accused: Sequence[Box]
    ) -> list[Box]:
        """Vehicles that the network finds and the tracker did not know."""
        fresh = []
        for row in self._detector.find(picture).boxes.tolist():
            x1, y1, x2, y2 = (round(value) for value in row)
            box = (x1, y1, x2, y2)
            if any(_iou(box, one) > _SAME for one in (*others, *accused)):
                continue
            if any(_part(box, one) for one in accused):
                continue
            fresh.append(box)
        return fresh


def _mine(plates: Sequence[Box], strangers: Sequence[Box], accused: Sequence[Box]) -> list[Box]:
    """Plates on the accused's vehicle and on nobody else's."""
    vehicles = [*strangers, *accused]
    boxes = {number: _floats(box) for number, box in enumerate(vehicles)}
    owned = owners([_floats(plate) for plate in plates], boxes)
    return [plates[plate] for plate, owner in owned.items() if owner >= len(strangers)]


def _pixelate(out: MatLike, picture: MatLike, box: Box) -> None:
    x1, y1, x2, y2 = _inside(box, picture)
    width, height = x2 - x1, y2 - y1
    if width <= 0 or height <= 0:
        return
    cell = max(_LEAST_CELL, min(width, height) / _CELLS)
    coarse = max(1, round(width / cell)), max(1, round(height / cell))
    small = cv2.resize(picture[y1:y2, x1:x2], coarse, interpolation=cv2.INTER_AREA)
    out[y1:y2, x1:x2] = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)


def _inside(box: Box, picture: MatLike) -> Box:
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = box
    return max(0, x1), max(0, y1), min(width, x2), min(height, y2)


def _with_head(box: Box) -> Box:
    x1, y1, x2, y2 = box
    return x1, round(y1 - _HEAD * (y2 - y1)), x2, y2


def _grown(box: Box) -> Box:
    x1, y1, x2, y2 = box
    across, down = round(_ROOM * (x2 - x1)) + 1, round(_ROOM * (y2 - y1)) + 1
    return x1 - across, y1 - down, x2 + across, y2 + down


def _bounds(corners: MatLike) -> Box:
    x1, y1 = np.floor(corners.min(axis=0)).astype(int).tolist()
    x2, y2 = np.ceil(corners.max(axis=0)).astype(int).tolist()
    return x1, y1, x2, y2


def _floats(box: Box) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = map(float, box)
    return x1, y1, x2, y2


def _shared(one: Box, other: Box) -> int:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(0, across) * max(0, down)


def _area(box: Box) -> int:
    return max(1, (box[2] - box[0]) * (box[3] - box[1]))


def _share(box: Box, of: Box) -> float:
    """How much of a box lies within another."""
    return _shared(box, of) / _area(box)


def _part(box: Box, accused: Box) -> bool:
    """Whether a find is a part of the accused's vehicle, or that with a little around it."""
    around = _share(accused, box) > _INSIDE and _area(box) < _LARGER * _area(accused)
    return around or _share(box, accused) > _INSIDE


def _iou(one: Box, other: Box) -> float:
    shared = _shared(one, other)
    return shared / (_area(one) + _area(other) - shared)
