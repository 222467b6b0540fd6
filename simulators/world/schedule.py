"""Faults of the world itself, at declared times: deterministic, part of what the seed decides.

They change lamps, not wires: a driver that cannot hear a controller is a fault of that device's
simulator, not of the road.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from edge_agent.simulators.world.signal_state import Aspect
from edge_agent.simulators.world.signals import Controller

WorldFaultKind = Literal["lamp-out", "flash", "conflict", "reboot"]
KINDS: tuple[str, ...] = get_args(WorldFaultKind)

_REBOOT_DARK_MS = 8000


@dataclass(frozen=True, slots=True)
class WorldFault:
    """One fault of a controller.

    Attributes:
        at_ms: After the world's start.
        for_ms: How long it holds; a reboot is dark for at least a moment and then starts up.
        phase: For ``lamp-out`` and ``conflict``.
        lamp: For ``lamp-out``: the lamp that does not burn.
    """

    at_ms: int
    for_ms: int
    kind: WorldFaultKind
    controller: str
    phase: int | None = None
    lamp: Aspect = "r"


class Schedule:
    """Applies faults when their time comes and takes them back when it is over."""

    def __init__(self, faults: tuple[WorldFault, ...], controllers: dict[str, Controller]) -> None:
        for fault in faults:
            _check(fault, controllers)
        self._controllers = controllers
        self._steps = sorted(
            (moment, number, fault, begins)
            for number, fault in enumerate(faults)
            for moment, begins in (
                (fault.at_ms, True),
                (fault.at_ms + max(fault.for_ms, _least(fault)), False),
            )
        )

    def apply(self, elapsed_ms: int) -> list[tuple[WorldFault, bool]]:
        """Begin and end what is due; what was done, in order."""
        done = []
        while self._steps and self._steps[0][0] <= elapsed_ms:
            _, _, fault, begins = self._steps.pop(0)
            _switch(fault, self._controllers[fault.controller], begins=begins)
            done.append((fault, begins))
        return done


def _least(fault: WorldFault) -> int:
    return _REBOOT_DARK_MS if fault.kind == "reboot" else 0


def _check(fault: WorldFault, controllers: dict[str, Controller]) -> None:
    if fault.controller not in controllers:
        raise ValueError(f"no controller {fault.controller!r}; there are {sorted(controllers)}")
    phases = sorted(phase.number for phase in controllers[fault.controller].plan.phases)
    if fault.kind in {"lamp-out", "conflict"} and fault.phase not in phases:
        raise ValueError(f"{fault.kind} needs a phase of {fault.controller}: {phases}")
    if fault.at_ms < 0 or fault.for_ms < 0:
        raise ValueError(f"{fault.kind} at {fault.at_ms} for {fault.for_ms} ms lies before time")


def _switch(fault: WorldFault, controller: Controller, *, begins: bool) -> None:
    phase = fault.phase or 0
    match fault.kind, begins:
        case "lamp-out", True:
            controller.lamps_out.add((phase, fault.lamp))
        case "lamp-out", False:
            controller.lamps_out.discard((phase, fault.lamp))
        case "conflict", True:
            controller.forced.add(phase)
        case "conflict", False:
            # The monitor has seen it: the junction goes to flash and stays there for its start-up.
            controller.forced.discard(phase)
            controller.start()
        case "flash", True:
            controller.flash()
        case "reboot", True:
            controller.dark()
        case _:
            controller.start()
