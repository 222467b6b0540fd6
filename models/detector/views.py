"""What the net is shown in training: crops at the scale of use, moved, lit and peopled anew."""

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from cv2.typing import MatLike
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from edge_agent.models.detector import blind, deserted
from edge_agent.models.detector.assign import Truth
from edge_agent.models.detector.classes import CLASSES
from edge_agent.models.detector.labels import NEVER, Lesson
from edge_agent.models.detector.pasting import Bank
from edge_agent.models.detector.weather import change

CROP = (320, 256)
"""Width and height of most views: crops beat whole frames at equal time, for most of a frame is
road. Whole frames come in between, for a truck close by is larger than a crop."""
_KEPT_WIDE = 960  # pictures in memory are no wider
_MEMORY = 3 * 1024**3  # bytes of them: some fifteen hundred
_SMALLER = 0.6  # of that: linear sampling must not leave out pixels
_PAD = 114
_LEAST = 7.0  # pixels of a view: lower than this nobody can say what it is
_SHOWN = 0.45  # share of a box within the view that makes it a truth of the view
_NOWHERE = 1e6
_WITH_VEHICLE = 0.75
_OFTEN = {"motorbike": 1, "car": 1, "truck": 2, "bus": 3}
_SOUGHT = np.array([_OFTEN.get(one, 8) for one in CLASSES])
"""How many times rather a view is of one of a kind than of a car: the seldom are soon forgotten."""
_ZOOM, _CLOSE_ZOOM = (0.5, 1.6), (0.7, 1.3)  # of the scale in use
_CLOSE, _TRIES = 0.5, 12  # of whole frames; lessons drawn to find such a one
_LARGE = 180.0  # pixels of the input: from here on a crop shows parts only
_SLACK = 24.0  # pixels of border that a view may have at most


@dataclass(frozen=True)
class View:
    """One crop, RGB, and the truth in its pixels; see ``Truth``."""

    picture: MatLike
    boxes: NDArray[np.float32]
    kinds: NDArray[np.int64]
    blank: NDArray[np.float32]
    above: float
    lowest: float
    frame: tuple[float, float, float, float]
    known: NDArray[np.bool_]
    doubt: float


