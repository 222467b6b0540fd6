"""Does an antenna read fewer tags of the vehicles that passed below it than it used to?

Vehicles are those that other sensors of the lane saw. A binomial cumulative sum holds "as always"
against "three quarters of that": both from what this very antenna did while it was learnt.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from edge_agent.contract.events import Passage
from edge_agent.diagnosis.finding import Diagnosis

LEARN = 200
"""Vehicles."""
_LEAST = 0.3
"""An antenna that reads fewer than this from the start serves vehicles without tags."""
_WORSE = 0.75
_LIMIT = 9.0
_BEST = 0.95
"""No antenna is held to more: three misses in a row are chance."""
_RECENT = 0.02
_NO_TAGS = frozenset({"motorbike", "bicycle"})


@dataclass(slots=True)
class _Rate:
    seen: int = 0
    read: int = 0
    usual: float | None = None
    recent: float = 0.0
    score: float = 0.0

    def add(self, *, read: bool) -> None:
        if self.usual is None:
            self.seen += 1
            self.read += read
            if self.seen >= LEARN:
                self.usual = self.recent = min(_BEST, self.read / self.seen)
            return
        self.recent += _RECENT * (read - self.recent)
        good, bad = self.usual, self.usual * _WORSE
        odds = math.log(bad / good) if read else math.log((1 - bad) / (1 - good))
        self.score = min(2 * _LIMIT, max(0.0, self.score + odds))


class ReadRate:
    """Antennas of the lanes.

    Args:
        antennas: Lane to its reader and antenna.
    """

    def __init__(self, antennas: Mapping[str, tuple[str, int]]) -> None:
        self._antennas = dict(antennas)
        self._rates: defaultdict[str, _Rate] = defaultdict(_Rate)

    def passage(self, passage: Passage) -> None:
        """A vehicle passed; one that only the reader saw, or that carries no tag, tells nothing."""
        others = any(part.k != "tag" for part in passage.parts)
        if passage.lane not in self._antennas or passage.cls in _NO_TAGS or not others:
            return
        if passage.tag is None and passage.why.get("tag") in ("device-down", "clock-off"):
            return
        self._rates[passage.lane].add(read=passage.tag is not None)

    def diagnoses(self) -> Iterator[Diagnosis]:
        """One for each antenna that was learnt."""
        for lane, rate in self._rates.items():
            if rate.usual is None or rate.usual < _LEAST:
                continue
            device, antenna = self._antennas[lane]
            low = rate.score >= _LIMIT
            yield Diagnosis(
                device,
                f"read-rate-{antenna}",
                low,
                f"antenna {antenna} over {lane} reads {rate.recent:.0%} of the vehicles, it used to"
                f" read {rate.usual:.0%}"
                if low
                else "",
                "Look at the antenna, its cable and its aim; measure the power at the connector."
                if low
                else "",
            )
