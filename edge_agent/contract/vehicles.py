"""Messages about one vehicle: its passage, and what its sensors said of it."""

from typing import ClassVar, Literal

from pydantic import Field

from edge_agent.contract.envelope import ID, Event, Wire

Aspect = Literal["r", "ry", "y", "g", "fr", "fy", "fg", "d", "x"]
VehicleClass = Literal[
    "motorbike",
    "bicycle",
    "car",
    "minibus",
    "bus",
    "light_truck",
    "truck",
    "tractor_trailer",
    "other",
    "unknown",
]
Missing = Literal[
    "no-sensor",
    "not-detected",
    "unreadable",
    "device-down",
    "ambiguous",
    "too-small",
    "overload",
    "withheld",
    "clock-off",
    "stale",
]
PartKind = Literal["camera", "plate", "axles", "tag"]

PLATE_TEXT = r"^[0-9A-ZĐ]{4,10}$"
EPC = r"^([0-9A-F]{2}){1,62}$"
PSEUDONYM = r"^[0-9a-z-]{1,16}\.[A-Z2-7]{16}$"
"""Name of the key, then 80 bits of HMAC-SHA-256 in base 32. Equal as long as the key lives."""


class Part(Wire):
    """One reading that went into a passage."""

    k: PartKind = Field(description="Kind of sensor.")
    d: str = Field(pattern=ID, description="Device.")
    i: str = Field(description="The device's own number of the reading.")
    dt: int = Field(default=0, description="Its time minus the passage's, ms.")
    r: int | None = Field(
        default=None, description="Residual of the match: seen minus expected, ms."
    )


class Plate(Wire):
    """A number plate, read in several pictures of one vehicle.

    Who may not know the text gets a pseudonym; the rest is the same.
    """

    t: str | None = Field(
        default=None,
        pattern=PLATE_TEXT,
        description="Text: the top line first, no separators. Only where the lane's purpose or a"
        " fired rule allows it.",
    )
    ps: str | None = Field(
        default=None, pattern=PSEUDONYM, description="Pseudonym of the text, when t is left out."
    )
    x: str | None = Field(
        default=None,
        description="Text sealed to the centre's public key, base64url; where one is configured.",
    )
    p: int = Field(ge=0, le=1000, description="Confidence of its least certain character.")
    n: int = Field(ge=1, description="Looks that agree.")
    c: list[str] = Field(
        default_factory=list, description="Other texts that are possible, most likely first."
    )
    f: list[str] = Field(
        default_factory=list,
        description="Formats that it fits, when several do; else the text tells.",
    )
    col: Literal["white", "yellow", "blue", "red"] | None = Field(
        default=None, description="Colour of the plate; left out when not sure."
    )


class AxleWeight(Wire):
    """One axle."""

    l: int | None = Field(ge=0, description="Left wheels, kg.")  # noqa: E741 - the wire's name
    r: int | None = Field(ge=0, description="Right wheels, kg.")
    sp: int | None = Field(default=None, gt=0, description="Distance from the one before, cm.")


class PassageTag(Wire):
    """The toll tag that passed with the vehicle."""

    epc: str | None = Field(
        default=None,
        pattern=EPC,
        description="EPC, hexadecimal. Only where the lane's purpose or a fired rule allows it.",
    )
    ps: str | None = Field(
        default=None, pattern=PSEUDONYM, description="Pseudonym of the EPC, when that is left out."
    )
    x: str | None = Field(default=None, description="EPC sealed to the centre's public key.")
    ant: int = Field(ge=1, description="Antenna, as the reader counts.")
    rssi: int | None = Field(default=None, description="Peak signal strength, dBm.")


class PassageAxles(Wire):
    """The vehicle's weights."""

    ax: list[AxleWeight] = Field(description="In the order of driving.")
    gross: int | None = Field(ge=0, description="Gross weight, kg.")
    len: int | None = Field(default=None, ge=0, description="Overall length, cm.")
    flags: list[str] = Field(
        default_factory=list, description="Why the weights may be wrong; empty when nothing is."
    )


