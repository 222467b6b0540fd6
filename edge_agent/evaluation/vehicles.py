"""Vehicles in frames: average precision at IoU 0.5, of any vehicle and of each class.

A class is scored only on sets that have it; finer classes count as the coarse ones that detectors
tell apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge_agent.evaluation import groups
from edge_agent.evaluation.boxes import (
    LEAST,
    Boxes,
    Flags,
    Matches,
    average_precision,
    match,
    overlap,
)
from edge_agent.evaluation.disputed import Disputed
from edge_agent.evaluation.groups import Figures, known
from edge_agent.evaluation.labels import Item
from edge_agent.evaluation.rules import Rules, rules_of
from edge_agent.evaluation.sheet import Sheet
from edge_agent.vision.frame import CLASSES, Detections

ANY = "any"
COARSE = {"minibus": "bus", "light_truck": "truck", "tractor_trailer": "truck"}
"""Finer class to the one that detectors tell apart."""
_SURE = 0.5
"""Only alarms with this score go onto the sheet."""
_SHOWN = 640
"""Longest side of a frame on its way to the sheet."""


class VehicleEyes(Protocol):
    """A detector on single pictures."""

    def find(self, picture: MatLike) -> Detections:
        """Everything above a low score, in pixels of the picture, BGR."""


@dataclass(frozen=True, slots=True)
class Framed:
    """One frame.

    Attributes:
        matches: Class, or ``any``, to what became of its finds.
        unscored: Classes without a score on this frame.
        mended: The same where what its label surely lacks is forgiven; None where it lacks nothing.
    """

    item: Item
    matches: dict[str, Matches]
    unscored: frozenset[str]
    mended: dict[str, Matches] | None = None


class VehicleScore:
    """Looks for vehicles in every frame that it is given.

    Args:
        eyes: Under test.
        sheet: Takes the failures.
        unlabelled: The vehicles that an item's label surely lacks.
    """

    needs = "frames with labelled vehicles"

    def __init__(
        self,
        eyes: VehicleEyes,
        sheet: Sheet | None = None,
        unlabelled: Callable[[Item], Boxes] | None = None,
    ) -> None:
        self._eyes = eyes
        self._sheet = sheet
        self._unlabelled = unlabelled or Disputed.shipped().unlabelled
        self._frames: list[Framed] = []

    @staticmethod
    def wants(item: Item) -> bool:
        """Whether an item's vehicles are labelled."""
        return item.vehicles is not None

    def add(self, item: Item, picture: MatLike) -> None:
        """Look at one frame, BGR."""
        found = self._eyes.find(picture)
        seen = _Seen.of(item, found, (picture.shape[1], picture.shape[0]))
        matches, mended = seen.matches(), None
        lacking = self._unlabelled(item)
        if len(lacking):
            near = overlap(np.asarray(found.boxes, np.float64), lacking) >= LEAST
            mended = seen.matches(np.asarray(near.any(axis=1)))
        self._frames.append(Framed(item, matches, seen.rules.told.unscored, mended))
        if self._sheet:
            _show(self._sheet, picture, found, seen.truth, matches[ANY])

    def report(
        self, seen: Callable[[Item], bool] | None, disputed: Callable[[Item], bool]
    ) -> dict[str, Any]:
        """All figures; see ``_Measure``."""
        frames, measure = self._frames, _Measure(self._frames)
        return {
            "overall": measure(frames),
            **groups.seen_apart(frames, measure, seen),
            **groups.disputed_apart(frames, measure, seen, disputed, _mended),
            **groups.split(frames, measure, {"by_source": groups.source, "by_scene": groups.scene}),
            "by_class": {name: measure.of(name, frames) for name in measure.names},
        }


