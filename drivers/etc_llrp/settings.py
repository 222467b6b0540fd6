"""The ``[device.<id>]`` table of an LLRP reader."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from edge_agent.device.driver import DeviceSettings
from edge_agent.device.endpoint import EndpointUrl, TcpEndpoint, parse

Antenna = Annotated[int, Field(ge=1, le=255)]


def _over_tcp(url: str) -> str:
    if not isinstance(parse(url), TcpEndpoint):
        raise ValueError("LLRP runs over TCP: tcp://host:5084")  # noqa: TRY004 - pydantic's word
    return url


class Settings(DeviceSettings):
    """Where the reader is and how its reads become passes."""

    url: Annotated[EndpointUrl, AfterValidator(_over_tcp)] = Field(
        description="tcp://host:port; readers listen on port 5084."
    )
    version: Literal["1.0.1", "1.1"] = Field(
        default="1.0.1", description="1.1 is asked for, and 1.0.1 spoken where it is refused."
    )
    antennas: tuple[Antenna, ...] = Field(
        default=(), description="Antennas to read from; empty for all of the reader."
    )
    window_ms: int = Field(
        default=1000, ge=50, le=60_000, description="Silence of a tag that ends its pass."
    )
    max_ms: int = Field(
        default=30_000,
        ge=100,
        le=3_600_000,
        description="A tag that stays is told again after this long.",
    )
    report_every: int = Field(
        default=1, ge=1, le=1000, description="Tags that the reader puts into one report."
    )
    session: int | None = Field(
        default=None, ge=0, le=3, description="Gen2 session; left out: the reader's own."
    )
    population: int | None = Field(
        default=None,
        ge=1,
        le=65_535,
        description="Tags expected in the field at once; left out: the reader's own.",
    )
    keepalive_s: float = Field(
        default=2.0, ge=0.2, le=60, description="Seconds between the reader's signs of life."
    )
    timeout_s: float = Field(
        default=5.0, ge=0.1, le=60, description="Deadline of connecting and of each answer."
    )

    @property
    def endpoint(self) -> TcpEndpoint:
        endpoint = parse(self.url)
        assert isinstance(endpoint, TcpEndpoint)  # noqa: S101 - the validator's promise
        return endpoint
