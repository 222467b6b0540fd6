"""What a camera says of vehicles, plates and queues; ``readings`` has the rest."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from edge_agent.clock import Stamp


class VehicleClass(StrEnum):
    """Counting classes; national schemes map onto them by table."""

    MOTORBIKE = "motorbike"
    BICYCLE = "bicycle"
    CAR = "car"
    MINIBUS = "minibus"
    BUS = "bus"
    LIGHT_TRUCK = "light_truck"
    TRUCK = "truck"
    TRACTOR_TRAILER = "tractor_trailer"
    OTHER = "other"
    UNKNOWN = "unknown"


PlateColour = Literal["white", "yellow", "blue", "red"]
NoPlate = Literal[
    "",
    "off",
    "no-model",
    "withheld",
    "too-small",
    "not-found",
    "not-tried",
    "unreadable",
    "disagree",
]
"""Why a vehicle has no plate text: plates are not read here; no network to read with; read, but to
stay here; never large enough; none found on it; no time for it; not legible; looks that do not
agree."""
NoSpeed = Literal["", "no-ground", "too-short", "unsteady"]
"""Why there is no speed: not calibrated, path too short, or its slope too uncertain."""
Size = Literal["small", "medium", "large"]


@dataclass(frozen=True, slots=True)
class Plate:
    """What many looks at one vehicle's plate agree on.

    Attributes:
        text: Upper case, the top line first, without separators.
        confidence: Of the least certain character, per mille.
        looks: How many looks agree.
        candidates: Other texts that the grammar allows, most likely first.
        formats: Which formats of the national grammar it fits; empty when none.
        colour: Of the plate; None when not sure.
        at: When the picture was taken that shows it best.
        box: Where the plate is in that picture at full size, pixels: x1, y1, x2, y2.
        picture: SHA-256 of that picture's crop as the JPEG that the camera's child holds.
    """

    text: str
    confidence: int
    looks: int
    candidates: tuple[str, ...]
    formats: tuple[str, ...]
    colour: PlateColour | None
    at: Stamp
    box: tuple[int, int, int, int]
    picture: str


@dataclass(frozen=True, slots=True)
class CrossingReading:
    """A tracked vehicle crossed a counting line; told when its plate is read or its time is up.

    Attributes:
        line: Name of the line.
        direction: ``ab`` or ``ba``: from the line's left side to its right, seen from its first
            point to its second, is ``ab``; the site file names them.
        track: Track number, unique within this run of the child.
        vehicle: Class as voted by all sights so far.
        confidence: Per mille.
        speed: 0.1 km/h; None when not measured, see ``no_speed``.
        box: Position at the crossing, pixels of the analysed picture: x1, y1, x2, y2.
        run: Which run of the camera's child this was; with ``track`` unique for ever.
        spread: Standard error of ``speed``, 0.1 km/h.
        no_speed: Why there is none; empty when there is one.
        size: By width on the road; None without a calibrated camera.
        plate: Its plate; None when not read, see ``no_plate``.
        no_plate: Why there is none; empty when there is one.
    """

    at: Stamp
    line: str
    direction: Literal["ab", "ba"]
    track: int
    vehicle: VehicleClass = VehicleClass.UNKNOWN
    confidence: int = 0
    speed: int | None = None
    box: tuple[int, int, int, int] = (0, 0, 0, 0)
    run: str = ""
    spread: int | None = None
    no_speed: NoSpeed = "no-ground"
    size: Size | None = None
    plate: Plate | None = None
    no_plate: NoPlate = "off"
    type: Literal["crossing"] = "crossing"


@dataclass(frozen=True, slots=True)
class ZoneReading:
    """What stands or moves in a zone of the picture, once an interval.

    Attributes:
        zone: Name of the zone.
        vehicles: Vehicles in it now; None while the picture is not usable.
        occupancy: Per mille of the interval in which at least one was in it.
        queue: Vehicles standing.
        why: Reason for absent values.
    """

    at: Stamp
    zone: str
    vehicles: int | None
    occupancy: int | None
    queue: int | None = None
    why: str | None = None
    type: Literal["zone"] = "zone"


Stray = Literal["stopped", "wrong-way", "object", "person-sized"]
"""A vehicle that stands, one that drives against a line's direction, something that lies on the
road and is no vehicle that came by itself, and such a thing of a person's size: what it truly is,
nobody has looked."""


@dataclass(frozen=True, slots=True)
class StrayReading:
    """Something that should not be there; told when it is sure, and when it is gone.

    Attributes:
        what: What is known of it.
        place: Name of the watched stretch of road, or of the line.
        number: The camera's own number of it, unique within this run of the child.
        active: Whether it is still there.
        lasted_ms: For how long it had been there.
        box: Where, pixels of the analysed picture: x1, y1, x2, y2.
        run: Which run of the camera's child this was.
        vehicle: Class of a vehicle, as voted by all sights.
        confidence: Per mille.
        picture: SHA-256 of the JPEG that shows it, which the child holds for a while; empty when
            there is none.
    """

    at: Stamp
    what: Stray
    place: str
    number: int
    active: bool
    lasted_ms: int
    box: tuple[int, int, int, int]
    run: str = ""
    vehicle: VehicleClass = VehicleClass.UNKNOWN
    confidence: int = 0
    picture: str = ""
    type: Literal["stray"] = "stray"
