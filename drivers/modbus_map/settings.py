"""The ``[device.<id>]`` table of a device that is read by a map."""

from typing import Self

from pydantic import Field, model_validator

from edge_agent.device.driver import DeviceSettings
from edge_agent.device.endpoint import Endpoint, EndpointUrl, SerialEndpoint, parse
from edge_agent.device.modbus import Pace

_TOP_RTU_UNIT = 247


class Settings(DeviceSettings):
    """Where the device is, what its cells mean, how gently it is asked."""

    url: EndpointUrl
    unit_id: int = Field(default=1, ge=0, le=255, description="Modbus unit, 1…247 on a serial bus.")
    profile: str = Field(
        min_length=1, description="Map: a name from the driver's profiles, or an absolute path."
    )
    poll_s: float = Field(
        default=1.0, ge=0.001, le=3600, description="Seconds between two looks at every cell."
    )
    report_s: float = Field(
        default=300.0, ge=1, le=86_400, description="A figure that does not move is told so often."
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
    def _fits(self) -> Self:
        if isinstance(self.endpoint, SerialEndpoint) and not 1 <= self.unit_id <= _TOP_RTU_UNIT:
            raise ValueError(f"unit_id {self.unit_id}: 1…{_TOP_RTU_UNIT} on a serial bus")
        if self.silent_s <= 2 * self.poll_s:
            detail = f"silent_s {self.silent_s:g}: more than two polls of {self.poll_s:g} s"
            raise ValueError(f"{detail}, or every pause looks like silence")
        return self
