"""Batches for the uplink, read on a connection of their own.

Each stream is a table in rising order of number, and within a stream position rises with number:
a batch is a merge of the streams' tails, and the tail after a position is found by bisection.
"""

import heapq
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from edge_agent.spool.ledger import Ledger
from edge_agent.spool.model import Query, Row
from edge_agent.spool.seal import SealError, unseal
from edge_agent.spool.store import default_sub, row_of, table

_CHUNK = 64


class Reader:
    """A read-only connection; one thread at a time."""

    def __init__(self, path: Path, ledger: Ledger, *, ring: bool) -> None:
        self._path = path
        self._ledger = ledger
        self._ring = ring
        self._db: sqlite3.Connection | None = None

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def batch(self, query: Query, streams: dict[str, int]) -> list[Row]:
        """Rows of ``streams`` (name to highest number) that the query asks for.

        Raises:
            sqlite3.Error: The database cannot be read.
        """
        db = self._open()
        names = [name for name in streams if query.only is None or name in query.only]
        names = [name for name in names if name not in query.but]
        tails = [self._tail(db, name, streams[name], query) for name in names]
        rows: list[Row] = []
        size = 0
        merged = heapq.merge(*tails, key=lambda row: row.pos)
        for row in merged:
            size += len(row.body)
            if rows and size > query.max_bytes:
                break
            rows.append(row)
            if len(rows) >= query.limit:
                break
        return rows

    def _tail(self, db: sqlite3.Connection, name: str, high: int, query: Query) -> Iterator[Row]:
        resend = query.from_sq is not None
        at = _first_after(db, name, high, query.after)
        if query.from_sq is not None:
            at = max(at, query.from_sq)
        while at <= high:
            end = self._ledger.hidden(name, at, ring=self._ring and not resend)
            if end is not None:
                at = end + 1
                continue
            chunk = db.execute(
                f"SELECT sq, pos, sub, body FROM {table(name)} "  # noqa: S608 - checked name
                "WHERE sq BETWEEN ? AND ? ORDER BY sq LIMIT ?",
                (at, high, min(_CHUNK, query.limit)),
            ).fetchall()
            if not chunk:
                return
            for values in chunk:
                sq, pos, sub, sealed = values
                if sq < at:
                    continue
                if query.upto is not None and pos > query.upto:
                    return
                at = sq
                end = self._ledger.hidden(name, at, ring=self._ring and not resend)
                if end is not None:
                    at = end + 1
                    continue
                try:
                    body = unseal(pos, sq, default_sub(name) if sub is None else sub, sealed)
                except SealError:
                    with self._ledger.lock:
                        self._ledger.stream(name).damaged.add(sq, sq)
                else:
                    yield row_of(name, values, body)
                at = sq + 1

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=5,
            )
            self._db.execute("PRAGMA cell_size_check = ON")
        return self._db


def _first_after(db: sqlite3.Connection, name: str, high: int, after: int) -> int:
    """The first number whose row comes after the position; ``high + 1`` when none does."""
    if after == 0:
        return 1
    # The name passes `table`.
    ask = f"SELECT sq, pos FROM {table(name)} WHERE sq >= ? ORDER BY sq LIMIT 1"  # noqa: S608
    return _bisect(lambda sq: db.execute(ask, (sq,)).fetchone(), high, after)


def _bisect(at_or_after: Callable[[int], tuple[int, int] | None], high: int, after: int) -> int:
    low, top = 1, high + 1
    while low < top:
        middle = (low + top) // 2
        found = at_or_after(middle)
        if found is None or found[1] > after:
            top = middle
        else:
            low = found[0] + 1
    return low
