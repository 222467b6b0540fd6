"""The time that a report is about: cut into bins, and labelled where people look for labels."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
_STEPS = (MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS, 7 * DAY_MS)
_BINS_MAX = 200


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on the time axis.

    Attributes:
        day: The label is a day, not a time of day.
    """

    at_ms: int
    day: bool


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment to before another, UTC ms, seen in a time zone."""

    from_ms: int
    to_ms: int
    zone: ZoneInfo

    @property
    def step_ms(self) -> int:
        """Length of a bin: the finest that a chart can show."""
        length = self.to_ms - self.from_ms
        return next((step for step in _STEPS if length <= step * _BINS_MAX), _STEPS[-1])

    @property
    def bins(self) -> int:
        """How many there are; the last may be cut short."""
        return max(1, -(-(self.to_ms - self.from_ms) // self.step_ms))

    def bin_of(self, t_ms: int) -> int:
        """The bin of a moment within the period."""
        return (t_ms - self.from_ms) // self.step_ms

    def span(self, place: int) -> tuple[int, int]:
        """Begin and end of a bin."""
        begin = self.from_ms + place * self.step_ms
        return begin, min(begin + self.step_ms, self.to_ms)

    def local(self, t_ms: int) -> datetime:
        """A moment where the unit stands."""
        return datetime.fromtimestamp(t_ms / 1000, self.zone)

    def ticks(self, most: int) -> list[Tick]:
        """Round local times, as many as fit: ``most`` and one more."""
        length = self.to_ms - self.from_ms
        for minutes in (5, 15, 30, 60, 120, 180, 360):
            if length <= minutes * MINUTE_MS * most:
                return [Tick(at, day=False) for at in self._round_times(minutes)]
        days = max(1, -(-length // (DAY_MS * most)))
        return [Tick(at, day=True) for at in self.midnights()[::days]]

    def midnights(self) -> list[int]:
        """Where local days begin within the period."""
        day, found = self.local(self.from_ms).date(), []
        while (at := self._midnight(day)) < self.to_ms:
            if at >= self.from_ms:
                found.append(at)
            day += timedelta(days=1)
        return found

    def _round_times(self, minutes: int) -> list[int]:
        midnight = self._midnight(self.local(self.from_ms).date())
        step = minutes * MINUTE_MS
        first = midnight + -(-(self.from_ms - midnight) // step) * step
        return list(range(first, self.to_ms + 1, step))

    def _midnight(self, day: date) -> int:
        begin = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return round(begin.timestamp() * 1000)
