"""Train for a time, not for a number of steps: the machine decides how many fit into it."""

import math
import time
from collections.abc import Callable


class Budget:
    """The minutes a person gave, and how much of them is used up.

    Args:
        minutes: All of the training, resumed or not.
        spent_s: Used up before, from the checkpoint.
    """

    def __init__(
        self, minutes: float, spent_s: float = 0.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total_s = minutes * 60
        self._clock = clock
        self._began = clock() - spent_s

    @property
    def spent_s(self) -> float:
        """Seconds used up, those before the last start too: goes into the checkpoint."""
        return self._clock() - self._began

    @property
    def share(self) -> float:
        """0 at the start, 1 when the time is up."""
        return min(1.0, self.spent_s / self._total_s) if self._total_s > 0 else 1.0

    @property
    def over(self) -> bool:
        """Whether to stop."""
        return self.share >= 1.0


def cosine(share: float, peak: float, *, warm: float = 0.03, floor: float = 0.01) -> float:
    """Learning rate: up in a straight line, then half a cosine down to ``floor * peak``.

    Args:
        share: 0–1, of the time that training has.
        peak: Highest rate.
        warm: Share of the time that warming up takes.
        floor: Lowest rate as a share of ``peak``.
    """
    if share < warm:
        return peak * max(share / warm, floor)
    fall = (share - warm) / (1 - warm)
    return peak * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(1.0, fall))))
