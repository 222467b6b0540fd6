"""What can be wrong with a controller's answers, by name, switched at run time."""

import random
from dataclasses import dataclass, field
from typing import Any

from edge_agent.simulators.signal.controller import Controller
from edge_agent.simulators.signal.wire import refusal

WIRE = (
    "silence",
    "delay",
    "exception",
    "wrong-id",
    "wrong-function",
    "wrong-length",
    "bad-crc",
    "garbage",
    "noise-before",
    "half-frame",
    "disconnect",
)
"""Faults of the answers: from now on, for the next ``times`` answers, or for a share of them."""

_MODES = {"flash": "flash", "dark": "off", "manual": "manual"}

SELF = ("flash", "dark", "manual", "conflict", "alarm", "reboot", "counter-reset", "figure")
"""Faults of the controller itself."""


@dataclass
class Active:
    """A wire fault in force.

    Attributes:
        times: Answers still to spoil; None for all until cleared.
        share: Share of the answers that it spoils.
        value: Seconds of delay, exception code, unit that answers instead.
    """

    times: int | None = None
    share: float = 1.0
    value: float = 0.0


@dataclass
class Faults:
    """The switches of one server.

    Attributes:
        applied: How many answers each fault has spoiled.
    """

    seed: int = 1
    active: dict[str, Active] = field(default_factory=dict)
    applied: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)

    def switch(self, controller: Controller, order: dict[str, Any]) -> None:
        """Obey ``{"fault": name, "on": bool, …}`` or ``{"clear": true}``; ValueError if unclear.

        Further keys: ``times``, ``share``, ``value`` for faults of the wire; ``phase`` for
        conflict, ``code`` for alarm, ``name`` and ``value`` for figure.
        """
        if order.get("clear"):
            self._clear(controller)
            return
        name, on = order.get("fault"), bool(order.get("on", True))
        if name in WIRE:
            self.switch_wire(order)
        elif name in _MODES:
            controller.set_mode(_MODES[name] if on else "auto")
        else:
            self._one_off(controller, order, on)

    def switch_wire(self, order: dict[str, Any]) -> None:
        """Obey an order about one of ``WIRE``, whatever device is behind the wire."""
        name = str(order["fault"])
        self.active.pop(name, None)
        if order.get("on", True):
            self.active[name] = Active(
                order.get("times"), float(order.get("share", 1)), float(order.get("value", 0))
            )

    def _clear(self, controller: Controller) -> None:
        self.active.clear()
        controller.set_mode("auto")
        for phase in tuple(controller.conflicting):
            controller.set_conflict(phase, False)
        for code in tuple(controller.alarms):
            controller.set_alarm(code, False)

    def _one_off(self, controller: Controller, order: dict[str, Any], on: bool) -> None:
        match order.get("fault"):
            case "conflict":
                controller.set_conflict(int(order["phase"]), on)
            case "alarm":
                controller.set_alarm(str(order["code"]), on)
            case "figure":
                controller.figures[str(order["name"])] = int(order["value"])
            case "reboot":
                controller.reboot()
            case "counter-reset":
                controller.reset_counters()
            case name:
                raise ValueError(f"fault {name!r}: one of {', '.join(WIRE + SELF)}")

    def due(self, name: str) -> Active | None:
        """The fault if it hits this answer; uses up one of its times."""
        fault = self.active.get(name)
        if fault is None or self._rng.random() >= fault.share:
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                del self.active[name]
        self.applied[name] = self.applied.get(name, 0) + 1
        return fault

    def spoil_pdu(self, unit: int, pdu: bytes) -> tuple[int, bytes]:
        """Unit and reply PDU after the faults that keep the frame sound."""
        if fault := self.due("exception"):
            pdu = refusal(pdu[0] & 0x7F, int(fault.value) or 4)
        if self.due("wrong-function"):
            pdu = bytes((pdu[0] ^ 0x06,)) + pdu[1:]
        if self.due("wrong-length") and len(pdu) > 4:  # noqa: PLR2004 - a reply with data
            pdu = bytes((pdu[0], pdu[1] - 2)) + pdu[2:-2]
        if fault := self.due("wrong-id"):
            unit = int(fault.value) or unit % 247 + 1
        return unit, pdu

    def spoil_frame(self, frame: bytes, *, checked: bool) -> bytes:
        """The frame after the faults that break it; only a ``checked`` one has a CRC to spoil."""
        if checked and self.due("bad-crc"):
            frame = frame[:-1] + bytes((frame[-1] ^ 0x5A,))
        if self.due("half-frame"):
            frame = frame[: len(frame) // 2]
        if self.due("garbage"):
            frame = self._rng.randbytes(len(frame))
        if self.due("noise-before"):
            frame = self._rng.randbytes(self._rng.randrange(1, 12)) + frame
        return frame
