"""The ``[privacy]`` table."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Rotation = Literal["day", "month"]


class PrivacySettings(BaseModel):
    """How plates and tags are hidden where neither purpose nor rule allows their text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rotate: Rotation = Field(
        default="day",
        description="How long a pseudonym stays the same, in the unit's time zone; its key is"
        " destroyed after.",
    )
    grace_min: int = Field(
        default=60,
        ge=0,
        le=1440,
        description="Minutes that a key outlives its time, for readings that come late.",
    )
    seal_to: Path | None = Field(
        default=None,
        description="The centre's public key (X25519, PEM): hidden texts also travel sealed to it;"
        " without it they do not travel.",
    )
