"""From samples to readings: what changed, between which two moments, and what can be trusted."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from edge_agent.clock import Stamp
from edge_agent.device.readings import (
    Colour,
    ConditionReading,
    DetectorReading,
    Reading,
    Severity,
    SignalReading,
)
from edge_agent.drivers.signal_modbus.aspects import Steady, clashes
from edge_agent.drivers.signal_modbus.codec import Sample
from edge_agent.drivers.signal_modbus.counters import CounterTrack
from edge_agent.drivers.signal_modbus.map import Map

Between = Callable[[int, int], Stamp]
"""Stamp of something that happened between two monotonic moments, ns."""

_UNEVEN_SAMPLES = 5
_MS = 1_000_000


class _Condition(NamedTuple):
    code: str
    active: bool
    severity: Severity
    text: str
    do: str


class Follower:
    """Follows one controller through consecutive polls."""

    def __init__(self, map_: Map, between: Between) -> None:
        self._map = map_
        self._between = between
        self._steady = {phase.number: Steady() for phase in map_.phase}
        self._shown: dict[int, Colour] | None = None
        self._plan: int | None = None
        self._mode: str | None = None
        self._asked_ns: int | None = None
        self._uptime_s: float | None = None
        self._uneven = dict.fromkeys(self._steady, 0)
        self._told: dict[str, tuple[bool, str]] = {}
        self._presence: dict[str, bool] = {}
        self._trouble: dict[str, str] = {}
        self._counters = {
            detector.name: CounterTrack(
                16 if detector.counter.type == "u16" else 32, detector.most_per_s
            )
            for detector in map_.detector
            if detector.counter is not None
        }

    def take(self, sample: Sample, asked_ns: int, answered_ns: int) -> list[Reading]:
        """Feed a poll; returns what it tells.

        Args:
            sample: The poll.
            asked_ns: Monotonic moment when its first request was sent.
            answered_ns: Monotonic moment when its last reply was there.
        """
        readings: list[Reading] = [
            *self._signal(sample, asked_ns, answered_ns),
            *self._detectors(sample, asked_ns, answered_ns),
            *self._all_conditions(sample, asked_ns, answered_ns),
        ]
        self._asked_ns = asked_ns
        return readings

    def _signal(self, sample: Sample, asked_ns: int, answered_ns: int) -> Iterator[SignalReading]:
        before_ns = asked_ns if self._asked_ns is None else self._asked_ns
        known = {
            phase: self._steady[phase].take(seen, before_ns, asked_ns)
            for phase, seen in sample.aspects.items()
        }
        shown = {phase: colour for phase, colour in known.items() if colour is not None}
        if len(shown) < len(known):
            return
        before, self._shown = self._shown, shown
        changed = tuple(p for p, colour in shown.items() if before and before[p] is not colour)
        other = (self._plan, self._mode) != (sample.plan, sample.mode)
        self._plan, self._mode = sample.plan, sample.mode
        if before is not None and not changed and not other:
            return
        first = before is None
        since_ns = min((self._steady[phase].since_ns for phase in changed), default=before_ns)
        yield SignalReading(
            at=self._between(asked_ns if first else since_ns, answered_ns),
            phases=shown,
            changed=changed,
            plan=sample.plan,
            cycle_ms=sample.cycle_ms,
            mode=sample.mode,
            first=first,
            every_ms=None if self._asked_ns is None else (asked_ns - self._asked_ns) // _MS,
        )

    def _detectors(
        self, sample: Sample, asked_ns: int, answered_ns: int
    ) -> Iterator[DetectorReading]:
        self._notice_restart(sample.uptime_s)
        at: Stamp | None = None
        for detector in self._map.detector:
            name = detector.name
            occupied = sample.presence.get(name)
            moved = occupied is not None and self._presence.get(name) is not occupied
            if occupied is not None:
                self._presence[name] = occupied
            count, why = self._count(name, sample, asked_ns)
            if moved or count or self._is_news(name, why):
                since_ns = asked_ns if self._asked_ns is None else self._asked_ns
                at = at or self._between(since_ns, answered_ns)
                yield DetectorReading(at, name, count, occupied, why)

    def _count(self, name: str, sample: Sample, asked_ns: int) -> tuple[int | None, str | None]:
        track = self._counters.get(name)
        if track is None:
            return None, "no-counter"
        raw = sample.counters[name]
        if raw.value is None:
            return None, raw.why
        return track.take(int(raw.value), asked_ns // _MS)

    def _is_news(self, name: str, why: str | None) -> bool:
        """A lasting reason is told once; a reset is one each time."""
        before = self._trouble.get(name, "")
        self._trouble[name] = why or ""
        if why in ("counter-reset", "implausible", "first"):
            return True
        return why is not None and why != before

    def _notice_restart(self, uptime_s: float | None) -> None:
        before, self._uptime_s = self._uptime_s, uptime_s
        if before is not None and uptime_s is not None and uptime_s < before:
            for track in self._counters.values():
                track.restart()

    def _all_conditions(
        self, sample: Sample, asked_ns: int, answered_ns: int
    ) -> Iterator[ConditionReading]:
        if self._shown is None:
            return
        at: Stamp | None = None
        for condition in self._holding(sample, self._shown):
            # A list of phases that grows is news; one that shrinks to nothing clears.
            news = (condition.active, condition.text if condition.active else "")
            if self._told.get(condition.code) == news:
                continue
            self._told[condition.code] = news
            since_ns = asked_ns if self._asked_ns is None else self._asked_ns
            at = at or self._between(since_ns, answered_ns)
            yield ConditionReading(
                at,
                condition.code,
                condition.active,
                condition.severity,
                condition.text,
                condition.do,
            )

    def _holding(self, sample: Sample, shown: dict[int, Colour]) -> Iterator[_Condition]:
        for alarm in self._map.alarm:
            active = sample.alarms[alarm.code]
            yield _Condition(alarm.code, active, alarm.severity, alarm.text, alarm.do)
        for phase in shown:
            self._uneven[phase] = self._uneven[phase] + 1 if phase in sample.uneven else 0
        yield _of_phases(
            "lamp-conflict",
            [str(phase) for phase, colour in shown.items() if colour is Colour.CONFLICT],
            "critical",
            "Lamps lit together that exclude each other, phases: ",
            "Check the lamp outputs and the conflict monitor at the cabinet",
        )
        yield _of_phases(
            "conflict",
            [f"{one} with {other}" for one, other in clashes(shown, self._map.conflicts)],
            "critical",
            "Phases that let traffic in together: ",
            "Have the junction set to flash and the controller checked",
        )
        yield _of_phases(
            "head-uneven",
            [str(phase) for phase, times in self._uneven.items() if times >= _UNEVEN_SAMPLES],
            "warning",
            "Heads of one colour differ, phases: ",
            "Check the lamps and their outputs",
        )
        yield _Condition(
            "all-dark",
            all(colour is Colour.DARK for colour in shown.values()),
            "critical",
            "No lamp of the junction is lit",
            "Check mains and controller at the cabinet",
        )


def _of_phases(code: str, which: list[str], severity: Severity, text: str, do: str) -> _Condition:
    return _Condition(code, bool(which), severity, text + ", ".join(which), do)
