"""The ``[device.<id>]`` table of a serial reader module."""

from typing import Annotated

from pydantic import Field

from edge_agent.device.driver import DeviceSettings
from edge_agent.device.endpoint import Endpoint, EndpointUrl, parse

Antenna = Annotated[int, Field(ge=1, le=15)]


class Settings(DeviceSettings):
    """Where the module is, what it may transmit, how its reads become passes."""

    url: EndpointUrl
    antennas: tuple[Antenna, ...] = Field(
        default=(1,), min_length=1, description="Antenna ports to read from."
    )
    region: int | None = Field(
        default=None,
        ge=1,
        le=255,
        description="The module's number of the region; left out: as it is set already. The band "
        "that may be used is the operator's to know.",
    )
    power_dbm: float | None = Field(
        default=None, ge=0, le=33, description="Transmit power; left out: as it is set already."
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
    timeout_s: float = Field(
        default=2.0, ge=0.1, le=30, description="Deadline of each answer, and of any sign of life."
    )

    @property
    def endpoint(self) -> Endpoint:
        return parse(self.url)
