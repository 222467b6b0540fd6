"""Zone meter: how many vehicles are in a part of the picture, and for how long. Pure state."""

from dataclasses import dataclass

from edge_agent.vision.geometry import Point, inside
from edge_agent.vision.lines import Sight

STANDING = 0.3
"""Sizes a second below which a vehicle stands; boxes tremble by less than this."""


@dataclass(frozen=True, slots=True)
class ZoneCount:
    """One interval of one zone.

    Attributes:
        vehicles: In it at the end of the interval.
        standing: Of these, how many do not move.
        occupancy: Per mille of the interval in which at least one was in it.
    """

    vehicles: int
    standing: int
    occupancy: int


class ZoneMeter:
    """State of one zone."""

    def __init__(self, polygon: tuple[Point, ...]) -> None:
        self._polygon = polygon
        self._since: float | None = None
        self._last: float | None = None
        self._busy_s = 0.0
        self._vehicles = 0
        self._standing = 0

    def step(self, t: float, sights: list[Sight]) -> None:
        """One frame: every confirmed track in it."""
        if self._last is None:
            self._since = t
        elif self._vehicles:
            self._busy_s += t - self._last
        self._last = t
        within = [sight for sight in sights if inside(sight.at, self._polygon)]
        self._vehicles = len(within)
        self._standing = sum(
            max(abs(sight.velocity[0]), abs(sight.velocity[1])) < STANDING * max(sight.size)
            for sight in within
        )

    def take(self) -> ZoneCount | None:
        """Figures since the last take; None when no time has passed."""
        if self._since is None or self._last is None or self._last <= self._since:
            return None
        share = self._busy_s / (self._last - self._since)
        self._since, self._busy_s = self._last, 0.0
        return ZoneCount(self._vehicles, self._standing, min(1000, round(1000 * share)))
