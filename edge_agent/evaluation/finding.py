"""Plates in whole photos: found, found where there is none, and found and read.

A plate without a text (``text: null``) may be found and is no false alarm then, but it is not
missed when it is not found. A set none of whose plates has a text was boxed in order to be found:
there every box counts. ``recall_boxed`` counts every box everywhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from cv2.typing import MatLike

from edge_agent.evaluation import groups
from edge_agent.evaluation.boxes import NOTHING, Boxes, Flags, match
from edge_agent.evaluation.groups import Figures, known, share
from edge_agent.evaluation.labels import Box, Item, Plate
from edge_agent.evaluation.reading import layout
from edge_agent.evaluation.sheet import Sheet
from edge_agent.evaluation.text import meant, normal

_AROUND = 0.25
"""Of a plate's width: shown around it on the sheet."""


@dataclass(frozen=True, slots=True)
class Found:
    """A plate that was found and read.

    Attributes:
        box: Upright box around its corners.
        score: 0–1, of finding it.
        text: What was read.
    """

    box: Box
    score: float
    text: str


class PlateEyes(Protocol):
    """Finder and reader together."""

    def look(self, picture: MatLike) -> Sequence[Found]:
        """All plates of a photo."""


@dataclass(frozen=True, slots=True)
class Sought:
    """One labelled plate.

    Attributes:
        read: What was read at the place; None when nothing was found there.
    """

    plate: Plate
    read: str | None

    @property
    def right(self) -> bool:
        """Found and read without a slip."""
        text = self.plate.text
        return text is not None and self.read is not None and meant(text) == normal(self.read)


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo.

    Attributes:
        sought: Every labelled plate.
        alarms: Finds where no plate is.
        finds: All finds.
    """

    item: Item
    sought: tuple[Sought, ...]
    alarms: int
    finds: int


class PlateScore:
    """Looks for plates in every photo that it is given.

    Args:
        eyes: Under test.
        sheet: Takes the failures.
    """

    needs = "photos with labelled plates"

    def __init__(self, eyes: PlateEyes, sheet: Sheet | None = None) -> None:
        self._eyes = eyes
        self._sheet = sheet
        self._photos: list[Photo] = []

    @staticmethod
    def wants(item: Item) -> bool:
        """Whether an item is a photo whose plates are labelled."""
        return item.plates is not None

    def add(self, item: Item, picture: MatLike) -> None:
        """Look at one photo, BGR."""
        plates = [plate for plate in item.plates or () if plate.box is not None]
        found = list(self._eyes.look(picture))
        truth = np.array([plate.box for plate in plates], np.float64).reshape(-1, 4)
        boxes = np.array([one.box for one in found], np.float64).reshape(-1, 4)
        scores = np.array([one.score for one in found], np.float64)
        partner = match(boxes, scores, truth, _none(truth), _none(boxes)).partner
        reads = {int(at): one.text for at, one in zip(partner, found, strict=True) if at != NOTHING}
        sought = tuple(Sought(plate, reads.get(at)) for at, plate in enumerate(plates))
        alarms = int((partner == NOTHING).sum())
        self._photos.append(Photo(item, sought, alarms, len(found)))
        if self._sheet:
            wrong = [one for one, at in zip(found, partner, strict=True) if at == NOTHING]
            _show(self._sheet, picture, sought, wrong)

    def report(
        self, seen: Callable[[Item], bool] | None, disputed: Callable[[Item], bool]
    ) -> dict[str, Any]:
        """All figures; see ``measure``. Layouts and classes have no precision of their own."""
        photos = self._photos
        return {
            "overall": measure(photos),
            **groups.seen_apart(photos, measure, seen),
            **groups.disputed_apart(photos, measure, seen, disputed),
            **groups.split(photos, measure, {"by_source": groups.source}),
            **_by_plate(photos, "by_layout", layout),
            **_by_plate(photos, "by_class", lambda plate: plate.vehicle or "unknown"),
        }


def measure(photos: Sequence[Photo]) -> Figures:
    """``recall``, ``precision``, and ``exact``: of all with a text, found and read rightly."""
    sought = [one for photo in photos for one in photo.sought]
    written = [one for one in sought if one.plate.text is not None]
    finds = sum(photo.finds for photo in photos)
    right = finds - sum(photo.alarms for photo in photos)
    return known(
        items=len(photos),
        plates=len(sought),
        recall=_found(written or sought),
        recall_boxed=_found(sought),
        precision=share(right, finds),
        exact=share(sum(one.right for one in written), len(written)),
    )


def _found(sought: Sequence[Sought]) -> float | None:
    return share(sum(one.read is not None for one in sought), len(sought))


def _by_plate(
    photos: Sequence[Photo], kind: str, name_of: Callable[[Plate], str]
) -> dict[str, dict[str, Figures]]:
    single = [
        replace(photo, sought=(one,), alarms=0, finds=0) for photo in photos for one in photo.sought
    ]
    return groups.split(single, measure, {kind: lambda one: name_of(one.sought[0].plate)})


def _none(boxes: Boxes) -> Flags:
    return np.zeros(len(boxes), np.bool_)


def _show(sheet: Sheet, picture: MatLike, sought: Sequence[Sought], alarms: list[Found]) -> None:
    for one in sought:
        text, box = one.plate.text, one.plate.box
        if text is None or box is None or one.right:
            continue
        words = "not found" if one.read is None else f"read {one.read or 'nothing'}"
        sheet.add(_cut(picture, box), f"{text} {words}")
    for alarm in alarms:
        cut = _cut(picture, alarm.box)
        sheet.add(cut, f"no plate {alarm.score:.2f} {alarm.text}", alarm.score)


def _cut(picture: MatLike, box: Box) -> MatLike:
    x1, y1, x2, y2 = box
    more = _AROUND * (x2 - x1)
    height, width = picture.shape[:2]
    top, foot = max(0, int(y1 - more)), min(height, int(y2 + more) + 1)
    left, right = max(0, int(x1 - more)), min(width, int(x2 + more) + 1)
    return picture[top:foot, left:right]
