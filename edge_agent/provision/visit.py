"""What a step is, and what it gets to work with."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from edge_agent.clock import Clock
from edge_agent.config.unit import UnitSettings
from edge_agent.device.view import View
from edge_agent.discover.proposal import Proposal
from edge_agent.discover.where import Where
from edge_agent.provision.answers import Remembered
from edge_agent.provision.record import ProvisionError, Record
from edge_agent.status import Snapshot

State = Literal["ok", "doubtful", "skipped"]


class StepFailed(ProvisionError):  # noqa: N818 - reads as the state it is
    """The step cannot end; the visit stops here and goes on here."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a step.

    Attributes:
        why: In words; for a step that was skipped or is doubtful the reason.
        facts: Integers, texts, lists and tables of them: no floats, so that they can be signed.
        pictures: Names of files in the record's folder of pictures.
    """

    state: State
    why: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "state": self.state,
            "why": self.why,
            "facts": dict(self.facts),
            "pictures": list(self.pictures),
        }


@dataclass(frozen=True, slots=True)
class Observed:
    """What the devices said while they were driven.

    Attributes:
        devices: Device to answered, identity, cause, readings by type.
        axles: One row a weighed vehicle: device, at_ms, lane, gross_kg, axles_kg.
        tags: One row a tag seen: device, at_ms, antenna, epc, reads.
        signals: One row a change: device, at_ms, phases.
    """

    devices: dict[str, dict[str, Any]] = field(default_factory=dict)
    axles: list[dict[str, Any]] = field(default_factory=list)
    tags: list[dict[str, Any]] = field(default_factory=list)
    signals: list[dict[str, Any]] = field(default_factory=list)


class Bench(Protocol):
    """The instruments: all that touches devices, the running agent and the operating system."""

    async def search(self, where: Where) -> list[Proposal]: ...
    async def drive(self, settings: UnitSettings, seconds: float) -> Observed: ...
    async def still(self, view: View, file: Path) -> str:
        """Take a picture; why there is none, or an empty text."""

    async def lamps(
        self, view: View, heads: Mapping[str, Any], seconds: float
    ) -> tuple[str, list[dict[str, Any]]]:
        """Changes of lamps as a camera sees them; why not, or an empty text, before them."""

    def restart(self, how: str, config: Path, state_dir: Path) -> None:
        """Let the agent run on the site file as it is now."""

    def snapshot(self, state_dir: Path) -> Snapshot | None:
        """How the running agent is; None when none answers."""

    def guard(self, config: Path, state_dir: Path) -> None:
        """See to it that somebody undoes what is not confirmed in time."""

    async def doctor(self, config: Path, state_dir: Path) -> list[dict[str, Any]]:
        """Findings of the doctor."""


@dataclass(frozen=True)
class Visit:
    """One technician at one unit.

    Attributes:
        config: The unit's site file.
        who: The technician.
        tell: Words for whoever waits.
    """

    config: Path
    state_dir: Path
    who: str
    record: Record
    answers: Remembered
    bench: Bench
    clock: Clock
    tell: Callable[[str], None] = lambda _words: None

    @property
    def draft(self) -> Path:
        """The site file that is being made."""
        return self.record.folder / "draft.toml"

    def facts(self, step: str) -> dict[str, Any]:
        """What an earlier step found; empty when it was not made."""
        found: dict[str, Any] = (self.record.result(step) or {}).get("facts", {})
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the table.

    Attributes:
        id: Name of its record.
        en, vi: What it is called.
        run: Does it. Killed at any moment and run again it must come to the same result.
    """

    id: str
    en: str
    vi: str
    run: Callable[[Visit], Awaitable[Result]]


Steps = Sequence[Step]
