"""Finds number plates: their four corners, in a vehicle's box or in a whole photo."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.nets.session import Net
from edge_agent.vision.plates.overlap import iou, strongest

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]
Box = tuple[float, float, float, float]

SIDE = 256
"""What the network sees of a vehicle, and the least it sees of a photo, pixels."""
LONGEST = 1536
"""A photo is not looked at in more detail than this."""
SCORE = 0.55
OVERLAP = 0.35

_STRIDE, _COARSE = 4, 32
_SPAN = 32.0
"""Pixels of one unit of a corner's offset, as the network was taught."""
_SMALLEST_VIEW = 100
_MARGIN = 0.1
_TALLEST = 1.5
"""Of a vehicle's box so many times its width is looked at, from below: plates hang low."""
_ENLARGED = 4.0
_GROUND = 114
_MOST = 200
_FLAT, _COLOUR = 2, 3
_ROOM, _ROOM_LEANING = np.array((0.1, 0.14)), 0.4
_EXPECTED = 0.65
"""Share of the wanted score that will do on a vehicle, which has a plate, if none is better."""
_FAINT = 0.4
"""Share of the wanted score from which a find may speak for another one's corners."""
_LONE = 0.75
"""Times the score of what only one of several looks has shown: most false alarms are such."""
_LEAST, _GREATEST = 8.0, 250.0
"""Widths of plates that one look tells rightly, pixels of that look."""


@dataclass(frozen=True, slots=True)
class PlateBox:
    """A plate in a picture.

    Attributes:
        corners: 4×2, pixels of the picture given: top left, top right, bottom right, bottom left as
            one reads the plate; a pixel's centre is at .5. May lie a little outside the picture.
        score: 0–1.
        lines: 1 or 2, a guess.
    """

    corners: Floats
    score: float
    lines: int

    @property
    def box(self) -> Box:
        """The upright box that people draw around such a plate: x1, y1, x2, y2.

        They leave room, the more the plate leans: on photos that the network was trained on a
        labelled box is larger than the box around the corners by this share of a plate's height.
        """
        one, two, three, four = self.corners
        tall = float(np.hypot(*(four - one)) + np.hypot(*(three - two))) / 2
        along = two - one + three - four
        lean = abs(float(along[1])) / max(1.0, float(np.hypot(*along)))
        room = tall * (_ROOM + _ROOM_LEANING * lean)
        low, high = self.corners.min(axis=0) - room, self.corners.max(axis=0) + room
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @property
    def width(self) -> float:
        """Mean of its upper and lower edge, pixels."""
        one, two, three, four = self.corners
        return float(np.hypot(*(two - one)) + np.hypot(*(three - four))) / 2


@dataclass(frozen=True, slots=True)
class _Look:
    """A part of a picture, scaled and set into a frame that the network takes."""

    picture: Grey
    scale: tuple[float, float]
    shift: tuple[float, float]

    def back(self, points: Floats) -> Floats:
        """Points of the look as points of the picture."""
        scale, shift = np.array(self.scale, np.float32), np.array(self.shift, np.float32)
        found: Floats = (points - shift) / scale
        return found


class Finder:
    """Finds plates by one network.

    Args:
        net: As ``models/finder`` makes it: grey N×1×H×W in, N×10×H/4×W/4 out.
        thresholds: ``score`` a plate must have, ``overlap`` (IoU) above which two are one.
    """

    def __init__(self, net: Net, thresholds: Mapping[str, float] | None = None) -> None:
        self._net = net
        given = thresholds or {}
        self._score = given.get("score", SCORE)
        self._overlap = given.get("overlap", OVERLAP)

    def find(self, picture: Grey) -> list[PlateBox]:
        """Plates of a whole photo, best first.

        The photo is looked at whole at halving sizes, from at most 1536 pixels down to about 100,
        so that one look shows each plate 20–150 pixels wide. Plates narrower than about 1/100 of
        a photo's longer side are not found. Costs 4/3 of its largest look: 1280×960 is 19 windows
        of 256×256, and with its smaller looks 25.
        """
        grey = _grey(picture)
        if grey.size == 0:
            return []
        looks = [list(self._told(look, _FAINT * self._score)) for look in _pyramid(grey)]
        found = agreed(looks, self._overlap)
        return [one for one in found if one.score >= self._score]

    def find_on(self, picture: Grey, box: Box) -> list[PlateBox]:
        """Plates of one vehicle, best first; one run of the network at 256×256.

        Args:
            picture: At full resolution.
            box: Of the vehicle in it; of a tall one the lower part, 3 by 2, is looked at.

        Returns:
            Those with the wanted score; when there is none the best one of somewhat less.
        """
        grey = _grey(picture)
        height, width = grey.shape
        dx, dy = (box[2] - box[0]) * _MARGIN, (box[3] - box[1]) * _MARGIN
        upper = max(box[1], box[3] - _TALLEST * (box[2] - box[0]))
        x1, y1 = max(0, int(box[0] - dx)), max(0, int(upper - dy))
        x2, y2 = min(width, int(np.ceil(box[2] + dx))), min(height, int(np.ceil(box[3] + dy)))
        if x1 >= x2 or y1 >= y2:
            return []
        part = grey[y1:y2, x1:x2]
        look = _look(part, min(_ENLARGED, SIDE / max(part.shape)))
        moved = [
            PlateBox(one.corners + np.array((x1, y1), np.float32), one.score, one.lines)
            for one in self._told(look, _EXPECTED * self._score)
        ]
        found = strongest(moved, self._overlap)
        return [one for one in found if one.score >= self._score] or found[:1]

    def _told(self, look: _Look, least: float) -> Iterator[PlateBox]:
        feed = look.picture[None, None].astype(np.float32)
        (told,) = self._net.run(feed)
        for corners, score, lines in decoded(told[0], least):
            wide = float(np.hypot(*(corners[1] - corners[0])))
            if _LEAST <= wide <= _GREATEST:
                yield PlateBox(look.back(corners), score, lines)


def agreed(looks: Sequence[Sequence[PlateBox]], overlap: float) -> list[PlateBox]:
    """Each plate once, best first: its corners by all looks that show it, the surer the weightier.

    Args:
        looks: What each look at the same picture has found.
        overlap: IoU above which two finds are the same plate.
    """
    found = [(number, one, one.box) for number, look in enumerate(looks) for one in look]
    plates = []
    for best in strongest([one for _, one, _ in found], overlap):
        here = best.box
        same = [(number, one) for number, one, box in found if iou(here, box) > overlap]
        weights = np.array([one.score**4 for _, one in same], np.float32)
        corners = np.tensordot(weights / weights.sum(), [one.corners for _, one in same], 1)
        lone = len(looks) > 1 and len({number for number, _ in same}) == 1
        score = best.score * (_LONE if lone else 1.0)
        plates.append(PlateBox(corners.astype(np.float32), score, best.lines))
    return sorted(plates, key=lambda one: -one.score)


def decoded(told: NDArray[np.float32], least: float) -> Iterator[tuple[Floats, float, int]]:
    """Plates of one map of the network, best first: corners in pixels of its input, score, lines.

    Args:
        told: 10×h×w: logits of "here is a plate's centre" and of "it has two lines", then the
            corners' offsets from the cell.
        least: Score below which a cell says nothing.
    """
    heat = np.ascontiguousarray(told[0])
    edge = float(np.log(least / (1 - least)))
    peaks = (heat >= edge) & (heat >= cv2.dilate(heat, np.ones((3, 3), np.uint8)))
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-heat[rows, columns], kind="stable")[:_MOST]
    for row, column in zip(rows[order], columns[order], strict=True):
        cell = np.array((column + 0.5, row + 0.5), np.float32) * _STRIDE
        corners = told[2:10, row, column].reshape(4, 2) * np.float32(_SPAN) + cell
        score = 1 / (1 + float(np.exp(-heat[row, column])))
        yield corners, score, 2 if told[1, row, column] > 0 else 1


def _grey(picture: NDArray[np.uint8]) -> Grey:
    if picture.ndim == _COLOUR:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    if picture.ndim != _FLAT:
        raise ValueError(f"a grey picture has two dimensions, not {picture.ndim}")
    return picture


def _pyramid(picture: Grey) -> Iterator[_Look]:
    """Looks at a whole picture, the largest first."""
    scale = min(1.0, LONGEST / max(picture.shape))
    while True:
        yield _look(picture, scale)
        scale /= 2
        if max(picture.shape) * scale < _SMALLEST_VIEW:
            return


def _look(part: Grey, scale: float) -> _Look:
    """Scale it and centre it in a frame whose sides are multiples of 32, at least 256."""
    height, width = part.shape
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = part if size == (width, height) else cv2.resize(part, size, interpolation=how)
    wide, tall = (max(SIDE, -(-side // _COARSE) * _COARSE) for side in size)
    left, top = (wide - size[0]) // 2, (tall - size[1]) // 2
    frame = np.full((tall, wide), _GROUND, np.uint8)
    frame[top : top + size[1], left : left + size[0]] = small
    return _Look(frame, (size[0] / width, size[1] / height), (float(left), float(top)))
