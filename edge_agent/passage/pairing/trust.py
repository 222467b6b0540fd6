"""Is a sensor's clock right? Known from whether its readings fit, before they are believed.

A clock that is off by the distance of two vehicles pairs everything wrongly and never looks wrong
on one vehicle. But traffic is uneven, so over a few vehicles a wrong shift stops fitting: a
sequential test (Wald 1945) of "fits as it should" against "fits by chance". Until it has spoken for
a sensor, and after it has spoken against it, its readings are kept apart. Evenly spaced traffic
fits a wrong shift nearly as well, so no shift but none may explain as many readings.
"""

import math
import statistics
from collections import Counter, deque
from collections.abc import Iterable

_FITS_RIGHT = 0.93
"""Share of readings that find a vehicle when the clock is right; the rest were missed."""
FITS_SIGMA = 2.4
"""Standard deviations within which a reading counts as fitting."""
_SURE = 2.5
_BEFORE = 1.0
"""Of a clock of which nothing was seen yet: most are right."""
_MOST = 8.0
"""A long good past must not outweigh a clock that jumps now."""
_KEPT = 60
_SHIFT_BIN_MS = 200.0
_AGREE = 0.6
_AHEAD = 1
"""Readings by which one shift must explain more than another."""
_OTHER_BINS = 4
"""Shifts closer to none than this are within what speeds and antennas leave open."""
_LATELY = 12
_CLEARLY = 5
"""Of the last readings so many more must lie elsewhere before one who was believed is doubted."""


class Trust:
    """The evidence for one place.

    Args:
        score: What an earlier run found; it counts, but never so much that it could not be undone
            by what is seen now.

    Attributes:
        score: Logarithm of the odds that its clock is right.
    """

    def __init__(self, score: float = _BEFORE) -> None:
        self.score = max(-_MOST, min(_MOST, score))
        self._trusted: bool | None = None
        self._fitted = self._missed = False
        self._differences: deque[tuple[float, ...]] = deque(maxlen=_KEPT)
        self._speak()

    @property
    def trusted(self) -> bool | None:
        """None until enough was seen."""
        return self._trusted

    @property
    def likely(self) -> bool:
        """Not enough was seen to be sure, but all of it fits."""
        return self._trusted is None and self._fitted and not self._missed

    def saw(self, *, fits: bool, by_chance: float, differences_ms: tuple[float, ...] = ()) -> None:
        """One reading more.

        Args:
            fits: Whether it lay where a vehicle was expected.
            by_chance: Probability of that for a reading at any time, from how dense traffic is.
            differences_ms: Seen minus expected, to every vehicle around: where they agree over
                many readings is the clock's error.
        """
        chance = min(max(by_chance, 0.02), 0.9)
        odds = _FITS_RIGHT / chance if fits else (1 - _FITS_RIGHT) / (1 - chance)
        self.score = max(-_MOST, min(_MOST, self.score + math.log(odds)))
        self._differences.append(differences_ms)
        self._fitted |= fits
        self._missed |= not fits
        if self._trusted and not fits and self._contradicted():
            self.score, self._trusted = 0.0, None
        self._speak()

    def shift_ms(self) -> float | None:
        """By how much the clock is off, if the readings agree on it; positive: it is ahead."""
        around = _around(self._differences)
        if not around:
            return None
        number, count = max(around.items(), key=lambda item: (item[1], -abs(item[0])))
        if count < _AGREE * len(self._differences):
            return None
        middle, reach = number * _SHIFT_BIN_MS, 1.5 * _SHIFT_BIN_MS
        near = (each for differences in self._differences for each in differences)
        return statistics.median(each for each in near if abs(each - middle) <= reach)

    def _speak(self) -> None:
        if self._trusted is not True and self.score >= _SURE:
            here, away = _told(self._differences)
            # Without a reading yet, an earlier run's word counts.
            if not self._differences or here >= away + _AHEAD:
                self._trusted = True
        elif self._trusted is not False and self.score <= -_SURE:
            here, away = _told(self._differences)
            if away > here or 2 * here < len(self._differences) or not self._differences:
                self._trusted = False

    def _contradicted(self) -> bool:
        """Whether the last readings all lie elsewhere: the clock was set, or jumped, just now."""
        here, away = _told(list(self._differences)[-_LATELY:])
        return away >= here + _CLEARLY


def _told(readings: Iterable[tuple[float, ...]]) -> tuple[int, int]:
    """How many readings no shift explains, and how many the best other shift does."""
    around = _around(readings)
    here = max((around.get(n, 0) for n in (-1, 0, 1)), default=0)
    return here, max((count for n, count in around.items() if abs(n) >= _OTHER_BINS), default=0)


def _around(readings: Iterable[tuple[float, ...]]) -> dict[int, int]:
    """Shift, in bins, to how many readings it explains."""
    bins: Counter[int] = Counter()
    for differences in readings:
        near = {round(difference / _SHIFT_BIN_MS) for difference in differences}
        bins.update({n + step for n in near for step in (-1, 0, 1)})
    return bins
