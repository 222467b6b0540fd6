"""The manifest of a package: what happened, by which rule, seen by what, digests of all files."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from edge_agent.evidence import canonical

BLOCK = 16384
"""Bytes a block: a change is named to within one."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""Of a file in the package; plain ASCII, no folders."""

RESERVED = frozenset({"manifest.json", "manifest.sig"})


class Part(BaseModel):
    """Base: unknown keys are refused, so that nothing unsaid is signed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class When(Part):
    """A moment and how far it can be trusted."""

    t: int = Field(description="UTC, ms since 1970.")
    tq: int | None = Field(ge=0, description="Uncertainty, ms; null when unknown.")
    ts: Literal["gnss", "ntp", "rtc", "none"] = Field(description="Where UTC came from.")


class Rule(Part):
    """The rule that fired, as it stood then."""

    id: str
    version: str
    source: str = Field(description="The legal text: number, article, clause.")
    table: Digest | None = Field(default=None, description="Digest of the rule table in force.")


class Device(Part):
    """A device that saw it."""

    id: str
    kind: str
    serial: str | None = None
    firmware: str | None = None
    calibrated: str | None = Field(default=None, description="Date of the last calibration.")
    valid_to: str | None = Field(default=None, description="Date until which it is calibrated.")


class Link(Part):
    """Place in the unit's ledger."""

    n: int = Field(ge=1)
    prev: Digest = Field(description="Digest of the ledger's line before.")


class About(Part):
    """All that the one who seals must know.

    Attributes:
        facts: Measured values and derived ones (weights, speed, phase age…), integers and strings.
        software: Versions and digests: agent, configuration, models.
        copy_of: Digest of the sealed original when this is a masked copy.
    """

    event: str = Field(description="Id of the violation event.")
    kind: Name
    lane: str
    when: When
    rule: Rule
    devices: tuple[Device, ...] = ()
    facts: dict[str, Any] = Field(default_factory=dict)
    software: dict[str, str] = Field(default_factory=dict)
    copy_of: Digest | None = None


class File(Part):
    """One file of the package."""

    name: Name
    role: str = Field(description="frame-before, frame-at, frame-after, crop, signal-trace, …")
    size: int = Field(ge=0)
    sha256: Digest
    blocks: tuple[Digest, ...] = Field(description=f"Digests of its blocks of {BLOCK} bytes.")

    @field_validator("name")
    @classmethod
    def _not_reserved(cls, name: str) -> str:
        if name in RESERVED:
            raise ValueError(f"{name} is the package's own")
        return name

    @staticmethod
    def of(name: str, role: str, data: bytes) -> "File":
        """Describe ``data``."""
        return File(
            name=name,
            role=role,
            size=len(data),
            sha256=canonical.digest(data),
            blocks=block_digests(data),
        )


class Manifest(Part):
    """What is signed."""

    format: Literal["edge-evidence/1"] = "edge-evidence/1"
    unit: str
    key: str = Field(description="Id of the key that signs.")
    sealed: int = Field(description="UTC of sealing, ms since 1970.")
    chain: Link
    about: About
    files: tuple[File, ...]

    @field_validator("files")
    @classmethod
    def _names_once(cls, files: Sequence[File]) -> Sequence[File]:
        names = [file.name for file in files]
        if len(set(names)) < len(names):
            raise ValueError("two files of one name")
        return files

    def encode(self) -> bytes:
        """Canonical bytes."""
        return canonical.encode(self.model_dump(mode="json"))


def block_digests(data: bytes) -> tuple[str, ...]:
    """A digest for every BLOCK bytes; none for an empty file."""
    return tuple(canonical.digest(data[i : i + BLOCK]) for i in range(0, len(data), BLOCK))
