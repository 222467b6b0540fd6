"""What one lane's sensors of one kind saw, interval by interval.

Intervals end at multiples of their length in UTC; the first is shorter. When UTC jumps, an interval
ends after its length of monotonic time and the next begins where UTC then is. An ended interval
waits a grace period for readings that are still on their way.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from edge_agent.clock import Stamp

GRACE_MS = 2_000
WHOLE = 1000
"""Per mille of a share that is complete."""
_NS_PER_MS = 1_000_000


@dataclass(slots=True)
class Interval:
    """One interval while it is being filled.

    Attributes:
        start_ms: UTC of its start.
        end_ms: UTC of its end, a multiple of the length.
        opened_ns: Monotonic time of its start.
        dur_ms: Its true length, known when it has ended.
        closed_ns: Monotonic time of its end, likewise.
        counts: Vehicles by direction and class.
        speeds: Speeds in 0.1 km/h by direction and class.
        unread: Vehicles whose plate was looked for and not read, by direction and class; a key for
            each whose plate was looked for.
        occupied_ms: Time in which somebody was there.
        watched_ms: Time over which occupied_ms was taken.
        queue: Largest queue seen.
        gap_ns: Time between the fronts of vehicles that followed each other, all together.
        gaps: How many such times.
        stops: Monotonic times at which vehicles crossed the stop line.
        blind_ns: Time without a working sensor.
        flaws: Reasons why values are incomplete.
    """

    start_ms: int
    end_ms: int
    opened_ns: int
    dur_ms: int = 0
    closed_ns: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    speeds: defaultdict[tuple[str, str], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    unread: Counter[tuple[str, str]] = field(default_factory=Counter)
    occupied_ms: int = 0
    watched_ms: int = 0
    queue: int | None = None
    gap_ns: int = 0
    gaps: int = 0
    stops: list[int] = field(default_factory=list)
    blind_ns: int = 0
    flaws: set[str] = field(default_factory=set)

    @property
    def measured(self) -> int:
        """Share of the interval that was seen, per mille."""
        return round(WHOLE * (1 - min(1.0, self.blind_ns / _NS_PER_MS / self.dur_ms)))

    @property
    def occupancy(self) -> int | None:
        """Occupancy per mille of the time watched; None when nobody watched."""
        if not self.watched_ms:
            return None
        return min(WHOLE, round(WHOLE * self.occupied_ms / self.watched_ms))

    @property
    def headway_ms(self) -> int | None:
        """Mean headway; None when no vehicle was seen to follow another."""
        return round(self.gap_ns / self.gaps / _NS_PER_MS) if self.gaps else None


class Tally:
    """Intervals of one lane and one kind of sensor; its sensor is down until told otherwise.

    Args:
        interval_s: Length of an interval.
        now: When it begins to count.
        grace_ms: How long after its end an interval takes what belongs to it.
    """

    def __init__(self, interval_s: int, now: Stamp, grace_ms: int = GRACE_MS) -> None:
        self._length_ms = interval_s * 1000
        self._grace_ns = grace_ms * _NS_PER_MS
        self._up = False
        self._looked_ns = now.mono_ns
        self._current = self._fresh(now.utc_ms, now.mono_ns)
        self._ended: Interval | None = None
        self._ended_ns = now.mono_ns
        self._fronts: dict[str, int] = {}

    @property
    def since_ns(self) -> int:
        """Monotonic time from which on intervals are still to be published."""
        return (self._ended or self._current).opened_ns

    def vehicles(self, at: Stamp, direction: str, kind: str, n: int = 1) -> None:
        """Count ``n`` vehicles."""
        interval = self._at(at)
        interval.counts[direction, kind] += n
        # Gaps add up to last minus first, so the order in which they are told does not matter.
        front = self._fronts.get(direction)
        if front is not None:
            interval.gap_ns += max(0, at.mono_ns - front)
            interval.gaps += n
        self._fronts[direction] = max(at.mono_ns, front or 0)

    def stop_line(self, at: Stamp) -> None:
        """A vehicle crossed the stop line."""
        self._at(at).stops.append(at.mono_ns)

    def speed(self, at: Stamp, direction: str, kind: str, speed: int) -> None:
        """Take one vehicle's speed, 0.1 km/h."""
        self._at(at).speeds[direction, kind].append(speed)

    def plate(self, at: Stamp, direction: str, kind: str, *, read: bool) -> None:
        """A vehicle's plate was looked for."""
        self._at(at).unread[direction, kind] += not read

    def presence(self, at: Stamp, occupied_ms: int, watched_ms: int) -> None:
        """Somebody was there for ``occupied_ms`` of the last ``watched_ms``."""
        interval = self._at(at)
        interval.occupied_ms += occupied_ms
        interval.watched_ms += watched_ms

    def queue(self, at: Stamp, vehicles: int) -> None:
        """Take one sample of the queue."""
        interval = self._at(at)
        interval.queue = max(vehicles, interval.queue or 0)

    def flaw(self, at: Stamp, why: str) -> None:
        """Note that something in this interval could not be counted."""
        self._at(at).flaws.add(why)

    def sensor(self, now: Stamp, *, up: bool) -> None:
        """The lane's sensor came up or went down."""
        self._account(now.mono_ns)
        self._up = up
        if not up:
            self._fronts.clear()

    def take(self, now: Stamp, *, everything: bool = False) -> list[Interval]:
        """Remove and return the intervals that are ready to publish, oldest first."""
        ready: list[Interval] = []
        if self._is_over(now):
            if self._ended is not None:
                ready.append(self._ended)
            self._turn(now)
        grace_over = now.mono_ns - self._ended_ns >= self._grace_ns
        if self._ended is not None and (grace_over or everything):
            ready.append(self._ended)
            self._ended = None
        if everything:
            self._turn(now)
            if self._ended is not None:
                ready.append(self._ended)
                self._ended = None
        return ready

    def _at(self, at: Stamp) -> Interval:
        if self._ended is not None and at.utc_ms < self._current.start_ms:
            return self._ended
        return self._current

    def _is_over(self, now: Stamp) -> bool:
        age_ms = (now.mono_ns - self._current.opened_ns) // _NS_PER_MS
        return now.utc_ms >= self._current.end_ms or age_ms > self._length_ms

    def _turn(self, now: Stamp) -> None:
        """End the current interval and begin the next."""
        self._account(now.mono_ns)
        interval = self._current
        age_ms = max(1, (now.mono_ns - interval.opened_ns) // _NS_PER_MS)
        overrun_ms = now.utc_ms - interval.end_ms
        if 0 <= overrun_ms < self._length_ms:
            interval.dur_ms = interval.end_ms - interval.start_ms
            start_ms, opened_ns = interval.end_ms, now.mono_ns - overrun_ms * _NS_PER_MS
        else:
            interval.dur_ms = age_ms
            start_ms, opened_ns = now.utc_ms, now.mono_ns
        interval.closed_ns = opened_ns
        self._ended, self._ended_ns = interval, now.mono_ns
        self._current = self._fresh(start_ms, opened_ns)

    def _fresh(self, start_ms: int, opened_ns: int) -> Interval:
        end_ms = (start_ms // self._length_ms + 1) * self._length_ms
        return Interval(start_ms, end_ms, opened_ns)

    def _account(self, mono_ns: int) -> None:
        """Charge blind time since the last look to the current interval."""
        if not self._up:
            self._current.blind_ns += mono_ns - max(self._looked_ns, self._current.opened_ns)
        self._looked_ns = mono_ns
