"""Seeded arrivals at one detector: exact moments, the same for the same seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

_HEADWAY_S = 1.2


@dataclass(frozen=True, slots=True)
class Hit:
    """A vehicle over a detector, from–to in seconds of the simulation.

    Attributes:
        counts: 0 where it only ends what began before.
    """

    on: float
    off: float
    counts: int = 1


class Hits(Protocol):
    """What passes one detector."""

    def until(self, now: float) -> list[Hit]:
        """Those that begin after the last call and no later than now."""


class Arrivals:
    """Made-up vehicles, see ``arrivals``."""

    def __init__(self, seed: int, per_hour: float) -> None:
        self._hits = arrivals(seed, per_hour)
        self._next = next(self._hits)

    def until(self, now: float) -> list[Hit]:
        """See ``Hits``."""
        found = []
        while self._next.on <= now:
            found.append(self._next)
            self._next = next(self._hits)
        return found


def arrivals(seed: int, per_hour: float) -> Iterator[Hit]:
    """Hits for ever: exponential gaps above a least headway, 0.3…0.9 s of presence."""
    rng = random.Random(seed)
    mean_gap_s = max(0.05, 3600 / per_hour - _HEADWAY_S)
    now = rng.expovariate(1 / mean_gap_s)
    while True:
        yield Hit(now, now + rng.uniform(0.3, 0.9))
        now += _HEADWAY_S + rng.expovariate(1 / mean_gap_s)
