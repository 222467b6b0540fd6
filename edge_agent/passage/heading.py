"""The head of an event: whose it is, when it was, how far that can be trusted."""

from dataclasses import dataclass
from typing import Any

from edge_agent.clock import Clock, Stamp
from edge_agent.contract import ulid


@dataclass(frozen=True, slots=True)
class Heading:
    """Makes heads for one unit."""

    unit: str
    clock: Clock
    test: bool = False

    def of(self, about: str, at: Stamp) -> dict[str, Any]:
        """Head fields of an event about ``about`` that happened ``at``."""
        quality = self.clock.quality()
        known = quality.source != "none"
        return {
            "id": ulid.new(at.utc_ms),
            "u": self.unit,
            "d": about,
            "t": at.utc_ms,
            "tq": at.spread_ms + quality.uncertainty_ms if known else None,
            "ts": quality.source,
            "test": True if self.test else None,
        }
