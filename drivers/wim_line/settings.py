"""The ``[device.<id>]`` table of a weigh-in-motion station that sends acknowledged lines."""

from pydantic import Field

from edge_agent.device.weighstation import WeighSettings


class Settings(WeighSettings):
    """Where the station is and how long to wait for it."""

    timeout_s: float = Field(
        default=5.0, ge=0.1, le=60, description="Deadline of connecting and of the next heartbeat."
    )
    ack_after_s: float = Field(
        default=0.5,
        ge=0,
        le=1.5,
        description="Acknowledge a record so long after it was taken; never before it is durable.",
    )
    delay_ms: int = Field(
        default=100, ge=1, le=5000, description="A heartbeat takes at most so long to arrive."
    )
