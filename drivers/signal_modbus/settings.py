"""The ``[device.<id>]`` table of a Modbus signal controller."""

from typing import Self

from pydantic import Field, model_validator

from edge_agent.device.driver import DeviceSettings
from edge_agent.device.endpoint import Endpoint, EndpointUrl, SerialEndpoint, parse
from edge_agent.device.modbus import Pace

_TOP_RTU_UNIT = 247


class Settings(DeviceSettings):
    """Where the controller is, what its registers mean, how gently it is asked."""

    url: EndpointUrl
    unit_id: int = Field(default=1, ge=0, le=255, description="Modbus unit, 1…247 on a serial bus.")
    profile: str = Field(
        min_length=1,
        description="Register map: a name from the driver's profiles, or an absolute path.",
    )
    poll_hz: float = Field(
        default=10.0,
        ge=0.1,
        le=1000,
        description="Polls a second; more than the device can answer means as fast as it does.",
    )
    timeout_s: float = Field(
        default=0.5, ge=0.02, le=10, description="Deadline of one request, seconds."
    )
    pause_ms: int = Field(
        default=0, ge=0, le=1000, description="Silence before each request, for weak devices."
    )
    connect_pause_ms: int = Field(
        default=0, ge=0, le=10_000, description="Silence after connecting, for slow gateways."
    )
    figures_s: float = Field(
        default=60.0, ge=0.1, le=3600, description="Seconds between readings of the figures."
    )
    identify: bool = Field(
        default=True, description="false for devices that stumble over identification requests."
    )

    @property
    def endpoint(self) -> Endpoint:
        return parse(self.url)

    @property
    def pace(self) -> Pace:
        return Pace(self.timeout_s, self.pause_ms / 1000, self.connect_pause_ms / 1000)

    @model_validator(mode="after")
    def _unit_fits_the_wire(self) -> Self:
        if isinstance(self.endpoint, SerialEndpoint) and not 1 <= self.unit_id <= _TOP_RTU_UNIT:
            raise ValueError(f"unit_id {self.unit_id}: 1…{_TOP_RTU_UNIT} on a serial bus")
        return self
