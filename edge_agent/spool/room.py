"""Making room: when the spool has its size, or the disk is full, who goes first."""

from dataclasses import dataclass
from pathlib import Path

from edge_agent.contract.spans import Range
from edge_agent.spool.ballast import Ballast
from edge_agent.spool.policy import NEVER_SACRIFICED, SpoolPolicy
from edge_agent.spool.schema import PAGE_BYTES
from edge_agent.spool.store import Store

_LEAST_ROWS = 64
_SHARE = 64
"""A portion is the 64th part of the stream, so that a full spool is not one Loss an event."""

_MOST_ROWS = 4096
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Sacrifice:
    """Rows that were deleted to make room; ``lost`` is False when they had been sent already."""

    stream: str
    span: Range
    rows: int
    lost: bool


class Room:
    """Knows the limits; deletes inside the writer's transaction."""

    def __init__(self, path: Path, policy: SpoolPolicy) -> None:
        self._policy = policy
        self._ballast = Ballast(path, policy.ballast_mb * 1_000_000)
        self._full_pages = policy.max_mb * 1_000_000 // PAGE_BYTES
        self._squeezed = False
        self._refused = 0
        """How often in a row SQLite found no room."""
        self.pressure = 0
        """The same, once it is clear that something must go; each time more is given up."""

    @property
    def max_bytes(self) -> int:
        return self._full_pages * PAGE_BYTES

    def relax(self, store: Store) -> None:
        """Take the ballast up again and lift the squeeze when the disk has plenty of room."""
        if not self._ballast.plenty():
            return
        if self._squeezed:
            self._squeezed = False
            store.limit(self._full_pages)
        self._ballast.take()

    def disk_full(self) -> bool:
        """Whether an error of the disk is likely a want of space or inodes."""
        return self._ballast.exhausted()

    def full(self, store: Store) -> bool:
        """SQLite found no room. Returns whether trying again at once makes sense."""
        self._refused = min(_TRIES, self._refused + 1)
        if not store.at_limit():
            # The disk, not the policy, says no. To begin the log anew takes no new blocks.
            store.restart_log()
            if self._ballast.drop() or self._refused == 1:
                return True
            if not self._squeezed:
                self._squeezed = True
                store.limit(store.page_count())
        self.pressure = self._refused
        return self._refused < _TRIES

    def found(self) -> None:
        """There was room."""
        self._refused = self.pressure = 0

    def needed(self, store: Store) -> bool:
        return self.pressure > 0 or store.crowded()

    def sacrifice(self, store: Store) -> Sacrifice | None:
        """Delete the oldest rows of the stream that goes first; None when there is none to give."""
        names = [name for name, account in store.accounts.items() if account.rows > 0]
        names.sort(key=self._policy.rank)
        if not self._policy.receipts:
            for name in names:
                found = store.oldest(name, self._portion(store, name))
                published = store.accounts[name].published
                if found is not None and found[0] <= published:
                    span = (found[0], min(found[1], published))
                    return Sacrifice(name, span, store.delete(name, *span), lost=False)
        for name in names:
            found = store.oldest(name, self._portion(store, name))
            if name not in NEVER_SACRIFICED and found is not None:
                return Sacrifice(name, found, store.delete(name, *found), lost=True)
        return None

    def _portion(self, store: Store, name: str) -> int:
        share = store.accounts[name].rows // _SHARE
        return min(_MOST_ROWS, max(_LEAST_ROWS, share)) << self.pressure
