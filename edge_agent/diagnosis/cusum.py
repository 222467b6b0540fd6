"""Has a mean moved? Cumulative sums (Page 1954), two-sided, and a baseline learnt first."""

import math
from dataclasses import dataclass

_SLACK = 0.5
_FORGET = 0.02
"""Weight of a new value in the recent mean: some fifty values."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is normal."""

    mean: float
    sigma: float


class Cusum:
    """Watches one quantity.

    Args:
        learn: So many values make the baseline.
        limit: Sum of standardised excesses at which the mean is said to have moved: 14 gives one
            false alarm in some hundred thousand values (Siegmund's approximation), and finds a
            shift of one sigma after thirty.
        least_sigma: The spread is never taken for smaller.

    Attributes:
        learnt: The baseline; None before it is known.
        recent: Mean of the latest values.
    """

    def __init__(self, *, learn: int, limit: float = 14.0, least_sigma: float) -> None:
        self._learn = learn
        self._limit = limit
        self._least = least_sigma
        self._count, self._sum, self._squares = 0, 0.0, 0.0
        self._up = self._down = 0.0
        self.learnt: Learnt | None = None
        self.recent = 0.0

    def add(self, value: float) -> None:
        """Take a value; what is far outside counts as four sigma and no more."""
        if self.learnt is None:
            self._count += 1
            self._sum += value
            self._squares += value * value
            if self._count >= self._learn:
                mean = self._sum / self._count
                spread = math.sqrt(max(0.0, self._squares / self._count - mean * mean))
                self.learnt = Learnt(mean, max(self._least, spread))
                self.recent = mean
            return
        standard = (value - self.learnt.mean) / self.learnt.sigma
        standard = max(-4.0, min(4.0, standard))
        self.recent += _FORGET * (self.learnt.mean + standard * self.learnt.sigma - self.recent)
        # Bounded, so that an ill that is over is over soon.
        most = 2 * self._limit
        self._up = min(most, max(0.0, self._up + standard - _SLACK))
        self._down = min(most, max(0.0, self._down - standard - _SLACK))

    @property
    def moved(self) -> bool:
        """Whether the mean is no longer the baseline's."""
        return max(self._up, self._down) >= self._limit

    def relearn(self) -> None:
        """What is now is normal: somebody has calibrated."""
        self._count, self._sum, self._squares = 0, 0.0, 0.0
        self._up = self._down = 0.0
        self.learnt = None
