"""The tables of a rule one after another: which is in force on a day, and how good it is. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from edge_agent.contract.verdicts import Rule, RuleKind
from edge_agent.rules.law import Table

State = Literal["in-force", "unverified", "expired", "future", "past"]
"""Of a table on a day. Only what is in force is enforced; unverified and expired ones are for
statistics."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table as it was read.

    Attributes:
        digest: SHA-256 of its file.
        file: Where it was.
    """

    table: Table
    digest: str
    file: str

    @property
    def rule(self) -> Rule:
        """As a violation names it."""
        table = self.table
        return Rule(id=table.id, ver=table.version, src=table.source, tab=self.digest)


@dataclass(frozen=True, slots=True)
class InForce:
    """The table that judges on a day.

    Attributes:
        doubts: Codes of why it may not be enforced; empty when it may.
    """

    loaded: Loaded
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables, by kind of rule, each chain from the oldest to the newest.

    Attributes:
        chains: The chains; each without gaps and overlaps.
    """

    chains: Mapping[RuleKind, tuple[Loaded, ...]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Loaded]:
        for kind in sorted(self.chains):
            yield from self.chains[kind]

    def at(self, kind: RuleKind, day: date) -> InForce | None:
        """The table in force on a day, or the last one when that is over; None when there is none.

        Before the first day of a chain nothing is in force.
        """
        begun = [one for one in self.chains.get(kind, ()) if one.table.valid_from <= day]
        if not begun:
            return None
        loaded = begun[-1]
        doubts = []
        if day > loaded.table.valid_to:
            doubts.append("table-expired")
        if not loaded.table.verified:
            doubts.append("table-unverified")
        return InForce(loaded, tuple(doubts))

    def state(self, loaded: Loaded, day: date) -> State:
        """What a table is worth on a day."""
        table = loaded.table
        if day < table.valid_from:
            return "future"
        chosen = self.at(table.kind, day)
        if chosen is None or chosen.loaded is not loaded:
            return "past"
        if "table-expired" in chosen.doubts:
            return "expired"
        return "unverified" if chosen.doubts else "in-force"

    def troubles(self, kinds: Iterable[RuleKind], day: date) -> list[str]:
        """Words for every rule of these kinds that cannot be enforced on a day."""
        return [words for kind in sorted(set(kinds)) if (words := self._trouble(kind, day))]

    def next_expiry(self, day: date) -> date | None:
        """The nearest day after which a chain ends; None where all have ended or there is none."""
        ends = [chain[-1].table.valid_to for chain in self.chains.values() if chain]
        return min((end for end in ends if end >= day), default=None)

    def _trouble(self, kind: RuleKind, day: date) -> str:
        chosen = self.at(kind, day)
        if chosen is None:
            return f"{kind}: no table is in force"
        table = chosen.loaded.table
        if "table-expired" in chosen.doubts:
            return f"{kind}: table {table.id} {table.version} expired on {table.valid_to}"
        return f"{kind}: table {table.id} {table.version} is not verified" if chosen.doubts else ""
