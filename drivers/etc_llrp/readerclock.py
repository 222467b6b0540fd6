"""The reader's clock against ours, learned from what arrives.

A report arrives some delay after what it tells. The smallest difference of arrival and told time
seen lately is therefore nearest to the true offset: a filter of minima, kept in two halves so that
it follows a drifting clock.
"""

_HALF_NS = 60_000_000_000
_STEP_NS = 2_000_000_000
_DRIFT_PER_NS = 100e-6
"""Of crystals as poor as they come; the spread grows with the age of the offset."""


class ReaderClock:
    """Places moments of one reader's clock (UTC or since its start) on our monotonic clock.

    Attributes:
        steps: Times that the reader's clock was seen to jump.
    """

    def __init__(self) -> None:
        self.steps = 0
        self._round_trip_ns = 0
        self._now: tuple[int, int] | None = None
        self._before: tuple[int, int] | None = None
        self._begun_ns = 0
        self._last_told_ns: int | None = None
        self._uptime: bool | None = None

    def round_trip(self, ns: int) -> None:
        """Time of a question and its answer: the part of the delay that no minimum removes."""
        self._round_trip_ns = min(self._round_trip_ns or ns, ns)

    def greeting(self, us: int, arrived_ns: int, *, uptime: bool) -> None:
        """A moment that the reader tells as its now."""
        self._begin(us * 1000, arrived_ns, uptime)

    def place(self, us: int, arrived_ns: int, *, uptime: bool) -> tuple[int, int]:
        """Monotonic ns, never after the arrival, of a told moment, and its spread in ms."""
        told_ns = us * 1000
        self._learn(told_ns, arrived_ns, uptime)
        offset_ns, known_ns = self._best()
        age_ns = max(0, arrived_ns - known_ns)
        spread_ns = self._round_trip_ns + _DRIFT_PER_NS * age_ns
        at_ns = max(0, min(arrived_ns, told_ns + offset_ns))
        return at_ns, max(1, -round(-spread_ns // 1_000_000))

    def offset_ns(self) -> int | None:
        """Our monotonic clock less the reader's; None before anything was heard."""
        return None if self._now is None else self._best()[0]

    @property
    def uptime(self) -> bool | None:
        """Whether the reader counts from its start; None before anything was heard."""
        return self._uptime

    def _learn(self, told_ns: int, arrived_ns: int, uptime: bool) -> None:
        if self._now is None or self._uptime != uptime:
            self._begin(told_ns, arrived_ns, uptime)
            return
        if self._last_told_ns is not None and told_ns < self._last_told_ns - _STEP_NS:
            # Reports come in order, so it was the clock that went back.
            self.steps += 1
            self._begin(told_ns, arrived_ns, uptime)
            return
        difference_ns = arrived_ns - told_ns
        if difference_ns < self._best()[0] - _STEP_NS:
            self.steps += 1
            self._begin(told_ns, arrived_ns, uptime)
            return
        self._last_told_ns = max(self._last_told_ns or told_ns, told_ns)
        if arrived_ns - self._begun_ns > _HALF_NS:
            self._before, self._now = self._now, (difference_ns, arrived_ns)
            self._begun_ns = arrived_ns
        elif difference_ns <= self._now[0]:
            self._now = difference_ns, arrived_ns

    def _begin(self, told_ns: int, arrived_ns: int, uptime: bool) -> None:
        self._uptime = uptime
        self._now, self._before = (arrived_ns - told_ns, arrived_ns), None
        self._begun_ns = arrived_ns
        self._last_told_ns = None

    def _best(self) -> tuple[int, int]:
        assert self._now is not None  # noqa: S101 - every caller has learned before
        return min(self._now, self._before) if self._before is not None else self._now
