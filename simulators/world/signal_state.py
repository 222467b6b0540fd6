"""What a signal controller shows and tells at one moment."""

from dataclasses import dataclass
from typing import Literal

Aspect = Literal["r", "y", "g", "fy", "d"]
Walk = Literal["walk", "clear", "dont"]
Mode = Literal["auto", "flash", "dark", "start-up"]


@dataclass(frozen=True, slots=True)
class SignalState:
    """A controller as one may ask it at any moment.

    Attributes:
        mode: ``auto``, ``flash``, ``dark`` or ``start-up``.
        plan: Number of the plan in force; 254 when free (actuated), 255 in flash (NTCIP 1202).
        cycle_ms: Time since the cycle began.
        phases: Phase to aspect; a phase forced on by a fault shows it.
        since_ms: Phase to UTC ms of its last change.
        overlaps: Overlap to aspect.
        walks: Phase to what its crossing shows; only phases with a crossing.
        calls: Phases that somebody waits for.
        walk_calls: Phases whose crossing somebody waits for.
        on: Phases that are timing.
        next: Phases that come next.
        detectors: Detector to presence.
        volumes: Detector to vehicles since the start.
        alarms: Codes that hold: ``lamp-out``, ``flash``, ``conflict``, ``power``.
        lamps_out: (phase, aspect) of lamps that should burn and do not.
    """

    mode: Mode
    plan: int
    cycle_ms: int
    phases: dict[int, Aspect]
    since_ms: dict[int, int]
    overlaps: dict[int, Aspect]
    walks: dict[int, Walk]
    calls: frozenset[int]
    walk_calls: frozenset[int]
    on: frozenset[int]
    next: frozenset[int]
    detectors: dict[str, bool]
    volumes: dict[str, int]
    alarms: tuple[str, ...]
    lamps_out: tuple[tuple[int, Aspect], ...]
