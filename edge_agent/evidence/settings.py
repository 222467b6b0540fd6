"""The ``[evidence]`` table."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.evidence.retention import RetentionPolicy


class EvidenceSettings(BaseModel):
    """What is sealed when a rule fires, and how long it is kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seal: Literal["all", "enforcement", "nothing"] = Field(
        default="all",
        description="Which violations get a package: all, those good for enforcement, or none.",
    )
    keep: RetentionPolicy = Field(default_factory=RetentionPolicy, description="How long.")
