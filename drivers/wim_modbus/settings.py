"""The ``[device.<id>]`` table of a weigh-in-motion station on Modbus."""

from typing import Self

from pydantic import Field, model_validator

from edge_agent.device.endpoint import SerialEndpoint
from edge_agent.device.modbus import Pace
from edge_agent.device.weighstation import WeighSettings

_TOP_RTU_UNIT = 247


class Settings(WeighSettings):
    """Where the station is and how gently it is asked."""

    unit_id: int = Field(default=1, ge=0, le=255, description="Modbus unit, 1…247 on a serial bus.")
    poll_hz: float = Field(
        default=4.0, ge=0.1, le=100, description="Looks at the newest sequence a second."
    )
    timeout_s: float = Field(
        default=0.5, ge=0.02, le=10, description="Deadline of one request, seconds."
    )
    pause_ms: int = Field(
        default=0, ge=0, le=1000, description="Silence before each request, for weak devices."
    )
    identify: bool = Field(
        default=True, description="false for devices that stumble over identification requests."
    )

    @property
    def pace(self) -> Pace:
        return Pace(self.timeout_s, self.pause_ms / 1000)

    @model_validator(mode="after")
    def _unit_fits_the_wire(self) -> Self:
        if isinstance(self.endpoint, SerialEndpoint) and not 1 <= self.unit_id <= _TOP_RTU_UNIT:
            raise ValueError(f"unit_id {self.unit_id}: 1…{_TOP_RTU_UNIT} on a serial bus")
        return self