class PassageSignal(Wire):
    """What the lane's signal showed when the vehicle was at the stop line."""

    d: str = Field(pattern=ID, description="Controller.")
    ph: int = Field(ge=1, description="Phase.")
    a: Aspect
    age: int = Field(ge=0, description="Since that aspect began, ms.")
    u: int = Field(ge=0, description="Uncertainty of age, ms.")


class Passage(Event):
    """One vehicle crossed one lane: the product."""

    stream: ClassVar[str] = "passage"

    lane: str = Field(pattern=ID)
    dir: str = Field(description="Direction, by the name that the site file gives it.")
    cls: VehicleClass
    clsp: int | None = Field(ge=0, le=1000, description="Confidence of cls, per mille.")
    spd: int | None = Field(ge=0, description="Speed, 0.1 km/h.")
    spdq: int | None = Field(
        default=None, ge=0, description="Standard error of spd, where it is known."
    )
    size: Literal["small", "medium", "large"] | None = Field(
        default=None,
        description="By width on the road, where it was measured: a two-wheeler's, a"
        " car's, a lorry's.",
    )
    plate: Plate | None = Field(default=None, description="Left out when not read: see why.")
    tag: PassageTag | None = Field(default=None, description="Left out when none: see why.")
    axles: PassageAxles | None = Field(
        default=None, description="Left out when not weighed: see why."
    )
    sig: PassageSignal | None = Field(
        default=None, description="Left out where no signal rules the lane, or it is unknown."
    )
    parts: list[Part] = Field(min_length=1)
    why: dict[str, Missing] = Field(
        default_factory=dict,
        description="Reason for each part that is missing: plate, tag, axles, signal, speed; and"
        " for each further camera of the lane, by its name.",
    )


class Unpaired(Event):
    """A reading on a lane with several sensors that belongs to no vehicle that is known."""

    stream: ClassVar[str] = "unpaired"

    lane: str = Field(pattern=ID)
    k: PartKind = Field(description="Kind of sensor.")
    i: str = Field(description="The device's own number of the reading.")
    tag: PassageTag | None = Field(default=None)
    axles: PassageAxles | None = Field(default=None)
    plate: Plate | None = Field(default=None)
    why: Missing = Field(
        description="ambiguous: it may be one of several vehicles'; not-detected: nobody else saw"
        " a vehicle there; clock-off: the sensor's clock cannot be believed."
    )


class Tag(Event):
    """A toll tag passed an antenna: all reads of one pass."""

    stream: ClassVar[str] = "tag"

    ant: int = Field(ge=1, description="Antenna, as the reader counts.")
    epc: str | None = Field(
        default=None,
        pattern=EPC,
        description="EPC, hexadecimal. Only where the lane's purpose allows it.",
    )
    ps: str | None = Field(
        default=None, pattern=PSEUDONYM, description="Pseudonym of the EPC, when that is left out."
    )
    x: str | None = Field(default=None, description="EPC sealed to the centre's public key.")
    n: int = Field(ge=1, description="Reads in the window.")
    rssi: int | None = Field(description="Peak signal strength, dBm.")
    dur: int = Field(default=0, ge=0, description="First to last read, ms.")
    tid: str = Field(default="", description="TID, hexadecimal; left out when not read or secret.")
    i: str = Field(default="", description="Number by which a passage's part names this reading.")


class Axles(Event):
    """A vehicle was weighed in motion; t is its first axle's."""

    stream: ClassVar[str] = "axles"

    lane: str = Field(description="Lane as the station numbers it.")
    num: int = Field(ge=0, description="The station's own number of the vehicle.")
    ax: list[AxleWeight] = Field(description="In the order of driving.")
    gross: int | None = Field(ge=0, description="Gross weight, kg.")
    spd: int | None = Field(ge=0, description="Speed, 0.1 km/h.")
    len: int | None = Field(default=None, ge=0, description="Overall length, cm.")
    rev: bool = Field(default=False, description="Against the lane's direction.")
    temp: int | None = Field(default=None, description="Pavement, 0.1 °C.")
    flags: list[str] = Field(
        default_factory=list, description="Why the weights may be wrong; empty when nothing is."
    )
