"""Is a sensor's clock right? Known from whether its readings fit, before they are believed.

A clock that is off by the distance of two vehicles pairs everything wrongly and never looks wrong
on one vehicle. But traffic is uneven, so over a few vehicles a wrong shift stops fitting: a
sequential test (Wald 1945) of "fits as it should" against "fits by chance". Until it has spoken for
a sensor, and after it has spoken against it, its readings are kept apart.
"""

import math
from collections import Counter, deque

_FITS_RIGHT = 0.93
"""Share of readings that find a vehicle when the clock is right; the rest were missed."""
FITS_SIGMA = 2.4
"""Standard deviations within which a reading counts as fitting."""
_SURE = 3.5
_MOST = 8.0
"""A long good past must not outweigh a clock that jumps now."""
_KEPT = 60
_SHIFT_BIN_MS = 200.0
_AGREE = 0.6


class Trust:
    """The evidence for one place.

    Args:
        score: What an earlier run found; it counts, but never so much that it could not be undone
            by what is seen now.

    Attributes:
        score: Logarithm of the odds that its clock is right.
    """

    def __init__(self, score: float = 0.0) -> None:
        self.score = max(-_MOST, min(_MOST, score))
        self._trusted: bool | None = None
        self._speak()
        self._differences: deque[tuple[float, ...]] = deque(maxlen=_KEPT)

    @property
    def trusted(self) -> bool | None:
        """None until enough was seen."""
        return self._trusted

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
        self._speak()

    def _speak(self) -> None:
        if self.score >= _SURE:
            self._trusted = True
        elif self.score <= -_SURE:
            self._trusted = False

    def shift_ms(self) -> float | None:
        """By how much the clock is off, if the readings agree on it; positive: it is ahead."""
        bins: Counter[int] = Counter()
        for differences in self._differences:
            bins.update({round(difference / _SHIFT_BIN_MS) for difference in differences})
        around = {n: bins[n - 1] + bins[n] + bins[n + 1] for n in list(bins)}
        if not around:
            return None
        number, count = max(around.items(), key=lambda item: (item[1], -abs(item[0])))
        return number * _SHIFT_BIN_MS if count >= _AGREE * len(self._differences) else None
