"""The ``[rules]`` table of a site file."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class RulesSettings(BaseModel):
    """Where the unit's own words on the law are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tables: Path | None = Field(
        default=None,
        description="Folder of the unit's own tables of rules; a kind of rule that it speaks of is"
        " taken from there alone. See `edge-agent rules`.",
    )
    tags: Path | None = Field(
        default=None,
        description="File of toll tags and the plates that they were issued for: EPC,PLATE a line.",
    )
