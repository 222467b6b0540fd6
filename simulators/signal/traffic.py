"""Seeded arrivals at one detector: exact moments, the same for the same seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

_HEADWAY_S = 1.2


@dataclass(frozen=True, slots=True)
class Hit:
    """A vehicle over a detector, from–to in seconds of the simulation."""

    on: float
    off: float


def arrivals(seed: int, per_hour: float) -> Iterator[Hit]:
    """Hits for ever: exponential gaps above a least headway, 0.3…0.9 s of presence."""
    rng = random.Random(seed)
    mean_gap_s = max(0.05, 3600 / per_hour - _HEADWAY_S)
    now = rng.expovariate(1 / mean_gap_s)
    while True:
        yield Hit(now, now + rng.uniform(0.3, 0.9))
        now += _HEADWAY_S + rng.expovariate(1 / mean_gap_s)
