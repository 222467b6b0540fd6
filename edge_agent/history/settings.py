"""The ``[history]`` table of a site file."""

from pydantic import BaseModel, ConfigDict, Field


class HistorySettings(BaseModel):
    """How long the unit remembers counts, violations, incidents and its devices' states."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: int = Field(
        default=40,
        ge=0,
        le=3660,
        description="Days that are kept for `edge-agent report`; 0 keeps nothing.",
    )
    max_mb: int = Field(
        default=200, ge=1, description="Megabytes that they may take; the oldest days go first."
    )
    free_mb: int = Field(
        default=500,
        ge=0,
        description="Megabytes of the disk that must stay free: the history makes way before"
        " anything else does.",
    )
