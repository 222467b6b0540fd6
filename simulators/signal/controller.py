"""The controller itself: plan, detectors and faults over time, as lamps, bits and registers.

State is advanced to a moment, event by event, so that the truth holds exact times whenever it is
asked for. Register map: README.md beside this file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from edge_agent.simulators.signal.plan import (
    CONFLICT,
    DARK,
    FLASHING_YELLOW,
    RED,
    Plan,
    lamps,
)
from edge_agent.simulators.signal.timebase import Timebase
from edge_agent.simulators.signal.traffic import Arrivals, Hits

Truth = Callable[[dict[str, Any]], None]
"""Takes one record of what really happened."""

IDENTITY = {0: "Roadside Simulators", 1: "SIM-SC", 2: "1.0", 4: "Signal controller", 5: "SC-4"}

_DETECTOR_BITS = 64
_ALARM_BITS = 96
_BITS = 128
_COUNTERS = 16
_REGISTERS = 32
_MODE = {"auto": 0, "manual": 1, "flash": 2, "off": 3}
_ALARMS = ("door-open", "lamp-out", "mains-failed", "monitor-tripped")


@dataclass
class _Detector:
    name: str
    hits: Hits
    count: int = 0
    off: float = -1.0


@dataclass
class Controller:
    """One simulated controller.

    Attributes:
        plan: What it runs.
        time: Simulated time.
        truth: Told of every change, hit and fault at the moment that it happens.
        name: In the records of the truth.
        seed: Of the arrivals.
        per_hour: Vehicles an hour and detector.
        hits: Detector to what passes it, instead of seeded arrivals.
    """

    plan: Plan
    time: Timebase
    truth: Truth
    name: str = "controller"
    seed: int = 1
    detectors: int = 4
    per_hour: float = 600.0
    hits: Mapping[str, Hits] = field(default_factory=dict)
    mode: str = field(default="auto", init=False)
    conflicting: set[int] = field(default_factory=set, init=False)
    alarms: set[str] = field(default_factory=set, init=False)
    figures: dict[str, int] = field(
        default_factory=lambda: {"mains": 2301, "temperature": 314, "battery": 1362}, init=False
    )
    _at: float = field(default=0.0, init=False)
    _started: float = field(default=0.0, init=False)
    _shown: dict[int, str] = field(default_factory=dict, init=False)
    _detectors: list[_Detector] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        made: dict[str, Hits] = {
            f"d{index + 1}": Arrivals(self.seed * 1000 + index, self.per_hour)
            for index in range(self.detectors)
        }
        for name, hits in (self.hits or made).items():
            self._detectors.append(_Detector(name, hits))
        self._show(0.0)

    @property
    def identity(self) -> dict[int, str]:
        """Identification objects by number."""
        return IDENTITY

    def advance(self) -> float:
        """Bring the state up to now; returns now."""
        until = self.time.now()
        events: list[tuple[float, _Detector | None]] = [
            (moment, None) for moment in self.plan.edges(self._at, until)
        ]
        for detector in self._detectors:
            for hit in detector.hits.until(until):
                detector.off = hit.off
                events += [(hit.on, detector)] * hit.counts
        for moment, passed in sorted(events, key=lambda event: event[0]):
            if passed is None:
                self._show(moment)
            else:
                passed.count += 1
                self._tell("detector", moment, detector=passed.name, sq=passed.count)
        self._at = until
        return until

    def aspects(self) -> dict[int, str]:
        """What every phase shows now."""
        return dict(self._shown)

    def count(self, detector: str) -> int:
        """Vehicles over a detector since its counter was last at 0."""
        return next(d.count for d in self._detectors if d.name == detector)

    def bits(self) -> list[bool]:
        """Discrete inputs from address 0."""
        now = self.advance()
        cells = [False] * _BITS
        for phase, aspect in self._shown.items():
            base = 4 * (phase - 1)
            cells[base : base + 3] = lamps(aspect, now)
        for index, detector in enumerate(self._detectors):
            cells[_DETECTOR_BITS + index] = now < detector.off
        for index, alarm in enumerate(_ALARMS):
            cells[_ALARM_BITS + index] = alarm in self.alarms
        return cells

    def registers(self) -> list[int]:
        """Input registers from address 0."""
        now = self.advance()
        uptime = int(now - self._started)
        cells = [0] * _REGISTERS
        cells[0:2] = [uptime >> 16, uptime & 0xFFFF]
        cells[2] = self.plan.number
        cells[3] = _MODE[self.mode]
        cells[4] = int(now % self.plan.cycle_s * 10)
        cells[6] = self.figures["mains"]
        cells[7] = self.figures["temperature"] & 0xFFFF
        cells[8] = self.figures["battery"]
        for index, detector in enumerate(self._detectors):
            cells[_COUNTERS + index] = detector.count & 0xFFFF
        return cells

    def set_mode(self, mode: str) -> None:
        """``auto``, ``manual``, ``flash`` (yellow to all vehicles, red to walkers) or ``off``."""
        if mode not in _MODE:
            raise ValueError(f"mode {mode!r}: one of {', '.join(_MODE)}")
        now = self.advance()
        self.mode = mode
        self._show(now)

    def set_conflict(self, phase: int, on: bool) -> None:
        """Light red and green of a phase together."""
        if phase not in self.plan.phases:
            raise ValueError(f"phase {phase}: one of {self.plan.phases}")
        now = self.advance()
        (self.conflicting.add if on else self.conflicting.discard)(phase)
        self._show(now)

    def set_alarm(self, code: str, on: bool) -> None:
        """Set or clear a fault bit."""
        if code not in _ALARMS:
            raise ValueError(f"alarm {code!r}: one of {', '.join(_ALARMS)}")
        now = self.advance()
        (self.alarms.add if on else self.alarms.discard)(code)
        self._tell("condition", now, code=code, active=on)

    def reset_counters(self) -> None:
        """Counters start again at 0, nothing else does."""
        now = self.advance()
        for detector in self._detectors:
            detector.count = 0
        self._tell("counter-reset", now)

    def reboot(self) -> None:
        """Counters and uptime start again at 0; the plan goes on by the time of day."""
        self.reset_counters()
        self._started = self._at
        self._tell("reboot", self._at)

    def _show(self, moment: float) -> None:
        shown = self._by_mode(moment) | dict.fromkeys(self.conflicting, CONFLICT)
        for phase, aspect in shown.items():
            if self._shown.get(phase) != aspect:
                self._tell("phase", moment, phase=phase, aspect=aspect)
        self._shown = shown

    def _by_mode(self, moment: float) -> dict[int, str]:
        match self.mode:
            case "off":
                return dict.fromkeys(self.plan.phases, DARK)
            case "flash":
                walkers = {phase for stage in self.plan.stages for phase in stage.walkers}
                return {p: RED if p in walkers else FLASHING_YELLOW for p in self.plan.phases}
            case _:
                return self.plan.at(moment)

    def _tell(self, what: str, moment: float, **facts: Any) -> None:
        self.truth({"t": self.time.utc_ms(moment), "what": what, "device": self.name, **facts})
