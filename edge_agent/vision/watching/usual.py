"""What a camera usually sees, learnt as it goes, and what it saw in other light before."""

from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.watching.outline import Levels, Look, Outline, by_cell
from edge_agent.vision.watching.shift import SAME, Match, Spectrum, match, spectrum

_MEMORY_S = 600.0
"""Dusk takes half an hour, a bag over the lens a second: in between lies what is forgotten."""
_YOUNG_S = 20.0
_RIPE_S = 120.0
"""Until a view is worth keeping, and between two looks back at the kept ones."""
_REFRESH_S = 10.0
_KEPT = 8
_SEEN_BEFORE = 0.5
"""Likeness from which a view is a kept one: dusk has 0.6 with its day, another scene 0.05."""
_KNOWN = 0.8
_RELATED = 0.35
_LEAST = 4e-4
"""Mean square of an outline below which a cell has no structure: sky, bare asphalt at night."""
_LOST = 0.4
_EMPTY = 0.3
_FEW = 6
_HARDLY = 0.1
_PLAIN = 0.05
"""Light and dark left, as a share of the usual; dense fog leaves a tenth."""


Cells = NDArray[np.bool_]
"""Which of the picture's cells."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A look against what is usual.

    Attributes:
        match: Of the outlines.
        bare: Share of the structured cells that lost their structure and got no other: a vehicle
            in front brings edges of its own.
        intact: Structure left in the other cells, 1 = all.
        coarse: Coarse structure left in all cells.
        sharp: What is left of fine edges against what is left of coarse ones, 1 = as usual.
        light: Correlation of light and dark in the large.
        own: Structure that the structured cells have now, the usual one or another; 1 = as much.
    """

    match: Match
    bare: float
    intact: float
    coarse: float
    sharp: float
    light: float
    own: float


@dataclass(frozen=True, slots=True)
class _Kept:
    """A view of earlier, and where it lies on the first one kept."""

    coarse: Outline
    spectrum: Spectrum
    shift: tuple[float, float]


class Usual:
    """Long mean of looks.

    Attributes:
        crept: How far the view has slid since the first, too slowly for one look to tell; shares
            of the picture's width.
    """

    def __init__(self) -> None:
        self._view: Look | None = None
        self._spectrum: Spectrum | None = None
        self._taught_s = self._fresh_s = self._kept_s = 0.0
        self._kept: list[_Kept] = []
        self.crept = (0.0, 0.0)

    @property
    def known(self) -> bool:
        """Whether there is enough to compare with."""
        return self._taught_s >= _YOUNG_S

    def learn(self, look: Look, seconds: float) -> None:
        """This look is as it should be."""
        if self._view is None:
            self._view = _copy(look)
            return
        self._taught_s += seconds
        self._fresh_s += seconds
        self._kept_s += seconds
        share = np.float32(min(1.0, seconds / min(self._taught_s, _MEMORY_S)))
        view = self._view
        for mine, news in zip(_parts(view), _parts(look), strict=True):
            mine[...] += share * (news - mine)
        if self._kept_s >= _RIPE_S:
            self._kept_s = 0.0
            self._look_back(view)

    def accept(self, look: Look) -> None:
        """So it looks from now on."""
        self._view, self._spectrum = _copy(look), None
        self._taught_s, self._kept_s = _YOUNG_S, 0.0

    def seen_before(self, look: Look) -> bool:
        """Whether an unmoved, uncovered camera saw this earlier, in such light as now."""
        now = spectrum(look.coarse)
        return any(
            match(one.spectrum, now).here >= _SEEN_BEFORE
            and hypot(*one.shift) <= SAME
            and _bare(one.coarse, look.coarse, _structured(one.coarse))[0] <= _HARDLY
            for one in self._kept
        )

    def compare(self, look: Look) -> Likeness | None:
        """A look against what is usual; None while that is not known."""
        view = self._view
        if view is None or not self.known:
            return None
        found = match(self._usual_spectrum(view), spectrum(look.coarse))
        structured = _structured(view.fine)
        if not structured.any():
            return Likeness(found, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0)
        bare, rest = _bare(view.fine, look.fine, structured)
        fine, coarse = _left(view.fine, look.fine), _left(view.coarse, look.coarse)
        both = rest & (coarse > _LOST / 2)
        return Likeness(
            found,
            bare,
            float(np.median(fine[rest])) if rest.sum() >= _FEW else float(not bare),
            float(np.median(coarse[structured])),
            float(np.median(fine[both] / coarse[both])) if both.sum() >= _FEW else 1.0,
            _correlation(view.light, look.light),
            float(np.median(_filled(view.fine, look.fine)[structured])),
        )

    def _usual_spectrum(self, view: Look) -> Spectrum:
        if self._spectrum is None or self._fresh_s >= _REFRESH_S:
            self._spectrum, self._fresh_s = spectrum(view.coarse), 0.0
        return self._spectrum

    def _look_back(self, view: Look) -> None:
        """Where the view has got to since the first one; a new light is kept for later."""
        own = spectrum(view.coarse)
        found = [(one, match(one.spectrum, own)) for one in self._kept]
        if found:
            one, best = max(found, key=lambda pair: pair[1].best)
            if best.best >= _RELATED:
                self.crept = (one.shift[0] + best.shift[0], one.shift[1] + best.shift[1])
            if best.here >= _KNOWN:
                return
        if len(self._kept) == _KEPT:
            del self._kept[1]  # the first one is the measure of all
        self._kept.append(_Kept(view.coarse.copy(), own, self.crept))


def _parts(look: Look) -> tuple[NDArray[np.float32], ...]:
    return look.fine, look.coarse, look.light


def _copy(look: Look) -> Look:
    return Look(look.fine.copy(), look.coarse.copy(), look.light.copy())


def _structured(usual: Outline) -> Cells:
    return np.asarray(by_cell((usual * usual).sum(axis=0)) >= _LEAST)


def _bare(usual: Outline, now: Outline, structured: Cells) -> tuple[float, Cells]:
    """Share of the structured cells that are bare now, and which structured ones are not."""
    bare = structured & (_left(usual, now) < _LOST) & (_filled(usual, now) < _EMPTY)
    return float(bare.sum() / max(1, structured.sum())), structured & ~bare


def _filled(usual: Outline, now: Outline) -> Levels:
    """By cell, how much structure of any kind is there now: 1 as much as usual."""
    square = by_cell((usual * usual).sum(axis=0))
    found = by_cell((now * now).sum(axis=0)) / np.maximum(square, np.float32(_LEAST))
    return np.asarray(found, np.float32)


def _left(usual: Outline, now: Outline) -> Levels:
    """By cell, how much of the usual structure is there now: 1 all, 0 none."""
    square = by_cell((usual * usual).sum(axis=0))
    left = by_cell((usual * now).sum(axis=0)) / np.maximum(square, np.float32(1e-9))
    return np.asarray(left, np.float32)


def _correlation(one: Levels, other: Levels) -> float:
    """Of light and dark; 0 where there is next to none."""
    a, b = one - one.mean(), other - other.mean()
    wide, narrow = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    return float((a * b).sum()) / (wide * narrow) if narrow > _PLAIN * wide > 0 else 0.0
