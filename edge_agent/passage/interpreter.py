"""Readings in, events out: the one place where a device's words become a promise to the outside.

Pure state: no I/O, no tasks. The caller brings every reading and every device state on one
thread, calls ``pump`` about ten times a second and ``tick`` about once, and hands the events to the
spool.
"""

import heapq
import itertools
from collections.abc import Iterable, Mapping
from typing import Literal

from edge_agent.alarming.alarm import Change
from edge_agent.alarming.book import AlarmBook
from edge_agent.clock import Stamp, stamp
from edge_agent.contract.envelope import Event
from edge_agent.contract.events import DeviceState, Figure, Signal
from edge_agent.device.readings import (
    AxlesReading,
    ConditionReading,
    CrossingReading,
    DetectorReading,
    FigureReading,
    Reading,
    SignalReading,
    TagReading,
    ZoneReading,
)
from edge_agent.passage import told_alarms, told_clocks
from edge_agent.passage.closing import fuse, stop_moment
from edge_agent.passage.echoes import Echoes
from edge_agent.passage.fused import Fused, Member
from edge_agent.passage.heading import Heading
from edge_agent.passage.judging import Judge, OnViolation
from edge_agent.passage.lanebook import LaneBook
from edge_agent.passage.lanes import LaneSettings
from edge_agent.passage.pairedlane import Closed
from edge_agent.passage.road import Road, Scores
from edge_agent.passage.sighting import Sensor
from edge_agent.passage.signals import SETTLE_MS, SignalTrace
from edge_agent.passage.telling import Teller, refuse_unfit
from edge_agent.passage.veil import Veil


