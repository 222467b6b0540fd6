"""What is known of vehicles that passed: weighbridge tickets, walks with a test tag; JSON lines."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.provision.finding import read_lines
from edge_agent.provision.visit import StepFailed

T = TypeVar("T", bound=BaseModel)

NEAR_MS = 2500
"""A ticket and a reading this near in time and of one lane are one vehicle."""


class Ticket(BaseModel):
    """One vehicle whose weight is known."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    at_ms: int
    lane: str
    gross_kg: int = Field(gt=0, le=200_000)
    axles_kg: tuple[int, ...] = ()


class Pass(BaseModel):
    """One pass of a known tag below an antenna."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    at_ms: int
    antenna: int = Field(ge=1, le=255)
    epc: str = Field(pattern=r"^[0-9A-Fa-f]{1,128}$")


def tickets(path: str) -> list[Ticket]:
    """Read a file; raises StepFailed with the line that is wrong."""
    return [_row(Ticket, path, number, line) for number, line in _lines(path)]


def passes(path: str) -> list[Pass]:
    """Read a file; raises StepFailed with the line that is wrong."""
    return [_row(Pass, path, number, line) for number, line in _lines(path)]


def nearest(at_ms: int, rows: Sequence[Mapping[str, Any]], used: set[int]) -> int | None:
    """Index of the unused row nearest in time, near enough."""
    fit = [
        (abs(row["at_ms"] - at_ms), index)
        for index, row in enumerate(rows)
        if index not in used and abs(row["at_ms"] - at_ms) <= NEAR_MS
    ]
    return min(fit)[1] if fit else None


def _lines(path: str) -> list[tuple[int, str]]:
    return [(n, line) for n, line in enumerate(read_lines(path), 1) if line.strip()]


def _row(model: type[T], path: str, number: int, line: str) -> T:
    try:
        return model.model_validate(json.loads(line))
    except (ValueError, ValidationError) as error:
        first = str(error).splitlines()[0][:120]
        raise StepFailed(f"{path}:{number}: {first}") from error
