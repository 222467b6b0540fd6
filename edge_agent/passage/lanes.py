"""Lanes as the site file declares them: which sensor counts into which lane, and by which name."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.device.readings import VehicleClass

DIRECTION = r"^[a-z0-9][a-z0-9_-]{0,19}$"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LineSource(_Table):
    """A camera's counting line that lies across this lane."""

    device: str = Field(description="Camera, as in [device.<id>].")
    line: str = Field(description="Line, as in that camera's lines.")
    ab: str = Field(default="in", pattern=DIRECTION, description="Name of direction ab.")
    ba: str = Field(default="out", pattern=DIRECTION, description="Name of direction ba.")
    at: float | None = Field(
        default=None,
        description="Where vehicles are when they cross it, metres along the lane in the direction"
        " of driving; sensors of a lane that all have it are paired to one passage a vehicle.",
    )
    spread_m: float = Field(default=0.8, gt=0, le=50, description="How well that is known, metres.")


class ZoneSource(_Table):
    """A camera's zone that covers this lane's queue."""

    device: str = Field(description="Camera, as in [device.<id>].")
    zone: str = Field(description="Zone, as in that camera's zones.")


class DetectorSource(_Table):
    """A detector (loop, radar) of a signal controller in this lane."""

    device: str = Field(description="Controller, as in [device.<id>].")
    detector: str = Field(description="Detector, as in the controller's profile.")
    dir: str = Field(default="in", pattern=DIRECTION, description="Name of its direction.")
    ahead_m: float | None = Field(
        default=None,
        gt=0,
        le=500,
        description="Metres ahead of the stop line, of a detector that tells the queue: who comes"
        " over it while the lane's signal is not green waits beyond it. Beside it, the lane's"
        " detectors without this do the counting.",
    )


class TagSource(_Table):
    """An antenna of a toll reader over this lane."""

    device: str = Field(description="Reader, as in [device.<id>].")
    antenna: int = Field(ge=1, description="Antenna, as the reader counts.")
    at: float | None = Field(
        default=None, description="Middle of its field, metres along the lane."
    )
    spread_m: float = Field(default=4.0, gt=0, le=50, description="Half of its field, metres.")


class ScaleSource(_Table):
    """A weighing station's scale in this lane."""

    device: str = Field(description="Station, as in [device.<id>].")
    lane: str = Field(description="Lane, as the station numbers it.")
    at: float | None = Field(default=None, description="Where it lies, metres along the lane.")
    spread_m: float = Field(default=0.2, gt=0, le=50, description="How well that is known, metres.")


class SignalSource(_Table):
    """The signal that this lane obeys."""

    device: str = Field(description="Controller, as in [device.<id>].")
    phase: int = Field(ge=1, description="Phase, as in the controller's readings.")
    camera: str = Field(description="Camera that watches the stop line.")
    line: str = Field(description="Its line on the stop line.")


Purpose = Literal["statistics", "toll", "weighing", "enforcement"]
"""What a lane's data are gathered for. Only ``toll``, ``weighing`` and ``enforcement`` let plates
and tags of every vehicle leave as text; elsewhere they leave as pseudonyms unless a rule fired."""


class Congestion(_Table):
    """From which speed and occupancy on a lane is dense, slow or jammed."""

    dense_kmh: int = Field(default=40, ge=1, description="Below this mean speed it is dense.")
    slow_kmh: int = Field(default=20, ge=1, description="Below this mean speed it is slow.")
    jammed_kmh: int = Field(default=8, ge=1, description="Below this mean speed it is jammed.")
    jammed_occ: int = Field(
        default=700, ge=1, le=1000, description="Per mille of occupancy from which it is jammed."
    )


class LaneSettings(_Table):
    """One ``[lane.<id>]`` table."""

    name: str = Field(default="", max_length=80, description="Words for people.")
    road: str = Field(
        default="",
        max_length=40,
        description="Carriageway: between lanes of one, vehicles change, and their places are"
        " metres from the same zero. Empty: a lane by itself.",
    )
    interval_s: int = Field(
        default=60, ge=5, le=3600, description="Length of an aggregate's interval."
    )
    lines: list[LineSource] = Field(default_factory=list, description="Counting lines.")
    zones: list[ZoneSource] = Field(default_factory=list, description="Queue zones.")
    detectors: list[DetectorSource] = Field(default_factory=list, description="Detectors.")
    tags: list[TagSource] = Field(default_factory=list, description="Antennas.")
    scales: list[ScaleSource] = Field(default_factory=list, description="Scales.")
    signal: SignalSource | None = Field(default=None, description="Signal that it obeys.")
    purpose: Purpose = Field(default="statistics", description="What its data are for.")
    rules: list[str] = Field(
        default_factory=list,
        description='Rules that are judged here, by kind: "overload", "red-light", "speeding"…',
    )
    limit_kmh: int | None = Field(default=None, ge=1, le=150, description="Speed limit, km/h.")
    against: str | None = Field(
        default=None, pattern=DIRECTION, description="Direction that nobody may drive here."
    )
    only: list[VehicleClass] = Field(
        default_factory=list, description="Classes that may use it; empty: all."
    )
    tag_needed: bool = Field(default=False, description="Whoever drives here needs a toll tag.")
    stopping: bool = Field(default=True, description="false: nobody may stop here.")
    typical_kmh: int = Field(default=40, ge=1, le=150, description="Speed to expect, km/h.")
    horizon_ms: int = Field(
        default=3000,
        ge=0,
        le=600_000,
        description="How long after a vehicle should have passed the last sensor late readings of"
        " it are still taken.",
    )
    saturation: int = Field(
        default=1900, ge=1, description="Saturation flow of this lane, vehicles an hour of green."
    )
    congestion: Congestion = Field(default_factory=Congestion, description="Levels of congestion.")
