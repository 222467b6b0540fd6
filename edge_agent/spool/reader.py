"""Batches for the uplink, read on a connection of their own.

Each stream is a table in rising order of number, and within a stream position rises with number:
a batch is a merge of the streams' tails, and the tail after a position is found by bisection.
"""

import heapq
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from edge_agent.spool.ledger import Ledger
from edge_agent.spool.model import Query, Row
from edge_agent.spool.rows import COLUMNS, Values, entry_of, table
from edge_agent.spool.seal import SealError

_CHUNK = 64


class Reader:
    """A read-only connection, opened when first needed; one thread at a time."""

    def __init__(self, path: Path, ledger: Ledger, *, ring: bool) -> None:
        self._path = path
        self._ledger = ledger
        self._ring = ring
        self._db: sqlite3.Connection | None = None
        self.epoch = ""
        """Of the database; set before the first batch."""

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def batch(self, query: Query, highs: dict[str, int]) -> list[Row]:
        """Rows that the query asks for; ``highs`` names the streams and their last numbers.

        Rows whose checksum is wrong are left out and told to the ledger.

        Raises:
            sqlite3.Error: The database cannot be read.
        """
        if self._db is None:
            self._db = connect_to_read(self._path)
        tails = [
            self._tail(self._db, name, high, query)
            for name, high in highs.items()
            if (query.only is None or name in query.only) and name not in query.but
        ]
        rows: list[Row] = []
        size = 0
        for row in heapq.merge(*tails, key=lambda row: row.pos):
            size += len(row.body)
            if rows and size > query.max_bytes:
                break
            rows.append(row)
            if len(rows) == query.limit:
                break
        return rows

    def _tail(self, db: sqlite3.Connection, name: str, high: int, query: Query) -> Iterator[Row]:
        first = max(_first_after(db, name, high, query.after), query.from_sq or 1)
        ring = self._ring and query.from_sq is None
        for span in self._ledger.offered(name, first, high, ring=ring):
            for values in rows_between(db, name, *span, min(_CHUNK, query.limit)):
                try:
                    row = entry_of(name, values, self.epoch).row
                except SealError:
                    self._ledger.damaged(name, values[0])
                    continue
                if query.upto is not None and row.pos > query.upto:
                    return
                yield row


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot write."""
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=5,
    )
    try:
        db.execute("PRAGMA cell_size_check = ON")
        db.execute("PRAGMA trusted_schema = OFF")
    except BaseException:
        db.close()
        raise
    return db


def rows_between(
    db: sqlite3.Connection, name: str, low: int, high: int, chunk: int
) -> Iterator[Values]:
    """Values of a table's rows, ``chunk`` at a time so that no read lasts long."""
    # The name passes `table`.
    ask = (
        f"SELECT {COLUMNS} FROM {table(name)} "  # noqa: S608
        "WHERE sq BETWEEN ? AND ? ORDER BY sq LIMIT ?"
    )
    while low <= high:
        found = db.execute(ask, (low, high, chunk)).fetchall()
        yield from found
        if len(found) < chunk:
            return
        low = found[-1][0] + 1


def _first_after(db: sqlite3.Connection, name: str, high: int, after: int) -> int:
    """The lowest number such that rows from it on come after the position."""
    if after == 0:
        return 1
    # The name passes `table`.
    ask = f"SELECT sq, pos FROM {table(name)} WHERE sq >= ? ORDER BY sq LIMIT 1"  # noqa: S608
    low, top = 1, high + 1
    while low < top:
        middle = (low + top) // 2
        found = db.execute(ask, (middle,)).fetchone()
        if found is None or found[1] > after:
            top = middle
        else:
            low = found[0] + 1
    return low