class _Measure:
    """``ap50_any`` and ``ap50_<class>`` of frames."""

    def __init__(self, frames: Sequence[Framed]) -> None:
        self._labelled: dict[str, set[str]] = {}
        for one in frames:
            had = {name for name, matches in one.matches.items() if matches.truths}
            self._labelled.setdefault(one.item.source, set()).update(had - one.unscored - {ANY})
        self.names = sorted(set().union(*self._labelled.values()))

    def __call__(self, frames: Sequence[Framed]) -> Figures:
        scores = {f"ap50_{name}": self._ap(name, frames) for name in (ANY, *self.names)}
        vehicles = sum(one.matches[ANY].truths for one in frames)
        return known(items=len(frames), vehicles=vehicles, **scores)

    def of(self, name: str, frames: Sequence[Framed]) -> Figures:
        """One class by itself."""
        those = self._those(name, frames)
        truths = sum(one.truths for one in those)
        return known(vehicles=truths, ap50=average_precision(those))

    def _ap(self, name: str, frames: Sequence[Framed]) -> float | None:
        return average_precision(self._those(name, frames))

    def _those(self, name: str, frames: Sequence[Framed]) -> list[Matches]:
        return [
            one.matches[name]
            for one in frames
            if name in one.matches and (name == ANY or name in self._labelled[one.item.source])
        ]


@dataclass(frozen=True, slots=True)
class _Seen:
    """The finds of one frame and its truth, by class."""

    found: Detections
    guessed: NDArray[np.str_]
    truth: Boxes
    real: NDArray[np.str_]
    rules: Rules
    size: tuple[int, int]

    @classmethod
    def of(cls, item: Item, found: Detections, size: tuple[int, int]) -> Self:
        rules = rules_of(item)
        vehicles = item.vehicles or ()
        truth = np.array([one.box for one in vehicles], np.float64).reshape(-1, 4)
        real = np.array([_class(one.cls, rules) for one in vehicles], np.str_)
        guessed = np.array([_class(CLASSES[one].value, rules) for one in found.classes], np.str_)
        return cls(found, guessed, truth, real, rules, size)

    def matches(self, spared: Flags | None = None) -> dict[str, Matches]:
        """Class, or ``any``, to what became of its finds; those spared are forgiven, too."""
        every = np.ones(len(self.guessed), np.bool_), np.ones(len(self.real), np.bool_)
        found = {ANY: self._match(*every, spared)}
        for name in sorted({*self.real.tolist(), *self.guessed.tolist()}):
            found[name] = self._match(self.guessed == name, self.real == name, spared)
        return found

    def _match(self, those: Flags, these: Flags, spared: Flags | None) -> Matches:
        boxes = np.asarray(self.found.boxes, np.float64)[those]
        truth = self.truth[these]
        forgiven = self.rules.forgiven(boxes, self.size)
        if spared is not None:
            forgiven |= spared[those]
        scores = np.asarray(self.found.scores, np.float64)[those]
        return match(boxes, scores, truth, self.rules.unjudged_truth(truth), forgiven)


def _mended(frame: Framed) -> Framed:
    return frame if frame.mended is None else replace(frame, matches=frame.mended)


def _class(name: str, rules: Rules) -> str:
    coarse = COARSE.get(name, name)
    return rules.told.same.get(coarse, coarse)


def _show(
    sheet: Sheet, picture: MatLike, found: Detections, truth: Boxes, matches: Matches
) -> None:
    alarms = np.flatnonzero(matches.judged & ~matches.right & (matches.scores >= _SURE))
    if not len(alarms) and not len(matches.missed):
        return
    shown = picture.copy()
    for boxes, colour in (
        (truth[matches.missed], (0, 0, 255)),
        (found.boxes[alarms], (0, 200, 255)),
    ):
        for x1, y1, x2, y2 in boxes.astype(int).tolist():
            cv2.rectangle(shown, (x1, y1), (x2, y2), colour, max(2, picture.shape[1] // 320))
    caption = f"{len(matches.missed)} missed, {len(alarms)} false"
    sheet.add(_small(shown), caption, len(alarms) + len(matches.missed))


def _small(picture: MatLike) -> MatLike:
    scale = min(1.0, _SHOWN / max(picture.shape[:2]))
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
