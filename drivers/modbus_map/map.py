"""The map of a device as data: which cell is which figure, and what is a condition."""

from collections import Counter
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge_agent.device.mapfile import load
from edge_agent.device.readings import Severity
from edge_agent.device.registers import Bit, Cell, Number, overlaps

PROFILES = Path(__file__).parent / "profiles"
_CODE = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_NAME = r"^[A-Za-z0-9_-]{1,32}$"
_LONGEST_DELAY_S = 86_400


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Figure(_Part):
    """A named figure: a voltage, a temperature, a level."""

    name: str = Field(pattern=_NAME, description="Unique in the map.")
    at: Number = Field(description="Where it is; scaled to a whole number of its unit.")
    deadband: float = Field(
        default=0, ge=0, description="Smaller changes since it was last told are not told."
    )


class Condition(_Part):
    """Something that holds or does not: a bit, or a figure beyond a threshold."""

    code: str = Field(pattern=_CODE, max_length=32, description="Unique in the map.")
    at: Bit | None = Field(default=None, description="The bit, or else `of`.")
    of: str = Field(default="", description="Name of the figure that is held against a threshold.")
    above: float | None = Field(default=None, description="Holds above this value of the figure.")
    below: float | None = Field(default=None, description="Holds below this value of the figure.")
    hysteresis: float = Field(
        default=0, ge=0, description="So far on the good side of the threshold it ends."
    )
    on_s: float = Field(
        default=0, ge=0, le=_LONGEST_DELAY_S, description="It must hold so long before it is told."
    )
    off_s: float = Field(
        default=0, ge=0, le=_LONGEST_DELAY_S, description="It must be over so long likewise."
    )
    severity: Severity = Field(default="warning", description="info, warning or critical.")
    text: str = Field(default="", max_length=200, description="Words for maintenance staff.")
    do: str = Field(default="", max_length=200, description="What to do about it.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        thresholds = [value for value in (self.above, self.below) if value is not None]
        if (self.at is None) == (not self.of):
            raise ValueError(f"condition {self.code} needs either `at` (a bit) or `of` (a figure)")
        if self.of and len(thresholds) != 1:
            raise ValueError(f"condition {self.code} needs either `above` or `below`")
        if not self.of and (thresholds or self.hysteresis):
            raise ValueError(f"condition {self.code} is a bit: it has no threshold")
        return self


class Map(_Part):
    """Everything that is known of a device's cells."""

    version: int = Field(ge=1, le=1, description="Version of this file format.")
    title: str = Field(min_length=1, description="Whose map this is.")
    source: str = Field(min_length=1, description="Where the addresses come from.")
    figure: tuple[Figure, ...] = ()
    condition: tuple[Condition, ...] = ()
    gap: int = Field(
        default=16,
        ge=0,
        le=100,
        description="Unused registers, or 16 times as many bits, that one read may span; 0: none.",
    )
    most: int | None = Field(
        default=None, ge=2, le=2000, description="Cells that the device gives in one reply."
    )

    def cells(self) -> dict[str, Cell]:
        """Every cell by whose it is."""
        figures: dict[str, Cell] = {f"figure {figure.name}": figure.at for figure in self.figure}
        bits = {f"condition {c.code}": c.at for c in self.condition if c.at is not None}
        return figures | bits

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        wrong = [
            *_twice("figure", [figure.name for figure in self.figure]),
            *_twice("condition", [condition.code for condition in self.condition]),
        ]
        names = {figure.name for figure in self.figure}
        wrong += [
            f"condition {condition.code}: no figure {condition.of!r}"
            for condition in self.condition
            if condition.of and condition.of not in names
        ]
        if not self.figure and not self.condition:
            wrong.append("neither a figure nor a condition: nothing to read")
        wrong += [f"{a} and {b} lie on the same cell" for a, b in overlaps(self.cells())]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


def _twice(what: str, names: list[str]) -> list[str]:
    return [f"{what} {name} appears twice" for name, n in sorted(Counter(names).items()) if n > 1]


def load_map(profile: str) -> Map:
    """Read and check a map; raises mapfile.MapError with every complaint."""
    return load(Map, profile, PROFILES)
