"""The two slaves: a cabinet with its UPS, and a road-weather post; register map in README.md."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from edge_agent.simulators.cabinet import day
from edge_agent.simulators.signal.timebase import Timebase

FIGURES = ("mains", "temperature", "humidity", "battery", "charge", "water", "energy")
"""Input registers of the cabinet, in their order."""

SWITCHES = ("door-open", "mains-failed", "surge-arrester")
"""Faults that hold until they are switched off; the day goes on beneath them."""

_STEP_S = 1.0
_DISCHARGE = 1 / 12
_CHARGE = 1 / 30
_LOAD_W = 180
_NONE = {"temperature": 0x8000}
_TELL_WATER_MM = 50
_TELL_LOW = 200


@dataclass
class Cabinet:
    """Unit 1.

    Attributes:
        time: Simulated time; second 0 is ``begin_s`` of the day.
        truth: Told of every change of a condition when it happens.
        forced: Names in ``SWITCHES`` that hold whatever the day says.
        fixed: Figure to the raw value that it shows; None for not measured.
    """

    time: Timebase
    truth: Callable[[dict[str, Any]], None]
    name: str = "cab1"
    begin_s: float = 0.0
    forced: set[str] = field(default_factory=set)
    fixed: dict[str, int | None] = field(default_factory=dict)
    charge: float = 1000.0
    _energy: float = 120_000.0
    _inside: float = 300.0
    _at: float = 0.0
    _holds: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._judge(0.0)

    @property
    def identity(self) -> Mapping[int, str]:
        return {0: "Roadside Simulators", 1: "SIM-CAB", 2: "1.0", 4: "Cabinet", 5: "CAB-1"}

    def advance(self) -> day.Moment:
        """Bring the state up to now, second by second; returns the moment."""
        now = self.time.now()
        while self._at + _STEP_S <= now:
            self._at += _STEP_S
            self._step()
            self._judge(self._at)
        self._judge(now)
        return day.at(self.begin_s + now)

    def bits(self) -> list[bool]:
        """Discrete inputs from address 0."""
        self.advance()
        on = self._holds
        told = [on["door-open"], not on["mains-failed"], on["ups-on-battery"], on["surge-arrester"]]
        return [*told, *[False] * 12]

    def registers(self) -> list[int]:
        """Input registers from address 0."""
        moment = self.advance()
        values: dict[str, int] = {
            "mains": 0 if self._holds["mains-failed"] else 2304,
            "temperature": round(self._inside),
            "humidity": 610 + 250 * (moment.film > 0),
            "battery": 1100 + round(0.26 * self.charge),
            "charge": round(self.charge),
            "water": moment.water,
            "energy": int(self._energy),
        }
        cells = []
        for name in FIGURES:
            shown = self.fixed.get(name, values[name]) if name in self.fixed else values[name]
            wide = name == "energy"
            none = 0xFFFFFFFF if wide else _NONE.get(name, 0xFFFF)
            raw = none if shown is None else shown
            cells += [raw >> 16 & 0xFFFF, raw & 0xFFFF] if wide else [raw & 0xFFFF]
        return [*cells, *[0] * 8]

    def _step(self) -> None:
        moment = day.at(self.begin_s + self._at)
        mains = moment.mains and "mains-failed" not in self.forced
        rate = _CHARGE if mains else -_DISCHARGE
        self.charge = min(1000.0, max(0.0, self.charge + rate * _STEP_S))
        self._energy += _LOAD_W / 3600 * _STEP_S * mains
        target = moment.outside + (0 if moment.door else 120)
        self._inside += (target - self._inside) * _STEP_S / 900

    def _judge(self, at_s: float) -> None:
        """What holds now; changes are told to the truth."""
        moment = day.at(self.begin_s + at_s)
        failed = not moment.mains or "mains-failed" in self.forced
        holds = {
            "door-open": moment.door or "door-open" in self.forced,
            "mains-failed": failed,
            "ups-on-battery": failed and self.charge > 0,
            "surge-arrester": "surge-arrester" in self.forced,
            "battery-low": self.charge < _TELL_LOW,
            "flood": moment.water > _TELL_WATER_MM,
        }
        for code, active in holds.items():
            if self._holds.get(code, False) is not active:
                self.truth(
                    {
                        "t": self.time.utc_ms(at_s),
                        "what": "condition",
                        "device": self.name,
                        "code": code,
                        "active": active,
                    }
                )
        self._holds = holds


@dataclass
class Weather:
    """Unit 2: the road beside the cabinet, and the bridge that it stands on."""

    cabinet: Cabinet
    dirty: bool = False

    @property
    def identity(self) -> Mapping[int, str]:
        return {0: "Roadside Simulators", 1: "SIM-RWS", 2: "1.0", 4: "Road weather", 5: "RWS-1"}

    def bits(self) -> list[bool]:
        """Discrete inputs from address 0."""
        return [self.dirty, *[False] * 15]

    def registers(self) -> list[int]:
        """Input registers from address 0."""
        moment = self.cabinet.advance()
        strain = struct.pack(">f", 40.0 + moment.wind / 3)
        return [
            (moment.outside + 60) & 0xFFFF,
            moment.outside & 0xFFFF,
            moment.film,
            moment.visibility,
            moment.wind,
            0,
            *struct.unpack(">2H", strain),
            *[0] * 8,
        ]
