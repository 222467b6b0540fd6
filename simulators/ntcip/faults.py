"""What can be wrong with a controller, by name, switched at run time by JSON orders."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from edge_agent.simulators.ntcip.mib import Mib
from edge_agent.simulators.ntcip.unit import Unit

WIRE = (
    "silence",
    "silence-at-yellow",
    "delay",
    "late",
    "duplicate",
    "wrong-id",
    "wrong-community",
    "truncated",
    "garbage",
    "garbage-before",
    "tscbm-drop",
    "tscbm-duplicate",
    "tscbm-garbage",
    "tscbm-clock",
)
"""Faults of the datagrams: from now on, for the next ``times`` of them, or for a share of them."""

OPEN_LOOP = 212
_SMALL = 200
_ROOMY = 1472


@dataclass
class Active:
    """A wire fault in force.

    Attributes:
        times: Datagrams still to spoil; None for all until cleared.
        share: Share of the datagrams that it spoils.
        value: Seconds of delay or silence; error of the clock in ms.
    """

    times: int | None = None
    share: float = 1.0
    value: float = 0.0


@dataclass
class Faults:
    """The switches of one controller.

    Attributes:
        applied: How many datagrams each fault has spoiled.
        jumps: Times that the broadcast's discontinuity flag has changed.
        limit: Largest reply of the agent, octets.
    """

    seed: int = 1
    active: dict[str, Active] = field(default_factory=dict)
    applied: dict[str, int] = field(default_factory=dict)
    jumps: int = 0
    limit: int = _ROOMY
    _silent_until_ms: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def switch(self, unit: Unit, mib: Mib, order: dict[str, Any]) -> None:
        """Obey ``{"fault": name, "on": bool, …}`` or ``{"clear": true}``; ValueError if unclear.

        Further keys: ``times``, ``share`` and ``value`` for faults of the wire; ``reason`` for
        flash, ``phase`` for conflict and forced-green, ``where`` and ``bit`` for alarm,
        ``detector`` and ``code`` for detector.
        """
        if order.get("clear"):
            self._clear(unit, mib)
            return
        name, on = order.get("fault"), bool(order.get("on", True))
        if name in WIRE:
            self.active.pop(name, None)
            if on:
                self.active[name] = Active(
                    order.get("times"), float(order.get("share", 1)), float(order.get("value", 0))
                )
            return
        self._controller(unit, mib, order, on)

    def _controller(self, unit: Unit, mib: Mib, order: dict[str, Any], on: bool) -> None:
        def flash() -> None:
            unit.set_flash(str(order.get("reason", "mmu")) if on else None)

        def torn() -> None:
            mib.torn = on

        def jump() -> None:
            self.jumps += 1

        def too_big() -> None:
            self.limit = _SMALL if on else _ROOMY

        deeds: dict[str, Callable[[], None]] = {
            "torn": torn,
            "flash": flash,
            "dark": lambda: unit.set_dark(on),
            "conflict": lambda: unit.set_conflict(int(order["phase"]), on),
            "forced-green": lambda: unit.force_green(int(order["phase"]), on),
            "reboot": unit.reboot,
            "alarm": lambda: unit.set_alarm(str(order["where"]), int(order["bit"]), on),
            "detector": lambda: self._detector(
                unit, int(order["detector"]), int(order.get("code", OPEN_LOOP)), on
            ),
            "jump": jump,
            "too-big": too_big,
        }
        deed = deeds.get(str(order.get("fault")))
        if deed is None:
            raise ValueError(f"fault {order.get('fault')!r}: one of {', '.join((*WIRE, *deeds))}")
        deed()

    def due(self, name: str) -> Active | None:
        """The fault if it hits this datagram; uses up one of its times."""
        fault = self.active.get(name)
        if fault is None or self.rng.random() >= fault.share:
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                del self.active[name]
        self.applied[name] = self.applied.get(name, 0) + 1
        return fault

    def silent(self, unit: Unit) -> bool:
        """Whether this request stays without an answer."""
        fresh = {n for n, a in unit.view.phases.items() if a == "y"}
        if fresh and unit.now_ms >= self._silent_until_ms and "silence-at-yellow" in self.active:
            fault = self.due("silence-at-yellow")
            if fault is not None:
                self._silent_until_ms = unit.now_ms + round(fault.value * 1000)
        if unit.now_ms < self._silent_until_ms:
            return True
        return self.due("silence") is not None

    @staticmethod
    def _detector(unit: Unit, detector: int, code: int, on: bool) -> None:
        if on:
            unit.detector_faults[detector] = code
        else:
            unit.detector_faults.pop(detector, None)

    def _clear(self, unit: Unit, mib: Mib) -> None:
        self.active.clear()
        self._silent_until_ms = 0
        self.limit = _ROOMY
        mib.torn = False
        unit.set_flash(None)
        unit.set_dark(False)
        for phase in tuple(unit.conflicting):
            unit.set_conflict(phase, False)
        for phase in tuple(unit.forced):
            unit.force_green(phase, False)
        for where, octet in unit.alarms.items():
            for bit in range(8):
                if octet >> bit & 1:
                    unit.set_alarm(where, bit, False)
        unit.detector_faults.clear()
