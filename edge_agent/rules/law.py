"""What a table of a rule says. One file a version; every number of the law stands there."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge_agent.contract.vehicles import PartKind
from edge_agent.contract.verdicts import RuleKind
from edge_agent.device.readings import VehicleClass
from edge_agent.rules.bands import Flaw

ID = r"^[a-z0-9][a-zđ0-9.-]{0,58}$"


class Part(BaseModel):
    """A table within a table."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Needs(Part):
    """What must hold before a finding is more than statistics."""

    clock_ms: int = Field(ge=0, description="Most uncertainty of UTC, ms.")
    plate: int = Field(ge=0, le=1000, description="Least confidence of the plate, per mille.")
    vehicle: int = Field(ge=0, le=1000, description="Least confidence of the class, per mille.")
    calibrated: list[PartKind] = Field(
        description="Sensors that must have a valid certificate, by kind."
    )


class Clause(Part):
    """What the law calls the act, by the vehicle that did it."""

    id: str = Field(pattern=ID, description='Article, clause, point: "168.6.9.b".')
    classes: list[VehicleClass] = Field(min_length=1, description="Vehicles that it speaks of.")


class Table(Part):
    """Head of every table."""

    id: str = Field(pattern=ID, description="Name of the rule, unique for ever.")
    kind: RuleKind = Field(description="What it judges.")
    version: str = Field(min_length=1, max_length=20, description="Version of this rule's table.")
    valid_from: date = Field(description="First day in force, year-month-day.")
    valid_to: date = Field(
        description="Last day in force, or the day until which somebody vouches for it."
    )
    verified: bool = Field(
        description="true: a person held every number against the official text."
    )
    verified_by: str = Field(default="", max_length=120, description="Who did, when, with what.")
    source: str = Field(
        min_length=5, max_length=200, description="Legal text: number, article, clause."
    )
    url: list[str] = Field(min_length=1, description="Where that was read.")
    note: str = Field(default="", description="What is not sure in it, in words.")
    needs: Needs

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.valid_from > self.valid_to:
            raise ValueError("valid_to is before valid_from")
        if self.verified and not self.verified_by:
            raise ValueError("verified = true without verified_by: who vouches for it?")
        return self

    def flaws(self) -> Iterator[Flaw]:
        """What a model cannot see: bands with gaps, a class that two clauses speak of."""
        yield from ()

    def words(self) -> Iterator[tuple[str, str]]:
        """Rows for people: what, and how it is judged."""
        yield from ()


def twice(lists: list[list[VehicleClass]], path: tuple[str | int, ...]) -> Iterator[Flaw]:
    """Classes that more than one entry of a list speaks of."""
    seen: set[VehicleClass] = set()
    for index, classes in enumerate(lists):
        for name in classes:
            if name in seen:
                yield Flaw(
                    (*path, index, "classes"),
                    f"{name.value} stands in an entry before this one too",
                    "each class in one entry",
                    "remove it from one of them",
                )
            seen.add(name)


class ClauseTable(Table):
    """A rule without numbers: somebody did what nobody may do."""

    KINDS: ClassVar[frozenset[RuleKind]] = frozenset(
        {
            "wrong-way",
            "wrong-lane",
            "forbidden-turn",
            "motorbike-in-car-lane",
            "plate-tag-mismatch",
            "no-tag",
        }
    )
    clause: list[Clause] = Field(min_length=1, description="The act, by class.")

    def flaws(self) -> Iterator[Flaw]:
        yield from twice([clause.classes for clause in self.clause], ("clause",))

    def words(self) -> Iterator[tuple[str, str]]:
        for clause in self.clause:
            yield clause.id, ", ".join(name.value for name in clause.classes)

    def clause_of(self, vehicle: VehicleClass) -> Clause | None:
        """The clause that speaks of such a vehicle."""
        return next((clause for clause in self.clause if vehicle in clause.classes), None)


class Yellow(Part):
    """When a driver could have stopped before the line; counted, never a violation."""

    reaction_ms: int = Field(ge=0, description="From the onset to the foot on the brake, ms.")
    braking_cms2: int = Field(gt=0, description="Braking that may be asked of anybody, cm/s².")


class RedLightTable(ClauseTable):
    """Driving over the stop line on red."""

    KINDS: ClassVar[frozenset[RuleKind]] = frozenset({"red-light"})
    grace_ms: int = Field(ge=0, description="Red for no longer than this is not judged, ms.")
    uncertain_ms: int = Field(
        ge=0, description="An aspect whose age is less sure than this is not judged, ms."
    )
    moving_kmh: int = Field(
        ge=1,
        description="Who is not seen to drive faster than this is not judged: the box of one who"
        " waits at the line trembles over it.",
    )
    yellow: Yellow

    def words(self) -> Iterator[tuple[str, str]]:
        yield "red longer than", f"{self.grace_ms} ms, its age known to ± {self.uncertain_ms} ms"
        yield "driving faster than", f"{self.moving_kmh} km/h"
        yield from super().words()


class StoppingTable(ClauseTable):
    """Standing where nobody may."""

    KINDS: ClassVar[frozenset[RuleKind]] = frozenset({"stopping"})
    allowed_s: int = Field(ge=0, description="Standing for no longer than this is not judged, s.")

    def words(self) -> Iterator[tuple[str, str]]:
        yield "standing longer than", f"{self.allowed_s} s"
        yield from super().words()