class Scenes:
    """Lessons by scene; pictures stay decoded while there is room, those used last the longest.

    Args:
        lessons: All of them.
        size: Pixels of the input in use, width and height: its letterbox sets the views' scale.
        rendered: Share of views from rendered pictures, when there are others.
        paste: Share of views that get more vehicles pasted in.
        favoured: Scenes that get ``favour`` of all views, whatever they are.
        memory: Bytes that decoded pictures may take.

    Attributes:
        names: Of the scenes.
        shares: Of all views, by scene.
    """

    def __init__(
        self,
        lessons: Sequence[Lesson],
        size: tuple[int, int],
        *,
        rendered: float = 0.2,
        paste: float = 0.5,
        favoured: Collection[str] = (),
        favour: float = 0.0,
        memory: int = _MEMORY,
    ) -> None:
        self._size = size
        self._paste = paste
        self._memory, self._bytes = memory, 0
        self._pictures: dict[str, tuple[MatLike, MatLike]] = {}
        self._scenes: dict[str, list[Lesson]] = {}
        for lesson in lessons:
            self._scenes.setdefault(lesson.scene, []).append(lesson)
        weight = {name: self._weight(some) for name, some in self._scenes.items()}
        first = set(favoured) & weight.keys()
        rest = weight.keys() - first
        drawn = {name for name in rest if self._scenes[name][0].rendered}
        favour = favour if first else 0.0
        drawn_share = (rendered if rest - drawn else 1.0) if drawn else 0.0
        groups = (
            (first, favour),
            (drawn, (1 - favour) * drawn_share),
            (rest - drawn, (1 - favour) * (1 - drawn_share)),
        )
        for group, share in groups:
            total = sum(weight[name] for name in group)
            for name in group:
                weight[name] *= share / total
        self.names = list(weight)
        self.shares = np.array(list(weight.values())) / sum(weight.values())
        real = [one for one in lessons if not one.rendered]
        self._bank = Bank(real or lessons, self._kept)

    @staticmethod
    def _weight(lessons: Sequence[Lesson]) -> float:
        """A scene's say: more frames of one road tell less than they cost."""
        return float(len(lessons)) ** 0.8 * (1.0 if lessons[0].whole else 0.5)

    def _kept(self, lesson: Lesson, scale: float = 1.0) -> tuple[MatLike, float]:
        """The picture in memory that fits ``scale`` best, and its scale to the stored one."""
        key = str(lesson.item.path)
        kept = self._pictures.pop(key, None)
        if kept is None:
            large = lesson.picture()
            if large.shape[1] > _KEPT_WIDE:
                large = _shrunk(large, _KEPT_WIDE / large.shape[1])
            kept = large, _shrunk(large, _SMALLER)
            self._bytes += sum(one.nbytes for one in kept)
        self._pictures[key] = kept
        while self._bytes > self._memory and len(self._pictures) > 1:
            oldest = self._pictures.pop(next(iter(self._pictures)))
            self._bytes -= sum(one.nbytes for one in oldest)
        large, small = kept
        found = small if scale * lesson.size[0] <= small.shape[1] * 1.1 else large
        return found, found.shape[1] / lesson.size[0]

    def batches(self, seed: int, count: int, every: int = 2) -> Iterator[tuple[Tensor, Truth]]:
        """Batches without end, the same for the same seed.

        Args:
            seed: Of everything by chance.
            count: Crops in a batch.
            every: So many batches hold one of whole frames, as many as cost the same.
        """
        chance = np.random.default_rng(seed)
        share = CROP[0] * CROP[1] / (self._size[0] * self._size[1])
        whole = max(2, round(count * share))
        for turn in itertools.count(1):
            if turn % every == 0:
                yield batch([self._whole(chance) for _ in range(whole)])
            else:
                yield batch([self.view(chance, CROP) for _ in range(count)])

    def view(self, chance: Generator, size: tuple[int, int]) -> View:
        """One view of this width and height, of a scene by chance; seldom of nothing at all."""
        if chance.random() < blind.SHARE:
            nobody = np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
            return _of_nothing_but(blind.blind(size, chance), *nobody)
        return self._view(self._drawn(chance), size, chance)

    def _whole(self, chance: Generator) -> View:
        """A whole frame; often one with a vehicle that no crop can show, if there are such."""
        if chance.random() < deserted.SHARE:
            bare = self._deserted(chance)
            if bare is not None:
                return bare
        if chance.random() < _CLOSE:
            for lesson in (self._drawn(chance) for _ in range(_TRIES)):
                if _fills(lesson, self._size):
                    return self._view(lesson, self._size, chance, _CLOSE_ZOOM)
        return self.view(chance, self._size)

    def _deserted(self, chance: Generator) -> View | None:
        """A bare piece of road, in places with vehicles of others on it; None if none is found."""
        for lesson in (self._drawn(chance) for _ in range(_TRIES)):
            place = deserted.place(lesson, self._size, chance)
            if place is None:
                continue
            picture, kept = self._kept(lesson)
            (left, upper), (right, lower) = np.rint(place * kept).astype(int)
            seen = deserted.enlarged(picture[upper:lower, left:right], self._size, chance)
            boxes, kinds = np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
            if chance.random() < self._paste:
                seen, boxes, kinds = self._bank.paste(seen, boxes, kinds, 0.0, chance)
            return _of_nothing_but(change(seen, chance), boxes, kinds)
        return None

    def _drawn(self, chance: Generator) -> Lesson:
        scene = self._scenes[self.names[chance.choice(len(self.names), p=self.shares)]]
        return scene[chance.integers(len(scene))]

    def _view(
        self,
        lesson: Lesson,
        shape: tuple[int, int],
        chance: Generator,
        zoom: tuple[float, float] = _ZOOM,
    ) -> View:
        scale = _use(lesson, self._size) * np.exp(chance.uniform(*np.log(zoom)))
        picture, kept = self._kept(lesson, scale)
        sx, sy = scale * np.exp(chance.uniform(-0.1, 0.1, 2))
        left, top = self._corner(lesson, shape, (sx, sy), chance)
        move = np.array(((sx, 0, -left), (0, sy, -top)), np.float32)
        seen = cv2.warpAffine(
            picture,
            np.array(((sx / kept, 0, -left), (0, sy / kept, -top)), np.float32),
            shape,
            flags=cv2.INTER_LINEAR,
            borderValue=(_PAD,) * 3,
        )
        boxes, kinds, blank = self._truth(lesson, move, shape)
        above = lesson.above_y * sy - top
        if chance.random() < self._paste:
            seen, boxes, kinds = self._bank.paste(seen, boxes, kinds, max(above, 0.0), chance)
        edge = lesson.rules.told.edge
        frame = (-_NOWHERE, -_NOWHERE, _NOWHERE, _NOWHERE)
        if edge:
            wide, high = lesson.size
            low, far = (edge * sx - left, edge * sy - top), (wide - edge, high - edge)
            frame = (*low, far[0] * sx - left, far[1] * sy - top)
        seen = change(seen, chance)
        if chance.random() < 0.5:
            seen = cv2.flip(seen, 1)
            boxes, blank = _mirror(boxes, shape[0]), _mirror(blank, shape[0])
            frame = (shape[0] - frame[2], frame[1], shape[0] - frame[0], frame[3])
        return View(
            cv2.cvtColor(seen, cv2.COLOR_BGR2RGB), boxes, kinds, blank, above,
            lesson.rules.told.lowest * sy, frame, lesson.known, lesson.doubt,
        )  # fmt: skip

    @staticmethod
    def _corner(
        lesson: Lesson, shape: tuple[int, int], scale: tuple[float, float], chance: Generator
    ) -> tuple[float, float]:
        """Upper left of the view in the scaled picture; mostly with a vehicle in view."""
        size = np.array(lesson.size) * scale
        room = size - shape  # negative where the picture is smaller than the view
        if len(lesson.boxes) and chance.random() < _WITH_VEHICLE:
            sought = _SOUGHT[lesson.kinds]
            box = lesson.boxes[chance.choice(len(lesson.boxes), p=sought / sought.sum())]
            corner = (box[:2] + box[2:]) / 2 * scale - chance.uniform(0.15, 0.85, 2) * shape
        else:
            corner = chance.uniform(np.minimum(0, room), np.maximum(0, room))
        low, high = np.minimum(-_SLACK, room), np.maximum(_SLACK, room + _SLACK)
        left, top = np.clip(corner, low, high)
        return float(left), float(top)

    @staticmethod
    def _truth(
        lesson: Lesson, move: NDArray[np.float32], shape: tuple[int, int]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
        """Boxes and kinds of what is well in view, and what else is neither right nor wrong."""
        whole = _moved(lesson.boxes, move)
        boxes = _clipped(whole, shape)
        size, full = boxes[:, 2:] - boxes[:, :2], whole[:, 2:] - whole[:, :2]
        share = size.prod(1) / np.maximum(full.prod(1), 1e-6)
        seen = (size > 1).all(1)
        good = seen & (share > _SHOWN) & (size[:, 1] >= _LEAST)
        # Where labels are haphazard, learning the labelled ones alone teaches to see them anywhere.
        good &= lesson.boxes[:, 3] >= lesson.above_y
        blank = _clipped(_moved(lesson.ignore, move), shape)
        blank = blank[((blank[:, 2:] - blank[:, :2]) > 1).all(1)]
        return boxes[good], lesson.kinds[good], np.concatenate((blank, boxes[seen & ~good]))


def _of_nothing_but(picture: MatLike, boxes: NDArray[np.float32], kinds: NDArray[np.int64]) -> View:
    """A view that holds these vehicles and no other, and nobody doubts it."""
    return View(
        cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), boxes, kinds, np.zeros((0, 4), np.float32),
        -_NOWHERE, 0.0, (-_NOWHERE, -_NOWHERE, _NOWHERE, _NOWHERE), np.ones(len(CLASSES), bool),
        NEVER,
    )  # fmt: skip


