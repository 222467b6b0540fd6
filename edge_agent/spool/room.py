"""Making room: when the spool has its size, or the disk is full, who goes first."""

import os
from collections.abc import Iterator
from pathlib import Path

from edge_agent.spool.ballast import Ballast
from edge_agent.spool.ledger import Ledger
from edge_agent.spool.model import Span
from edge_agent.spool.policy import NEVER_SACRIFICED, SpoolPolicy
from edge_agent.spool.store import PAGE_BYTES, Store

_LEAST_ROWS = 64
_MOST_ROWS = 2048
_SQUEEZE_PAGES = 256


class Room:
    """Knows the limits; deletes inside the writer's transaction."""

    def __init__(self, path: Path, policy: SpoolPolicy, ledger: Ledger) -> None:
        self._policy = policy
        self._ledger = ledger
        self._ballast = Ballast(path, policy.ballast_mb * 1_000_000)
        self._full_pages = policy.max_mb * 1_000_000 // PAGE_BYTES
        self.squeezed = False
        """The disk, not the policy, sets the limit now."""
        self.must_free = False
        """The last transaction found no room."""

    @property
    def max_bytes(self) -> int:
        return self._full_pages * PAGE_BYTES

    def relax(self, store: Store) -> None:
        """Take the ballast up again and lift the squeeze when the disk has plenty of room."""
        if not self._ballast.plenty():
            return
        if self.squeezed:
            self.squeezed = False
            store.limit(self._full_pages)
        if not self._ballast.held():
            self._ballast.take()

    def full(self, store: Store) -> bool:
        """SQLite found no room. Returns whether trying again makes sense."""
        first = not self.must_free
        self.must_free = True
        if store.at_limit():
            return first
        freed = self._ballast.drop()
        if not self.squeezed:
            self.squeezed = True
            store.limit(max(_SQUEEZE_PAGES, store.used_pages() - _SQUEEZE_PAGES))
        return freed or first

    def needed(self, store: Store) -> bool:
        return self.must_free or store.used_pages() > store.limit_pages

    def sacrifice(self, store: Store) -> Iterator[tuple[str, Span, int, bool]]:
        """Delete the oldest rows of the stream that goes first; one or two portions.

        Yields stream, span, rows deleted, and whether it is a loss (False: it had been sent and
        only lay in the ring).
        """
        ranked = sorted(
            (name for name, account in store.accounts.items() if account.rows > 0),
            key=self._policy.rank,
        )
        if not self._policy.receipts:
            for name in ranked:
                published = self._ledger.stream(name).published.end_at(1) or 0
                found = store.oldest(name, _portion(store.accounts[name].rows))
                if found is not None and found[0] <= published:
                    span = (found[0], min(found[1], published))
                    yield name, span, store.delete(name, *span), False
                    return
        for name in ranked:
            if name in NEVER_SACRIFICED:
                continue
            found = store.oldest(name, _portion(store.accounts[name].rows))
            if found is not None:
                yield name, found, store.delete(name, *found), True
                return


def _portion(rows: int) -> int:
    return min(_MOST_ROWS, max(_LEAST_ROWS, rows // 64))


def disk_free(folder: Path) -> int:
    """Bytes that a program without privileges may still take."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize
