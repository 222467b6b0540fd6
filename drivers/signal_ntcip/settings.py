"""What a ``[device.<id>]`` table of this kind may say."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from edge_agent.device.driver import DeviceSettings
from edge_agent.device.plausibility import Limits
from edge_agent.secret import SecretRef

DEFAULT_PORT = 161
_ALLOWED = "udp://host:port"
_TOP_PHASE = 128
_LOOKS_IN_A_GAP = 2

Number = Annotated[int, Field(ge=1, le=_TOP_PHASE)]
Octet = Annotated[int, Field(ge=1, le=255)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]


def address(url: str) -> tuple[str, int]:
    """Host and port of a ``udp://`` URL; raises ValueError with what would be right."""
    parts = urlsplit(url)
    if parts.scheme != "udp" or not parts.hostname:
        raise ValueError(f"must be {_ALLOWED}")
    if "@" in parts.netloc:
        raise ValueError("no user or password inside the URL; the community has its own key")
    if parts.path not in ("", "/") or parts.query:
        raise ValueError(f"something after the port; must be {_ALLOWED}")
    return parts.hostname, parts.port or DEFAULT_PORT


def _checked(url: str) -> str:
    address(url)
    return url


def _distinct(numbers: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(numbers)) < len(numbers):
        raise ValueError("names a number twice")
    return tuple(sorted(numbers))


class NtcipSettings(DeviceSettings):
    """One controller."""

    url: Annotated[str, AfterValidator(_checked)] = Field(
        description="Where the controller's SNMP agent is: udp://host:161."
    )
    version: Literal["1", "2c"] = Field(
        default="1", description="SNMP version; NTCIP controllers speak 1, many also 2c."
    )
    community: SecretRef | None = Field(
        default=None,
        description="Reference to the read community; left out: the well-known word `public`.",
    )
    poll_hz: float = Field(
        default=10.0, ge=0.1, le=20, description="Looks at the lamps a second; all in one PDU."
    )
    slow_s: float = Field(
        default=1.0, ge=0.2, le=60, description="Seconds between looks at detectors and alarms."
    )
    timeout_s: float = Field(
        default=0.5, gt=0, le=10, description="Seconds to wait for an answer before asking again."
    )
    retries: int = Field(default=2, ge=0, le=10, description="Askings again before it is down.")
    gap_s: float = Field(
        default=1.0,
        gt=0,
        le=10,
        description="Seconds without a look after which nothing is said of the time between.",
    )
    phases: Annotated[tuple[Number, ...], AfterValidator(_distinct)] = Field(
        default=(1, 2, 3, 4, 5, 6, 7, 8),
        min_length=1,
        description="Vehicle phases in use; one that is not would be published as dark.",
    )
    walks: Annotated[tuple[Number, ...], AfterValidator(_distinct)] = Field(
        default=(), description="Phases with a pedestrian head; n is published as phase 200 + n."
    )
    overlaps: Annotated[tuple[Number, ...], AfterValidator(_distinct)] = Field(
        default=(), description="Overlaps in use, A is 1; n is published as phase 100 + n."
    )
    detectors: dict[Name, Octet] = Field(
        default_factory=dict,
        description="Name of each vehicle detector to read, and its number in the controller.",
    )
    plausibility: Limits = Field(
        default_factory=Limits, description="When a detector is no longer believed."
    )
    alarms: bool = Field(
        default=True,
        description="Read the alarm objects. Reading shortAlarmStatus clears its cycle-zero pulse "
        "for other readers; false leaves it alone.",
    )
    tscbm_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="UDP port on which the controller's 10 Hz TSCBM arrives; the better time.",
    )
    tscbm_bind: str = Field(default="0.0.0.0", description="Own address to receive TSCBM on.")  # noqa: S104 - frames from any other host are dropped
    tscbm_utc_offset_min: int = Field(
        default=0, ge=-840, le=840, description="Minutes by which the controller's clock leads UTC."
    )

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        numbers = list(self.detectors.values())
        if len(set(numbers)) < len(numbers):
            raise ValueError("detectors: two names for one detector")
        if self.gap_s * self.poll_hz < _LOOKS_IN_A_GAP:
            raise ValueError(f"gap_s must hold at least two looks: {2 / self.poll_hz:g} s or more")
        if self.tscbm_port is not None:
            beyond = [n for n in (*self.phases, *self.walks, *self.overlaps) if n > 16]  # noqa: PLR2004 - 16 bits a mask
            if beyond:
                raise ValueError(f"TSCBM carries 16 heads of a sort, not number {beyond[0]}")
        return self
