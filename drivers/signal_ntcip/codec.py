"""What the values mean: lamp bits to aspects, alarm bits to conditions, detector octets to counts.

Pure. Which three heads there are (vehicle phases, overlaps, pedestrian heads) differs only in the
numbers under which they are published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from edge_agent.device.readings import Colour, Severity

OVERLAP_BASE = 100
"""Overlap n is published as phase 100 + n."""
WALK_BASE = 200
"""The pedestrian head of phase n is published as phase 200 + n."""

_RED, _YELLOW, _GREEN = 4, 2, 1

# Nothing lit and several lit are told as they are; whoever watches over time decides whether it
# was a lamp or a moment between two lamps.
_STEADY = {
    0: Colour.DARK,
    _RED: Colour.RED,
    _YELLOW: Colour.YELLOW,
    _GREEN: Colour.GREEN,
    _RED | _YELLOW: Colour.RED_YELLOW,
}
_FLASHING = {
    0: Colour.DARK,
    _RED: Colour.FLASHING_RED,
    _YELLOW: Colour.FLASHING_YELLOW,
    _GREEN: Colour.FLASHING_GREEN,
}
_WALKING = {
    0: Colour.DARK,
    _RED: Colour.RED,
    _YELLOW: Colour.FLASHING_GREEN,
    _GREEN: Colour.GREEN,
}


class Heads(IntEnum):
    """What is behind three lamp bits."""

    STEADY = 0
    FLASHING = 1
    PEDESTRIAN = 2
    """DontWalk, PedClear and Walk in the place of red, yellow and green."""


_MEANING = {Heads.STEADY: _STEADY, Heads.FLASHING: _FLASHING, Heads.PEDESTRIAN: _WALKING}


def aspect(heads: Heads, *, red: bool, yellow: bool, green: bool) -> Colour:
    """Aspect of one head."""
    lit = red * _RED | yellow * _YELLOW | green * _GREEN
    return _MEANING[heads].get(lit, Colour.CONFLICT)


@lru_cache(maxsize=1024)
def aspects(heads: Heads, reds: int, yellows: int, greens: int, count: int) -> tuple[Colour, ...]:
    """Aspects of ``count`` heads from masks whose lowest bit is the first head."""
    return tuple(
        aspect(
            heads,
            red=bool(reds >> n & 1),
            yellow=bool(yellows >> n & 1),
            green=bool(greens >> n & 1),
        )
        for n in range(count)
    )


NOT_FLASHING = 2
FLASH: Mapping[int, str] = {
    3: "automatic",
    4: "local-manual",
    5: "fault-monitor",
    6: "mmu",
    7: "startup",
    8: "preempt",
}
"""``unitFlashStatus`` values that mean that the heads flash; 1 is "other"."""

CONTROL: Mapping[int, str] = {
    1: "other",
    2: "system-control",
    3: "system-standby",
    4: "backup",
    5: "manual",
    6: "timebase",
    7: "interconnect",
    8: "interconnect-backup",
}
"""``unitControlStatus``."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One bit of an alarm object."""

    bit: int
    code: str
    severity: Severity
    text: str
    do: str = ""


SHORT_ALARMS = (
    Alarm(0, "preempt", "info", "Preemption is active"),
    Alarm(1, "terminal-flash", "critical", "Terminals and facilities flash", "Look at the cabinet"),
    # Bit 2 is a pulse at the start of each cycle, not an alarm.
    Alarm(3, "local-override", "warning", "Operated locally at the cabinet", "Ask who works there"),
    Alarm(4, "coordination-alarm", "warning", "Not in step with the plan", "Check plan and clock"),
    Alarm(5, "detector-fault", "warning", "A detector is diagnosed as failed", "Check the loops"),
    Alarm(6, "non-critical-alarm", "warning", "Non-critical alarm of the unit"),
    Alarm(7, "critical-alarm", "critical", "Critical alarm of the unit", "Visit the junction"),
)
UNIT_ALARMS_1 = (
    Alarm(0, "cycle-fault", "warning", "A phase with demand was not served in time"),
    Alarm(1, "coordination-fault", "warning", "Cycle fault during coordination"),
    Alarm(2, "coordination-fail", "warning", "Coordination given up after repeated faults"),
    Alarm(3, "cycle-fail", "critical", "A phase was not served though the unit runs free"),
    Alarm(4, "mmu-flash", "critical", "The monitor forces flash: conflict or lamp fault", "Visit"),
    Alarm(5, "local-flash", "critical", "Flash was switched on at the cabinet", "Ask who did it"),
    # Bits 6 and 7, "runs free" and "coordinated", are the two normal states.
)
UNIT_ALARMS_2 = (
    Alarm(0, "power-restart", "info", "Restarted after a power failure"),
    Alarm(1, "low-battery", "warning", "Battery is low", "Replace the battery"),
    Alarm(2, "response-fault", "warning", "A device in the cabinet does not respond"),
    Alarm(3, "external-start", "warning", "External start input is on"),
    Alarm(4, "stop-time", "critical", "Timing is stopped", "Check the stop-time switch"),
    # Bit 5, a change of offset in progress, is normal.
)


class Measured(NamedTuple):
    """A number, or None and why there is none."""

    value: int | None
    why: str | None = None


_OVERFLOW = 255
_TOP_OCCUPANCY = 200
_OCCUPANCY_FAULTS = {
    210: "max-presence",
    211: "no-activity",
    212: "open-loop",
    213: "shorted-loop",
    214: "excessive-change",
    216: "watchdog",
    217: "erratic-counts",
}


def volume(octet: int) -> Measured:
    """Vehicles of a period from ``detectorVolume``."""
    if 0 <= octet < _OVERFLOW:
        return Measured(octet)
    return Measured(None, "overflow" if octet == _OVERFLOW else "out-of-range")


def occupancy(octet: int) -> Measured:
    """Per mille of a period from ``detectorOccupancy``, which counts in half per cents."""
    if 0 <= octet <= _TOP_OCCUPANCY:
        return Measured(octet * 5)
    return Measured(None, _OCCUPANCY_FAULTS.get(octet, "out-of-range"))


def is_detector_fault(why: str | None) -> bool:
    """Whether the controller itself diagnosed the detector as failed."""
    return why in _OCCUPANCY_FAULTS.values()