class Interpreter:
    """Turns what devices say into the events of the contract.

    Args:
        heading: Makes heads; has the clock.
        lanes: Of the site file.
        veil: Hides plates and tags; None: all leave as text.
        judge: Holds each vehicle against the rules; None: nobody is judged.
        on_violation: Told of each violation.
        scores: What ``scores`` said of the sensors' clocks at the end of an earlier run.
        alarms: Decides what of the conditions is told; the usual rules when left out.
    """

    def __init__(
        self,
        heading: Heading,
        lanes: Mapping[str, LaneSettings],
        *,
        veil: Veil | None = None,
        judge: Judge | None = None,
        on_violation: OnViolation | None = None,
        scores: Scores | None = None,
        alarms: AlarmBook | None = None,
    ) -> None:
        self._heading = heading
        self._clock = heading.clock
        self._teller = Teller(heading, veil)
        self._judge = judge
        self._on_violation = on_violation
        self._book = LaneBook(heading, lanes)
        self._road = Road(lanes, scores)
        self._trace = SignalTrace()
        self._echoes = Echoes()
        self.alarms = alarms or AlarmBook()
        self._antennas = {
            (tag.device, tag.antenna): lane for lane, each in lanes.items() for tag in each.tags
        }
        self._tags: dict[tuple[str, int], tuple[int, int]] = {}
        # Vehicles whose signal may not have spoken yet: due, order, vehicle.
        self._unsettled: list[tuple[int, int, Closed]] = []
        self._order = itertools.count()
        self.judge_failures = 0

    @property
    def lanes(self) -> list[str]:
        """Lanes known so far, configured and implied."""
        return self._book.lanes

    @property
    def scores(self) -> Scores:
        """What is known of the sensors' clocks, for the next run."""
        return self._road.scores()

    @property
    def repeated(self) -> Mapping[str, int]:
        """How often a device said a reading once more, by device."""
        return self._echoes.counts

    def read(self, device: str, reading: Reading) -> list[Event]:
        """Events that follow from one reading at once.

        Raises:
            pydantic.ValidationError: The contract has no words for what it says.
        """
        if self._echoes.repeats(device, reading):
            return []
        events = self._read(device, reading)
        self._echoes.note(device, reading)
        return events

    def _read(self, device: str, reading: Reading) -> list[Event]:  # noqa: PLR0911 - a table
        match reading:
            case CrossingReading():
                self._book.stop_line(device, reading)
                return self._crossing(device, reading)
            case SignalReading():
                self._book.signal(device, reading)
                self._trace.say(device, reading)
                return [self._signal(device, reading)]
            case TagReading():
                return self._tag(device, reading)
            case AxlesReading():
                return self._axles(device, reading)
            case ConditionReading():
                return self.condition(device, reading)
            case FigureReading():
                return [self._figure(device, reading)]
            case DetectorReading():
                self._book.detector(device, reading)
            case ZoneReading():
                self._book.zone(device, reading)
            case _:
                pass
        return []

    def condition(self, about: str, reading: ConditionReading) -> list[Event]:
        """What is to be told of a condition; nothing when it stands so already.

        Raises:
            pydantic.ValidationError: The contract has no words for it.
        """
        told_alarms.refuse_unfit(self._heading, about, reading)
        return self.told(self.alarms.hear(about, reading))

    def told(self, changes: Iterable[Change]) -> list[Event]:
        """Alarms as events."""
        return [told_alarms.alarm(self._heading, change) for change in changes]

    def device(
        self,
        device: str,
        *,
        state: Literal["ok", "degraded", "down"],
        cause: str | None,
        detail: str,
        since_ms: int,
        last_ms: int | None,
    ) -> list[Event]:
        """A device's state changed: that, and what follows for its alarms."""
        now = stamp(self._clock)
        up = state != "down"
        self._book.device(device, up=up)
        self._road.device(device, up=up)
        self._trace.device(device, up=up, now=now)
        told = DeviceState(
            **self._heading.of(device, now),
            state=state,
            cause=cause,
            since=since_ms,
            last=last_ms,
            detail=detail[:200],
        )
        return [told, *self.told(self.alarms.device(device, now, up=up))]

    def pump(self, *, everything: bool = False) -> list[Event]:
        """Vehicles of which nothing more is expected; with ``everything`` also the others."""
        now = stamp(self._clock)
        events: list[Event] = []
        for closed in self._road.take(now, everything=everything):
            events += self._close(closed, now, everything=everything)
        while self._unsettled and (everything or self._unsettled[0][0] <= now.mono_ns):
            events += self._publish(heapq.heappop(self._unsettled)[2])
        return events

    def tick(self, *, everything: bool = False) -> list[Event]:
        """Aggregates whose interval has ended, or all with ``everything``; alarms that are due."""
        events: list[Event] = list(self._book.take(everything=everything))
        now = stamp(self._clock)
        for device, reading in told_clocks.conditions(self._road.clocks(), now):
            events += self.condition(device, reading)
        return events + self.told(self.alarms.tick(now))

    def _crossing(self, device: str, reading: CrossingReading) -> list[Event]:
        refuse_unfit(reading)
        lane, direction = self._book.where(device, reading)
        number = f"{reading.run}-{reading.track}"
        member = Member("camera", device, f"{device}/{reading.line}", number, reading.at, reading)
        if self._road.has((device, reading.line)):
            return self._add((device, reading.line), member, direction=direction)
        return self._close(Closed(lane, direction, (member,)), stamp(self._clock))

    def _tag(self, device: str, reading: TagReading) -> list[Event]:
        lane = self._antennas.get((device, reading.antenna))
        purpose = None if lane is None else self._book.settings(lane).purpose
        number = self._tag_number(device, reading)
        events: list[Event] = [self._teller.tag(device, reading, number, purpose)]
        sensor = device, str(reading.antenna)
        member = Member("tag", device, "/".join(sensor), number, reading.at, reading)
        return events + self._add(sensor, member)

    def _axles(self, device: str, reading: AxlesReading) -> list[Event]:
        events: list[Event] = [self._teller.axles(device, reading)]
        sensor = device, reading.lane
        number = str(reading.number)
        member = Member("axles", device, "/".join(sensor), number, reading.at, reading)
        return events + self._add(sensor, member, against=reading.reverse)

    def _add(
        self, sensor: Sensor, member: Member, *, direction: str = "", against: bool = False
    ) -> list[Event]:
        if not self._road.has(sensor):
            return []
        now = stamp(self._clock)
        strays = self._road.add(sensor, member, now, direction=direction, against=against)
        return [event for stray in strays for event in self._close(stray, now)]

    def _close(self, closed: Closed, now: Stamp, *, everything: bool = False) -> list[Event]:
        stop = stop_moment(closed, self._book.settings(closed.lane))
        if stop is not None and not everything:
            due_ns = stop.mono_ns + SETTLE_MS * 1_000_000
            if due_ns > now.mono_ns:
                heapq.heappush(self._unsettled, (due_ns, next(self._order), closed))
                return []
        return self._publish(closed)

    def _publish(self, closed: Closed) -> list[Event]:
        settings = self._book.settings(closed.lane)
        if closed.alone is not None:
            return [
                self._teller.unpaired(closed.lane, member, closed.alone, settings.purpose)
                for member in closed.members
            ]
        kinds = self._road.kinds(closed.lane)
        fused = fuse(closed, settings, kinds, self._trace, self._clock)
        self._book.vehicle(fused)
        passage = self._teller.passage(fused, settings.purpose)
        return [passage, *self._judged(fused, settings)]

    def _judged(self, fused: Fused, settings: LaneSettings) -> list[Event]:
        if self._judge is None:
            return []
        try:
            verdicts = self._judge.judge(fused)
        except Exception as error:  # noqa: BLE001 - a bug in a rule must not cost the passage
            self.judge_failures += 1
            words = f"passage {fused.id}: {type(error).__name__}: {error}"
            do = "Report it with a bundle; passages go on, nobody is judged by this rule."
            now = stamp(self._clock)
            failed = ConditionReading(now, "judge-failed", True, "critical", words, do)
            return self.condition(self._heading.unit, failed)
        violations: list[Event] = []
        for verdict in verdicts:
            violation = self._teller.violation(verdict, fused, settings.purpose)
            violations.append(violation)
            if self._on_violation is not None:
                self._on_violation(violation, fused, settings)
        return violations

    def _tag_number(self, device: str, reading: TagReading) -> str:
        """A number for a reading of a device that gives none."""
        key = device, reading.antenna
        at, times = self._tags.get(key, (0, 0))
        times = times + 1 if at == reading.at.utc_ms else 0
        self._tags[key] = reading.at.utc_ms, times
        return f"{reading.antenna}-{reading.at.utc_ms}" + (f"-{times}" if times else "")

    def _signal(self, device: str, reading: SignalReading) -> Signal:
        return Signal(
            **self._heading.of(device, reading.at),
            ph={str(phase): aspect.value for phase, aspect in sorted(reading.phases.items())},
            chg=list(reading.changed),
            first=reading.first,
            plan=reading.plan,
            cyc=reading.cycle_ms,
            mode=reading.mode,
        )

    def _figure(self, device: str, reading: FigureReading) -> Figure:
        return Figure(
            **self._heading.of(device, reading.at),
            name=reading.name,
            val=reading.value,
            unit=reading.unit,
            why=reading.why,
        )
