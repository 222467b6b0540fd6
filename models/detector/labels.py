"""What the detector learns from: labelled pictures, with what their labels leave out.

Reading and rules are `edge_agent.evaluation`'s, so that a loss and a score know the same; here is
what only a loss needs to know.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge_agent.evaluation.labels import Item, LabelError, gather
from edge_agent.evaluation.rules import Rules, rules_of
from edge_agent.models.detector.classes import CLASSES

HELD_OUT = ("Giang-Vo-Lang-Ha", "Le-Duan-Nguyen-Thai-Hoc", "Ly-Thuong-Kiet-Hang-Bai")
"""Junctions kept from the fold's training: every other one by alphabet."""
LATER = {"cam_01": 801, "cam_02": 56}
"""A known camera's first frame that is held out for good."""
_LAST = {"cam_01": 800, "cam_02": 50}
"""The last one that is trained on; neighbours in time are of neither side."""
_NUMBERED = re.compile(r"^(.*?)[_-]?0*(\d+)$")
_RENDERED = ("rendered", "edge-sim")
_PARTLY = ("yuskun/",)
"""Sources that label so little of what they show that a find without a label may be right."""
_OFTEN, _SELDOM, NEVER = 0.3, 0.5, 1.0
"""Of what the net is so sure of, most is there: looked through, 28 of 40 such finds were."""


@dataclass
class Lesson:
    """One labelled picture.

    Attributes:
        scene: The road that it shows.
        boxes: N×4, pixels.
        kinds: N, positions in CLASSES.
        ignore: M×4: neither right nor wrong inside.
        above_y: Nor is what ends above this row.
        rules: Which other finds are not to be punished.
        known: By class, whether the source tells it from others: where bicycles are called
            motorbikes, nobody shall unlearn what a bicycle is.
        whole: Whether nearly everything is labelled.
        doubt: Score from which a find without a label is rather believed than the label.
        rendered: Whether it was drawn rather than taken.
        clean: Whether its licence allows weights without a caveat.
    """

    item: Item
    scene: str
    boxes: NDArray[np.float32]
    kinds: NDArray[np.int64]
    ignore: NDArray[np.float32]
    above_y: float
    rules: Rules
    known: NDArray[np.bool_]
    whole: bool
    doubt: float
    rendered: bool
    clean: bool

    def picture(self) -> MatLike:
        """BGR.

        Raises:
            LabelError: The file is missing or no picture.
        """
        found = cv2.imread(str(self.item.path), cv2.IMREAD_COLOR)
        if found is None:
            raise LabelError(f"{self.item.path}: is missing or no picture")
        return found

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height; looked up when first wanted, for it means decoding the picture."""
        height, width = self.picture().shape[:2]
        return width, height


@dataclass
class Split:
    """Lessons by what they are for.

    Attributes:
        later: Held-out time of cameras that are trained on.
        elsewhere: Scenes that are held out.
    """

    train: list[Lesson] = field(default_factory=list)
    later: list[Lesson] = field(default_factory=list)
    elsewhere: list[Lesson] = field(default_factory=list)


def read(folders: Sequence[Path]) -> list[Lesson]:
    """All pictures of some folders whose vehicles are labelled.

    Raises:
        LabelError: No labels, or wrong ones: each with file and line.
    """
    return [_lesson(item) for item in gather(folders) if item.vehicles is not None]


def split(lessons: Iterable[Lesson], held_out: Sequence[str] = ()) -> Split:
    """Later frames of a camera and scenes held out, apart from the rest."""
    parts = Split()
    for lesson in lessons:
        camera, number = _numbered(lesson.item)
        if camera in LATER and number > _LAST[camera]:
            if number >= LATER[camera]:
                parts.later.append(lesson)
        elif lesson.scene in held_out:
            parts.elsewhere.append(lesson)
        else:
            parts.train.append(lesson)
    return parts


def _numbered(item: Item) -> tuple[str, int]:
    found = _NUMBERED.match(item.path.stem)
    return (found[1], int(found[2])) if found else ("", 0)


def _lesson(item: Item) -> Lesson:
    rules = rules_of(item)
    vehicles = item.vehicles or ()
    named = [one for one in vehicles if one.cls in CLASSES]
    other = [one.box for one in vehicles if one.cls not in CLASSES]
    whole = not item.source.startswith(_PARTLY)
    rendered = item.source.startswith(_RENDERED)
    unsaid = rules.told.unscored | rules.told.same.keys()
    return Lesson(
        item=item,
        scene=item.scene or _numbered(item)[0] or item.path.parent.name,
        boxes=np.array([one.box for one in named], np.float32).reshape(-1, 4),
        kinds=np.array([CLASSES.index(one.cls) for one in named], np.int64),
        ignore=np.array([*item.ignore, *other], np.float32).reshape(-1, 4),
        above_y=max(item.ignore_above_y, rules.told.above_y),
        rules=rules,
        known=np.array([name not in unsaid for name in CLASSES]),
        whole=whole,
        doubt=NEVER if rendered else _SELDOM if whole else _OFTEN,
        rendered=rendered,
        clean=rendered or item.licence.startswith(("CC BY", "CC0", "Apache", "MIT", "own")),
    )
