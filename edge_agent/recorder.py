"""Whatever is said in the house becomes durable here: readings, device states, conditions."""

from collections import Counter
from collections.abc import Callable, Sequence

from pydantic import ValidationError

from edge_agent.alarming.alarm import Change
from edge_agent.alarming.book import AlarmBook
from edge_agent.clock import Clock, stamp
from edge_agent.contract.envelope import Event
from edge_agent.contract.events import Agg
from edge_agent.contract.topics import below
from edge_agent.device.readings import (
    ConditionReading,
    FiguresReading,
    InventoryReading,
    Reading,
    Severity,
)
from edge_agent.diagnosis.clinic import Clinic
from edge_agent.passage.interpreter import Interpreter
from edge_agent.roadwatch import RoadWatch
from edge_agent.spool.spool import Spool
from edge_agent.supervisor import DeviceStatus
from edge_agent.uplink.conditions import Condition

_CONSULT_S = 30


class Recorder:
    """Hands readings to the interpreter and its events to the spool. Loop thread only.

    Args:
        unit: Id of the unit, for its own conditions.
        clock: Time.
        interpreter: Makes events of readings.
        spool: Where they go.
        on_inventory: Told who a device says it is.
        road: Rules and incidents; None where nobody asks for them.
        clinic: Slow ills; None where nobody asks for them.
    """

    def __init__(
        self,
        unit: str,
        clock: Clock,
        interpreter: Interpreter,
        spool: Spool,
        on_inventory: Callable[[str, InventoryReading], None],
        road: RoadWatch | None = None,
        clinic: Clinic | None = None,
    ) -> None:
        self.unit = unit
        self._clock = clock
        self._interpreter = interpreter
        self._spool = spool
        self._on_inventory = on_inventory
        self._road = road
        self._clinic = clinic
        self._born_ns = self._consult_ns = clock.mono_ns()
        self.events: Counter[str] = Counter()
        """Recorded since start, by stream."""
        self.figures: dict[str, dict[str, int]] = {}
        """The drivers' own figures, by device."""

    @property
    def lanes(self) -> list[str]:
        """Lanes known so far."""
        return self._interpreter.lanes

    @property
    def alarms(self) -> AlarmBook:
        """All of them."""
        return self._interpreter.alarms

    def reading(self, device: str, reading: Reading) -> None:
        """Take what a device said."""
        match reading:
            case InventoryReading():
                self._on_inventory(device, reading)
            case FiguresReading():
                self.figures.setdefault(device, {}).update(reading.figures)
            case _:
                try:
                    events = self._interpreter.read(device, reading)
                    events += [] if self._road is None else self._road.reading(device, reading)
                except ValidationError as error:
                    self._unfit(device, reading, error)
                    return
                for event in events:
                    self._record(event)
                if self._clinic is not None:
                    self._clinic.reading(device, reading)

    def memory(self, rss_kb: int | None) -> None:
        """Take a sample of the agent's memory."""
        if self._clinic is not None:
            self._clinic.memory.sample((self._clock.mono_ns() - self._born_ns) / 1e9, rss_kb)

    def event(self, event: Event) -> None:
        """Take an event that was made elsewhere."""
        self._record(event)

    def status(self, status: DeviceStatus) -> None:
        """Take a device's new state."""
        if status.state == "starting":
            return
        if self._road is not None:
            self._road.device(status.id, up=status.state != "down")
        events = self._interpreter.device(
            status.id,
            state=status.state,
            cause=status.cause,
            detail=status.detail,
            since_ms=status.since_ms,
            last_ms=status.last_ms,
        )
        for event in events:
            self._record(event)

    def condition(self, condition: Condition) -> None:
        """Take a condition of the uplink."""
        severity: Severity = condition.severity
        self.say(condition.code, condition.active, condition.text, condition.do, severity=severity)

    def say(
        self,
        code: str,
        active: bool,
        text: str = "",
        do: str = "",
        *,
        severity: Severity = "warning",
    ) -> None:
        """Take a condition of the unit itself; told only when it changes."""
        reading = ConditionReading(stamp(self._clock), code, active, severity, text, do)
        self._tell(self.unit, reading)

    def alarm(self, changes: Sequence[Change]) -> None:
        """Take what people have done to alarms."""
        for event in self._interpreter.told(changes):
            self._record(event)

    def pump(self, *, everything: bool = False) -> None:
        """Record the vehicles of which nothing more is expected; ``everything``: all others too."""
        for event in self._interpreter.pump(everything=everything):
            self._record(event)

    def tick(self, *, everything: bool = False) -> None:
        """Record the intervals that have ended; with ``everything`` also those still open."""
        for event in self._interpreter.tick(everything=everything):
            self._record(event)
            if self._road is not None and isinstance(event, Agg):
                self._road.aggregate(event)
        if self._road is not None:
            for event in self._road.tick(everything=everything):
                self._record(event)
            condition = self._road.condition()
            if condition is not None:
                self._tell(self.unit, condition)
            self.figures.setdefault(self.unit, {}).update(self._road.figures())
        for device, count in self._interpreter.repeated.items():
            self.figures.setdefault(device, {})["repeated-readings"] = count
        self._consult()

    def _consult(self) -> None:
        """Ask after slow ills, now and then."""
        now = stamp(self._clock)
        if self._clinic is None or now.mono_ns < self._consult_ns:
            return
        self._consult_ns = now.mono_ns + _CONSULT_S * 1_000_000_000
        for each in self._clinic.changes(now.mono_ns):
            reading = ConditionReading(
                now, each.code, each.active, each.severity, each.text, each.do
            )
            self._tell(each.device, reading)

    def _unfit(self, device: str, reading: Reading, error: ValidationError) -> None:
        """A driver said what the contract has no words for: its fault, and no other device's."""
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        figures = self.figures.setdefault(device, {})
        figures["unfit-readings"] = figures.get("unfit-readings", 0) + 1
        words = f"{reading.type}: {where}: {first['msg']}"
        do = "Report it to the driver's author, with this text."
        self._tell(
            device, ConditionReading(reading.at, "unfit-reading", True, "warning", words, do)
        )

    def _tell(self, about: str, reading: ConditionReading) -> None:
        for event in self._interpreter.condition(about, reading):
            self._record(event)

    def _record(self, event: Event) -> None:
        self.events[event.stream] += 1
        if self._clinic is not None:
            self._clinic.event(event)
        self._spool.append(event, below(event))
