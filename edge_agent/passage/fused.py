"""All that is known of one vehicle when its passage closes: what rules judge, what is published."""

from dataclasses import dataclass, field
from typing import Literal

from edge_agent.clock import Stamp
from edge_agent.contract.vehicles import Missing
from edge_agent.device.readings import (
    AxlesReading,
    Colour,
    CrossingReading,
    Plate,
    Reading,
    TagReading,
    VehicleClass,
)

Kind = Literal["camera", "plate", "axles", "tag"]


@dataclass(frozen=True, slots=True)
class Member:
    """One reading of the vehicle.

    Attributes:
        place: Key of the sensor's place in the lane: ``cam1/arrive``, ``wim1/2``, ``etc1/3``.
        id: The device's own number of the reading, unique within the device.
        residual_ms: Seen minus expected; None for the first.
    """

    kind: Kind
    device: str
    place: str
    id: str
    at: Stamp
    reading: Reading
    residual_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SignalMoment:
    """What a phase showed at a moment, and how well that is known.

    Attributes:
        age_ms: Since the aspect began.
        spread_ms: Uncertainty of that: of the onset, of the moment, and of the controller's polls.
        stale: The controller was away or had just connected, so the aspect is not known for sure.
    """

    device: str
    phase: int
    colour: Colour
    age_ms: int
    spread_ms: int
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Fused:
    """One vehicle on one lane.

    Attributes:
        id: Of its passage event.
        at: When it crossed the lane's first line, or was first seen.
        speed: 0.1 km/h, as all its sensors together say.
        spread: Standard error of that.
        crossings: By place: when it crossed each of the lane's lines.
        clock_ms: Uncertainty of UTC; None when unknown.
        clock_source: Where UTC came from.
    """

    id: str
    lane: str
    direction: str
    at: Stamp
    vehicle: VehicleClass
    confidence: int
    speed: int | None
    spread: int | None
    plate: Plate | None
    tag: TagReading | None
    axles: AxlesReading | None
    signal: SignalMoment | None
    members: tuple[Member, ...]
    crossings: dict[str, CrossingReading] = field(default_factory=dict)
    missing: dict[str, Missing] = field(default_factory=dict)
    clock_ms: int | None = None
    clock_source: Literal["gnss", "ntp", "rtc", "none"] = "none"
