"""What happened at moments: violations, incidents, alarms, devices' states, losses, the clock."""

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from edge_agent.contract.envelope import Event
from edge_agent.contract.events import Agg, Alarm, DeviceState, Evidence, Incident, Loss, Violation
from edge_agent.report.period import Period
from edge_agent.report.traffic import Traffic

State = Literal["ok", "degraded", "down"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A device in one state, UTC ms; ``state`` is None where nothing is known."""

    from_ms: int
    to_ms: int
    state: State | None
    cause: str | None = None


@dataclass(slots=True)
class Clock:
    """How good the time of the events was.

    Attributes:
        sources: Events by where UTC came from.
        worst_ms: Largest uncertainty; None when none was known.
    """

    sources: Counter[str] = field(default_factory=Counter)
    worst_ms: int | None = None

    def take(self, event: Event) -> None:
        """One more event."""
        self.sources[event.ts] += 1
        if event.tq is not None:
            self.worst_ms = max(event.tq, self.worst_ms or 0)


class Unit:
    """Everything that is known of one unit in a period.

    Attributes:
        violations: In the order of time.
        evidence: By the id of the violation or incident.
        incidents: By their own id: the last word, and when it began.
        alarms: All words of each, by device and code.
        losses: Events that never come, by stream and reason.
        test: Events of test mode are among these.
    """

    def __init__(self, name: str, period: Period) -> None:
        self.name = name
        self.period = period
        self.traffic = Traffic(period)
        self.violations: list[Violation] = []
        self.evidence: dict[str, Evidence] = {}
        self.incidents: dict[str, Incident] = {}
        self.alarms: defaultdict[tuple[str, str], list[Alarm]] = defaultdict(list)
        self.losses: Counter[tuple[str, str]] = Counter()
        self.clock = Clock()
        self.test = False
        self._states: defaultdict[str, list[DeviceState]] = defaultdict(list)
        self._alive: set[int] = set()

    def take(self, event: Event) -> None:
        """One more event; of states and alarms also those before the period."""
        self.test = self.test or bool(event.test)
        if event.t >= self.period.from_ms:
            self.clock.take(event)
            self._alive.add(self.period.bin_of(event.t))
        match event:
            case Agg():
                self.traffic.take(event)
            case Violation():
                self.violations.append(event)
            case Evidence():
                self.evidence[event.of] = event
            case Incident():
                self._incident(event)
            case Alarm():
                self.alarms[event.d, event.code].append(event)
            case DeviceState():
                self._states[event.d].append(event)
            case Loss():
                self.losses[event.of, event.why] += event.n
            case _:
                pass

    def finish(self) -> None:
        """All have been taken: put what came late where it belongs."""
        self.violations.sort(key=lambda event: event.t)
        for states in self._states.values():
            states.sort(key=lambda event: event.t)
        for alarms in self.alarms.values():
            alarms.sort(key=lambda event: event.t)

    @property
    def devices(self) -> list[str]:
        """Devices that said anything."""
        return sorted(self._states)

    def stretches(self, device: str) -> list[Stretch]:
        """A device's states without holes; unknown while the whole unit said nothing."""
        period = self.period
        words = self._states[device]
        times = [word.t for word in words]
        cuts = {period.from_ms, period.to_ms}
        cuts |= {at for at in times if period.from_ms < at < period.to_ms}
        if self.traffic.lanes:
            cuts |= {edge for place in self._silent() for edge in period.span(place)}
        edges = sorted(cuts)
        found: list[Stretch] = []
        for begin, end in pairwise(edges):
            place = bisect_right(times, begin) - 1
            silent = bool(self.traffic.lanes) and period.bin_of(begin) not in self._alive
            if place < 0 or silent:
                found.append(Stretch(begin, end, None))
            else:
                found.append(Stretch(begin, end, words[place].state, words[place].cause))
        return _merged(found)

    def _silent(self) -> list[int]:
        return [place for place in range(self.period.bins) if place not in self._alive]

    def _incident(self, event: Incident) -> None:
        known = self.incidents.get(event.inc)
        if known is None or known.t <= event.t:
            self.incidents[event.inc] = event


def _merged(parts: list[Stretch]) -> list[Stretch]:
    found: list[Stretch] = []
    for part in parts:
        last = found[-1] if found else None
        if last is not None and (last.state, last.cause) == (part.state, part.cause):
            found[-1] = Stretch(last.from_ms, part.to_ms, part.state, part.cause)
        else:
            found.append(part)
    return found
