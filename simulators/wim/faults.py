"""What can be wrong with a station, by name, switched at run time by JSON orders."""

from typing import Any

from edge_agent.simulators.signal.faults import WIRE, Active, Faults
from edge_agent.simulators.wim.lines import LINE
from edge_agent.simulators.wim.registers import Registers
from edge_agent.simulators.wim.scale import VEHICLE, Mishap
from edge_agent.simulators.wim.station import Station

SELF = (
    "drift", "temperature", "temperature-drift", "dead-left", "dead-right", "clock-off",
    "clock-not-set", "calibration", "reboot", "torn",
)  # fmt: skip
"""Faults of the station itself."""


class Switchboard:
    """The switches of one station.

    Attributes:
        wire: Faults of the answers or lines, for the port.
    """

    def __init__(self, station: Station, registers: Registers, seed: int = 1) -> None:
        self.wire = Faults(seed)
        self._station = station
        self._registers = registers

    def switch(self, order: dict[str, Any]) -> None:
        """Obey ``{"fault": name, "on": bool, …}`` or ``{"clear": true}``; ValueError if unclear.

        Further keys: ``times`` and ``share`` for faults of single vehicles and of the wire;
        ``noticed`` (does the station know?) for those of vehicles and dead channels; ``lane`` for
        drift (``value`` per cent) and dead channels; ``value`` for temperature (0.1 °C, null for
        none), temperature-drift (per mille a °C), clock-off (ms) and torn (reads).
        """
        if order.get("clear"):
            self._clear()
            return
        name, on = str(order.get("fault")), bool(order.get("on", True))
        if name in VEHICLE:
            self._station.scale.mishaps.pop(name, None)
            if on:
                times = order.get("times")
                self._station.scale.mishaps[name] = Mishap(
                    None if times is None else int(times),
                    float(order.get("share", 1)),
                    bool(order.get("noticed", True)),
                )
        elif name in SELF:
            self._own(name, order, on)
        elif name == "deaf":
            self.wire.active.pop(name, None)
            if on:
                self.wire.active[name] = Active(order.get("times"), float(order.get("share", 1)))
        elif name in WIRE:
            self.wire.switch_wire(order)
        else:
            known = sorted({*WIRE, *LINE, *VEHICLE, *SELF})
            raise ValueError(f"fault {name!r}: one of {', '.join(known)}")
        if name not in WIRE:
            facts = {key: value for key, value in order.items() if key not in ("fault", "on")}
            self._station.tell("fault", fault=name, active=on, **facts)

    def _own(self, name: str, order: dict[str, Any], on: bool) -> None:
        station, scale = self._station, self._station.scale
        value = order.get("value")
        match name:
            case "drift":
                scale.drift[int(order["lane"])] = 10 * float(value or 0) if on else 0.0
            case "temperature":
                scale.temperature = (None if value is None else int(value)) if on else 310
            case "temperature-drift":
                scale.per_degree = float(value or 0) if on else 0.0
            case "dead-left" | "dead-right":
                key = int(order["lane"]), name.removeprefix("dead-")
                scale.dead.pop(key, None)
                if on:
                    scale.dead[key] = bool(order.get("noticed", True))
            case "clock-off":
                station.clock_ms = int(value or 0) if on else 0
            case "clock-not-set":
                station.clock_set = not on
            case "calibration":
                station.calibrated = not on
            case "reboot":
                station.reboot()
            case _:
                self._registers.torn = int(value or 1) if on else 0

    def _clear(self) -> None:
        scale = self._station.scale
        self.wire.active.clear()
        scale.mishaps.clear()
        scale.drift.clear()
        scale.dead.clear()
        scale.per_degree, scale.temperature = 0.0, 310
        self._station.clock_ms, self._station.clock_set = 0, True
        self._station.calibrated, self._registers.torn = True, 0