def _use(lesson: Lesson, size: tuple[int, int]) -> float:
    """Scale of a picture in the input."""
    return min(size[0] / lesson.size[0], size[1] / lesson.size[1])


def _fills(lesson: Lesson, size: tuple[int, int]) -> bool:
    if not len(lesson.boxes):
        return False
    sides = lesson.boxes[:, 2:] - lesson.boxes[:, :2]
    return bool(sides.max() * _use(lesson, size) > _LARGE)


def _shrunk(picture: MatLike, share: float) -> MatLike:
    return cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)


def _moved(boxes: NDArray[np.float32], move: NDArray[np.float32]) -> NDArray[np.float32]:
    scale = np.array((move[0, 0], move[1, 1]) * 2, np.float32)
    return boxes * scale + np.array((move[0, 2], move[1, 2]) * 2, np.float32)


def _clipped(boxes: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    return np.clip(boxes, 0, np.array(shape * 2, np.float32))


def _mirror(boxes: NDArray[np.float32], width: float) -> NDArray[np.float32]:
    found = boxes.copy()
    found[:, 0], found[:, 2] = width - boxes[:, 2], width - boxes[:, 0]
    return found


def batch(views: Sequence[View]) -> tuple[Tensor, Truth]:
    """Pictures B×3×H×W, bytes, and the truth about them."""
    most = max(1, *(len(view.boxes) for view in views))
    blanks = max(1, *(len(view.blank) for view in views))
    count = len(views)
    boxes = np.zeros((count, most, 4), np.float32)
    kinds = np.zeros((count, most), np.int64)
    real = np.zeros((count, most), bool)
    blank = np.full((count, blanks, 4), -1, np.float32)
    known = np.ones((count, len(CLASSES)), bool)
    for i, view in enumerate(views):
        n = len(view.boxes)
        boxes[i, :n], kinds[i, :n], real[i, :n] = view.boxes, view.kinds, True
        blank[i, : len(view.blank)] = view.blank
        known[i] = view.known
    frames = np.array([view.frame for view in views], np.float32)
    pictures = torch.from_numpy(np.stack([view.picture for view in views]))
    return pictures.permute(0, 3, 1, 2), Truth(
        torch.from_numpy(boxes),
        torch.from_numpy(kinds),
        torch.from_numpy(real),
        torch.from_numpy(known),
        torch.from_numpy(blank),
        torch.tensor([view.above for view in views]).float(),
        torch.tensor([view.lowest for view in views]).float(),
        torch.from_numpy(frames),
        torch.tensor([view.doubt for view in views]),
    )
