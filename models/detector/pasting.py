"""Vehicles of one scene on the road of another."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.random import Generator
from numpy.typing import NDArray

from edge_agent.models.detector.classes import CLASSES
from edge_agent.models.detector.labels import Lesson

_BICYCLE = CLASSES.index("bicycle")
_TWO_WHEELS = (CLASSES.index("motorbike"), _BICYCLE)
_MARGIN = 0.12  # of a box's side: what is cut out around it fades into the road
_TWO_WHEELS_SHARE = 0.85
_BICYCLES_SHARE = 0.2  # of these; by chance alone it would be one in twenty-five
_TRIES = 3


class Bank:
    """Vehicles that nothing hides, to be cut out when wanted.

    Args:
        lessons: Where from.
        kept: Gives an lesson's picture and its scale to the stored one.
    """

    def __init__(
        self, lessons: Sequence[Lesson], kept: Callable[[Lesson], tuple[MatLike, float]]
    ) -> None:
        self._kept = kept
        self._free: dict[int, list[int]] = {}
        self._small = [one for one in lessons if np.isin(one.kinds, _TWO_WHEELS).any()]
        self._bicycles = [one for one in lessons if (one.kinds == _BICYCLE).any()]
        self._large = [one for one in lessons if (~np.isin(one.kinds, _TWO_WHEELS)).any()]

    def paste(
        self,
        picture: MatLike,
        boxes: NDArray[np.float32],
        kinds: NDArray[np.int64],
        above: float,
        chance: Generator,
    ) -> tuple[MatLike, NDArray[np.float32], NDArray[np.int64]]:
        """The picture with one to four more vehicles below ``above``, mostly two-wheelers."""
        picture = picture.copy()
        for _ in range(int(chance.integers(1, 5))):
            two = bool(chance.random() < _TWO_WHEELS_SHARE)
            chosen = self._choose(two, chance)
            if chosen is None:
                continue
            lesson, index = chosen
            placed = self._place(lesson, index, picture, boxes, kinds, above, chance)
            if placed is not None:
                boxes = np.concatenate((boxes, placed[None]))
                kinds = np.append(kinds, lesson.kinds[index])
        return picture, boxes, kinds

    def _choose(self, two: bool, chance: Generator) -> tuple[Lesson, int] | None:
        wanted: tuple[int, ...] = _TWO_WHEELS
        bank = self._small if two else self._large
        if two and self._bicycles and chance.random() < _BICYCLES_SHARE:
            wanted, bank = (_BICYCLE,), self._bicycles
        if not bank:
            return None
        lesson = bank[chance.integers(len(bank))]
        if id(lesson) not in self._free:
            self._free[id(lesson)] = _free(lesson)
        free = [i for i in self._free[id(lesson)] if (lesson.kinds[i] in wanted) == two]
        return (lesson, free[chance.integers(len(free))]) if free else None

    def _place(
        self,
        lesson: Lesson,
        index: int,
        picture: MatLike,
        boxes: NDArray[np.float32],
        kinds: NDArray[np.int64],
        above: float,
        chance: Generator,
    ) -> NDArray[np.float32] | None:
        source, kept = self._kept(lesson)
        x1, y1, x2, y2 = lesson.boxes[index] * kept
        wide, high = x2 - x1, y2 - y1
        two = int(lesson.kinds[index]) in _TWO_WHEELS
        tall = float(np.exp(chance.uniform(np.log(12), np.log(64))))
        like = boxes[np.isin(kinds, _TWO_WHEELS)]
        if two and len(like) and chance.random() < 0.6:
            one = like[chance.integers(len(like))]
            tall = float(one[3] - one[1]) * chance.uniform(0.8, 1.25)
        if not two:
            tall *= 1.3
        scale = min(tall / high, 1.6)
        tall, broad = high * scale, wide * scale
        height, width = picture.shape[:2]
        if tall < 9 or tall > height * 0.6 or broad > width * 0.6:
            return None
        for _ in range(_TRIES):
            left = chance.uniform(2, width - broad - 2)
            foot = chance.uniform(max(above, tall) + 1, height - 2) if above < height - 4 else 0.0
            if foot < tall:
                return None
            box = np.array((left, foot - tall, left + broad, foot), np.float32)
            if not len(boxes) or _covered(boxes, box).max() < 0.25:
                _blend(picture, box, source, (x1, y1, x2, y2), chance)
                return box
        return None


def _free(lesson: Lesson) -> list[int]:
    """Vehicles that are whole and that no other box touches much."""
    found = []
    for i, box in enumerate(lesson.boxes):
        wide, high = box[2] - box[0], box[3] - box[1]
        inside = (
            box[0] > 3
            and box[1] > 3
            and box[2] < lesson.size[0] - 3
            and box[3] < lesson.size[1] - 3
        )
        shape = 0.25 < wide / max(high, 1) < 3.5
        others = np.delete(lesson.boxes, i, 0)
        alone = not len(others) or _covered(box[None], others).max() < 0.08
        if high >= 30 and inside and shape and alone and box[3] > lesson.above_y:
            found.append(i)
    return found


def _covered(boxes: NDArray[np.float32], by: NDArray[np.float32]) -> NDArray[np.float32]:
    """Share of boxes that others cover; either may be one."""
    low = np.maximum(boxes[..., :2], by[..., :2])
    high = np.minimum(boxes[..., 2:], by[..., 2:])
    area = (boxes[..., 2:] - boxes[..., :2]).prod(-1)
    found: NDArray[np.float32] = np.clip(high - low, 0, None).prod(-1) / np.maximum(area, 1e-6)
    return found


def _blend(
    picture: MatLike,
    box: NDArray[np.float32],
    source: MatLike,
    cut: tuple[float, float, float, float],
    chance: Generator,
) -> None:
    """Draw the cut-out over ``box``, fading at its rim, its light drawn towards the place's."""
    height, width = picture.shape[:2]
    side = _MARGIN * (box[2:] - box[:2])
    x1, y1 = np.maximum(np.floor(box[:2] - side), 0).astype(int)
    x2, y2 = np.minimum(np.ceil(box[2:] + side), (width, height)).astype(int)
    scale = (cut[3] - cut[1]) / (box[3] - box[1])
    flip = chance.random() < 0.5
    sx = -scale if flip else scale
    x0 = cut[2] + (box[0] - x1) * scale if flip else cut[0] - (box[0] - x1) * scale
    move = np.array(((sx, 0, x0), (0, scale, cut[1] - (box[1] - y1) * scale)), np.float32)
    size = (int(x2 - x1), int(y2 - y1))
    if scale > 1.5:  # linear sampling alone would leave out pixels
        top, low = max(0, int(cut[1]) - 20), int(cut[3]) + 20
        begin, end = max(0, int(cut[0]) - 20), int(cut[2]) + 20
        source = cv2.GaussianBlur(source[top:low, begin:end], (0, 0), 0.35 * scale)
        move[:, 2] -= (begin, top)
    patch = cv2.warpAffine(
        source, move, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    mask = np.zeros((size[1], size[0]), np.float32)
    inner = (box.reshape(2, 2) - (x1, y1)).ravel()
    centre = ((inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2)
    axes = ((inner[2] - inner[0]) * 0.56, (inner[3] - inner[1]) * 0.54)
    cv2.ellipse(mask, (centre, (2 * axes[0], 2 * axes[1]), 0), 1.0, -1, cv2.LINE_AA)
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.6, 0.05 * size[1]))[..., None]
    place = picture[y1:y2, x1:x2]
    bright = (place.mean() + 8) / (patch.mean() + 8)
    patch = np.clip(patch * bright ** chance.uniform(0.2, 0.9), 0, 255)
    picture[y1:y2, x1:x2] = (patch * soft + place * (1 - soft)).astype(np.uint8)
