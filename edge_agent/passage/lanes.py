"""Lanes as the site file declares them: which sensor counts into which lane, and by which name."""

from pydantic import BaseModel, ConfigDict, Field

DIRECTION = r"^[a-z0-9][a-z0-9_-]{0,19}$"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LineSource(_Table):
    """A camera's counting line that lies across this lane."""

    device: str = Field(description="Camera, as in [device.<id>].")
    line: str = Field(description="Line, as in that camera's lines.")
    ab: str = Field(default="in", pattern=DIRECTION, description="Name of direction ab.")
    ba: str = Field(default="out", pattern=DIRECTION, description="Name of direction ba.")


class ZoneSource(_Table):
    """A camera's zone that covers this lane's queue."""

    device: str = Field(description="Camera, as in [device.<id>].")
    zone: str = Field(description="Zone, as in that camera's zones.")


class DetectorSource(_Table):
    """A detector (loop, radar) of a signal controller in this lane."""

    device: str = Field(description="Controller, as in [device.<id>].")
    detector: str = Field(description="Detector, as in the controller's profile.")
    dir: str = Field(default="in", pattern=DIRECTION, description="Name of its direction.")


class LaneSettings(_Table):
    """One ``[lane.<id>]`` table."""

    name: str = Field(default="", max_length=80, description="Words for people.")
    interval_s: int = Field(
        default=60, ge=5, le=3600, description="Length of an aggregate's interval."
    )
    lines: list[LineSource] = Field(default_factory=list, description="Counting lines.")
    zones: list[ZoneSource] = Field(default_factory=list, description="Queue zones.")
    detectors: list[DetectorSource] = Field(default_factory=list, description="Detectors.")
