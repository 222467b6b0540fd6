"""Where the centre keeps what it received. One transaction a group; a receipt only after it.

The store is dumb on purpose: it writes rows and finds ids. What is new, what is a duplicate and
what is missing is decided by the Register, the same for every kind of store.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from edge_agent.centre.intake import Noticed, Numbered, Refused
from edge_agent.centre.register import Account


class StoreError(Exception):
    """The group was not stored, none of it; it may be tried again."""


@dataclass(slots=True)
class Group:
    """Everything that one transaction writes.

    Attributes:
        received_ms: UTC of the centre.
        events: New events and conflicting ones.
        accounts: Accounts that changed, as they are after this group.
        refused: Set aside, with why.
        notices: Last state, about or health of a unit.
    """

    received_ms: int
    events: list[Numbered] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notices: list[Noticed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as kept: where it came from, when, and its own bytes."""

    root: str
    st: str
    sq: int
    ep: str
    received_ms: int
    body: str


class Store(Protocol):
    """What a store must do; SqliteStore is the first. Every method may raise StoreError."""

    def accounts(self) -> list[Account]:
        """All accounts, as last committed."""

    def known(self, ids: Iterable[str]) -> set[str]:
        """Those of the ids whose event is stored."""

    def commit(self, group: Group) -> None:
        """Write all of the group durably, or nothing.

        Raises:
            StoreError: Nothing of it was written.
        """

    def events(self, *, stream: str | None = None) -> Iterator[StoredEvent]:
        """Every event in the order it came."""

    def refused(self) -> Sequence[tuple[int, str, str]]:
        """Received ms, topic and why of what was set aside, oldest first."""

    def close(self) -> None: ...
