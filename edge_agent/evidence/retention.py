"""How long evidence is kept, and what goes first when the disk fills.

Age: each kind has its days; who must keep longer says so. Room: above the high mark masked copies,
which can be made again, are given up first, then the kinds in the declared order, the oldest of
each first, until the low mark is reached. Every drop is in the ledger before the file is gone, so
that a missing package is either on record or a crime.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge_agent.clock import Clock
from edge_agent.evidence.keys import PublicKey
from edge_agent.evidence.ledger import Ledger, Line, Reader
from edge_agent.evidence.seal import DROPPED, LEDGER

_DAY_MS = 86_400_000
_MB = 1_000_000


class RetentionPolicy(BaseModel):
    """The ``[evidence.keep]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: int = Field(default=365, ge=1, description="Days that a package is kept.")
    days_of: Mapping[str, int] = Field(
        default_factory=dict, description="Days for single kinds of violation."
    )
    high_mb: int = Field(default=2000, ge=1, description="Above this, packages are given up.")
    low_mb: int = Field(default=1800, ge=0, description="Until this is reached.")
    first: tuple[str, ...] = Field(
        default=(),
        description="Kinds in the order in which they are given up; all others come after these.",
    )

    @model_validator(mode="after")
    def _marks_in_order(self) -> "RetentionPolicy":
        if self.low_mb > self.high_mb:
            raise ValueError(f"low_mb {self.low_mb} is above high_mb {self.high_mb}")
        return self


@dataclass(frozen=True, slots=True)
class Held:
    """A package that the ledger knows and nothing has dropped."""

    n: int
    sealed_ms: int
    kind: str
    file: str
    size: int
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """A package given up, and why: ``age`` or ``room``."""

    held: Held
    why: str


class Retention:
    """Keeps one folder within its policy.

    Args:
        folder: Of the Sealer.
        book: Its ledger, the same object: there is one writer.
        policy: What to keep.
        key: Reads the ledger.
    """

    def __init__(self, folder: Path, book: Ledger, policy: RetentionPolicy, key: PublicKey) -> None:
        self._folder = folder
        self._book = book
        self._policy = policy
        self._held: dict[int, Held] = {}
        self._reader = Reader(folder / LEDGER, key)
        self._catch_up(finish=True)

    @property
    def bytes(self) -> int:
        """Size of all that is held."""
        return sum(held.size for held in self._held.values())

    def sweep(self, clock: Clock) -> list[Drop]:
        """Give up what is too old or too much.

        A clock that cannot be right drops nothing by age: a unit that wakes in 1970, or in 2099,
        must not burn its evidence.
        """
        with self._book.alone():
            return self._sweep(clock)

    def _sweep(self, clock: Clock) -> list[Drop]:
        self._catch_up(finish=False)
        drops: list[Drop] = []
        if clock.quality().source != "none":
            now = clock.utc_ms()
            drops += [Drop(held, "age") for held in self._by_age() if self._old(held, now)]
        gone = {drop.held.n for drop in drops}
        size = self.bytes - sum(drop.held.size for drop in drops)
        if size > self._policy.high_mb * _MB:
            for held in self._by_sacrifice():
                if size <= self._policy.low_mb * _MB:
                    break
                if held.n not in gone:
                    drops.append(Drop(held, "room"))
                    size -= held.size
        for drop in drops:
            self._drop(drop, clock.utc_ms())
        return drops

    def _old(self, held: Held, now_ms: int) -> bool:
        days = self._policy.days_of.get(held.kind, self._policy.days)
        return now_ms - held.sealed_ms > days * _DAY_MS

    def _by_age(self) -> Sequence[Held]:
        return sorted(self._held.values(), key=lambda held: held.n)

    def _by_sacrifice(self) -> Sequence[Held]:
        order = {kind: place for place, kind in enumerate(self._policy.first)}
        last = len(order)
        return sorted(
            self._held.values(),
            key=lambda held: (not held.copy, order.get(held.kind, last), held.n),
        )

    def _drop(self, drop: Drop, now_ms: int) -> None:
        held = drop.held
        facts = {"file": held.file, "link": held.n, "why": drop.why, "size": held.size}
        self._book.append(now_ms, DROPPED, facts)
        (self._folder / held.file).unlink(missing_ok=True)
        self._held.pop(held.n)

    def _catch_up(self, *, finish: bool) -> None:
        """Read what the ledger has that we do not know; at the start, finish a cut-off drop."""
        self._reader.skim(lambda line: self._know(line, finish=finish))

    def _know(self, line: Line, *, finish: bool) -> None:
        match line.what:
            case "sealed":
                facts = line.facts
                self._held[line.n] = Held(
                    line.n,
                    line.t,
                    facts["kind"],
                    facts["file"],
                    facts["size"],
                    "copy_of" in facts,
                )
            case "dropped":
                self._held.pop(line.facts["link"], None)
                if finish:
                    (self._folder / line.facts["file"]).unlink(missing_ok=True)
