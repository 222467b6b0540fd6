"""Readings: what a device said, in the field's own terms, before any promise to the outside.

Every reading carries the Stamp of the thing itself (not of its arrival). A value that could not be
measured is None with a reason in ``why``, never zero.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from edge_agent.clock import Stamp
from edge_agent.device.sights import (
    CrossingReading,
    NoPlate,
    NoSpeed,
    Plate,
    PlateColour,
    Size,
    Stray,
    StrayReading,
    VehicleClass,
    ZoneReading,
)

__all__ = [
    "Axle",
    "AxlesReading",
    "Colour",
    "ConditionReading",
    "CrossingReading",
    "DetectorReading",
    "FigureReading",
    "FiguresReading",
    "InventoryReading",
    "NoPlate",
    "NoSpeed",
    "Plate",
    "PlateColour",
    "Reading",
    "Severity",
    "SignalReading",
    "Size",
    "Stray",
    "StrayReading",
    "TagReading",
    "VehicleClass",
    "ZoneReading",
    "as_json",
    "from_wire",
    "to_wire",
]


class Colour(StrEnum):
    """Aspect of a signal group."""

    RED = "r"
    RED_YELLOW = "ry"
    YELLOW = "y"
    GREEN = "g"
    FLASHING_RED = "fr"
    """Stop, then proceed: not the same as red for any rule."""
    FLASHING_YELLOW = "fy"
    FLASHING_GREEN = "fg"
    DARK = "d"
    CONFLICT = "x"
    """Lamps lit together that exclude each other: a fault, published as such."""


Severity = Literal["info", "warning", "critical"]


@dataclass(frozen=True, slots=True)
class SignalReading:
    """Aspects of a controller's phases; emitted when one changes, and once after connecting.

    Attributes:
        phases: Phase number to aspect, every phase of the map.
        changed: Phases whose aspect differs from the reading before; empty on the first.
        plan: Plan or pattern number, None when the controller does not tell.
        cycle_ms: Cycle counter, None when unknown.
        mode: Control mode in the controller's words (``auto``, ``manual``, ``flash``…).
        first: True when nothing is known of the time before: the aspects may be old.
        every_ms: Since the look at the lamps before this, ms; None for the first.
    """

    at: Stamp
    phases: dict[int, Colour]
    changed: tuple[int, ...] = ()
    plan: int | None = None
    cycle_ms: int | None = None
    mode: str | None = None
    first: bool = False
    every_ms: int | None = None
    type: Literal["signal"] = "signal"


@dataclass(frozen=True, slots=True)
class DetectorReading:
    """Vehicles that a detector counted since the reading before.

    Attributes:
        detector: Name in the map.
        count: Vehicles since last time; None when the counter cannot be trusted (reset, fault).
        occupied: Presence now; None when the map has none.
        why: Reason for an absent value.
    """

    at: Stamp
    detector: str
    count: int | None
    occupied: bool | None = None
    why: str | None = None
    type: Literal["detector"] = "detector"


@dataclass(frozen=True, slots=True)
class FigureReading:
    """A named figure of a device: a temperature, a voltage, a level.

    Attributes:
        name: Name in the map.
        value: Scaled integer in ``unit`` (deci-degrees, millivolts…); None when not measured.
        unit: Unit of ``value``.
        why: Reason for an absent value.
    """

    at: Stamp
    name: str
    value: int | None
    unit: str = ""
    why: str | None = None
    type: Literal["figure"] = "figure"


@dataclass(frozen=True, slots=True)
class ConditionReading:
    """A condition that a device reports as on or off: door open, lamp out, conflict.

    Attributes:
        code: ``[a-z0-9-]`` code, unique within the device.
        active: Whether it holds now.
        severity: As declared in the map.
        text: Words for maintenance staff.
        do: What to do about it.
    """

    at: Stamp
    code: str
    active: bool
    severity: Severity = "warning"
    text: str = ""
    do: str = ""
    type: Literal["condition"] = "condition"


@dataclass(frozen=True, slots=True)
class TagReading:
    """One tag seen by one antenna; many reads of one pass are one reading.

    Attributes:
        antenna: Antenna number as the reader counts, from 1.
        epc: EPC bank without CRC and PC, upper-case hexadecimal.
        reads: How often the reader saw it in the window.
        rssi: Peak signal strength, dBm; None when the reader does not tell.
        seen_ms: From the first to the last read, ms.
        tid: TID bank, upper-case hexadecimal; empty when it was not read.
    """

    at: Stamp
    antenna: int
    epc: str
    reads: int = 1
    rssi: int | None = None
    seen_ms: int = 0
    tid: str = ""
    type: Literal["tag"] = "tag"


@dataclass(frozen=True, slots=True)
class Axle:
    """One axle of a weighed vehicle.

    Attributes:
        left: Weight under the left wheels, kg; None when that side cannot be trusted.
        right: The same of the right side.
        spacing: Distance from the axle before, cm; None for the first.
    """

    left: int | None
    right: int | None
    spacing: int | None = None


@dataclass(frozen=True, slots=True)
class AxlesReading:
    """One vehicle that drove over a weigh-in-motion sensor; the stamp is its first axle's.

    Attributes:
        lane: Lane as the station numbers it.
        number: The station's own number of the vehicle.
        axles: In the order of driving.
        gross: Gross weight as the station says, kg; None when it cannot be trusted.
        speed: 0.1 km/h; None when not measured.
        length: Overall length, cm; None when not measured.
        reverse: True when it drove against the lane's direction.
        temperature: Of the pavement, 0.1 °C; None when not measured.
        flags: Why the weights may be wrong: off-scale, straddling, tailgating, speed-change,
            missing-axle, ghost-axle, dead-channel, out-of-range.
    """

    at: Stamp
    lane: str
    number: int
    axles: tuple[Axle, ...]
    gross: int | None = None
    speed: int | None = None
    length: int | None = None
    reverse: bool = False
    temperature: int | None = None
    flags: tuple[str, ...] = ()
    type: Literal["axles"] = "axles"


@dataclass(frozen=True, slots=True)
class InventoryReading:
    """Who the device says it is; empty strings where it does not tell."""

    at: Stamp
    maker: str = ""
    model: str = ""
    serial: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    type: Literal["inventory"] = "inventory"


@dataclass(frozen=True, slots=True)
class FiguresReading:
    """Figures of the driver itself, for health and metrics: frames decoded, polls shed, rates."""

    at: Stamp
    figures: dict[str, int]
    type: Literal["figures"] = "figures"


Reading = (
    SignalReading
    | DetectorReading
    | FigureReading
    | ConditionReading
    | CrossingReading
    | ZoneReading
    | StrayReading
    | TagReading
    | AxlesReading
    | InventoryReading
    | FiguresReading
)

_ADAPTER: TypeAdapter[Reading] = TypeAdapter(Annotated[Reading, Field(discriminator="type")])


def to_wire(reading: Reading) -> bytes:
    """One line of JSON without the newline, for the border between parent and child process."""
    return _ADAPTER.dump_json(reading)


def from_wire(line: bytes) -> Reading:
    """Read what ``to_wire`` wrote; raises pydantic.ValidationError on anything else."""
    return _ADAPTER.validate_json(line)


def as_json(reading: Reading) -> dict[str, Any]:
    """A plain mapping, for ``edge-agent try --json``."""
    result: dict[str, Any] = _ADAPTER.dump_python(reading, mode="json")
    return result
