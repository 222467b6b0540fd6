"""Look into a spool without disturbing it: while the agent runs, after a crash, or in a copy.

Nothing here writes to the database. Rows whose checksum is wrong are counted and left out.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edge_agent.contract.spans import Range
from edge_agent.errors import SpoolError
from edge_agent.spool.model import Row
from edge_agent.spool.reader import connect_to_read, rows_between
from edge_agent.spool.rows import entry_of, table
from edge_agent.spool.schema import SCHEMA
from edge_agent.spool.seal import SealError

_CHUNK = 256


@dataclass(frozen=True, slots=True)
class StreamSummary:
    """What a spool holds of one stream.

    Attributes:
        name: Stream.
        rows: Events kept, receipted ones that were not deleted yet among them.
        high: Highest number given out.
        ranges: Numbers of the events kept, as ranges.
        oldest_t: UTC ms of the first event kept; None when there is none.
        newest_t: UTC ms of the last event kept.
        bytes: Bytes of their wire form.
        damaged: Rows whose checksum is wrong.
    """

    name: str
    rows: int
    high: int
    ranges: tuple[Range, ...]
    oldest_t: int | None
    newest_t: int | None
    bytes: int
    damaged: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a spool holds. ``file_bytes`` is the database with its write-ahead log."""

    path: Path
    epoch: str
    schema: int
    file_bytes: int
    streams: tuple[StreamSummary, ...]


def summary(path: Path) -> Summary:
    """Read the whole spool and sum it up.

    Raises:
        SpoolError: It is not there, cannot be read, or is not a spool of a known schema.
    """
    with _reading(path) as db:
        epoch, schema, highs = _accounts(db, path)
        streams = tuple(_stream(db, name, high, epoch) for name, high in sorted(highs.items()))
        files = (path, path.with_name(f"{path.name}-wal"))
        size = sum(file.stat().st_size for file in files if file.exists())
        return Summary(path, epoch, schema, size, streams)


def rows(path: Path, stream: str | None = None, from_sq: int = 1) -> Iterator[Row]:
    """Events kept, stream by stream in rising number; ``body`` is one line of NDJSON.

    Raises:
        SpoolError: As ``summary``.
    """
    with _reading(path) as db:
        epoch, _, highs = _accounts(db, path)
        for name, high in sorted(highs.items()):
            if stream is not None and name != stream:
                continue
            for values in rows_between(db, name, from_sq, high, _CHUNK):
                try:
                    yield entry_of(name, values, epoch).row
                except SealError:
                    continue


def _stream(db: sqlite3.Connection, name: str, high: int, epoch: str) -> StreamSummary:
    ranges: list[Range] = []
    times: list[int] = []
    count = size = damaged = 0
    for values in rows_between(db, name, 1, high, _CHUNK):
        count += 1
        sq = values[0]
        if ranges and ranges[-1][1] == sq - 1:
            ranges[-1] = (ranges[-1][0], sq)
        else:
            ranges.append((sq, sq))
        try:
            row = entry_of(name, values, epoch).row
        except SealError:
            damaged += 1
            continue
        size += len(row.body)
        times = [times[0], row.t] if times else [row.t, row.t]
    oldest, newest = times or (None, None)
    return StreamSummary(name, count, high, tuple(ranges), oldest, newest, size, damaged)


def _accounts(db: sqlite3.Connection, path: Path) -> tuple[str, int, dict[str, int]]:
    try:
        accounts = dict(db.execute("SELECT name, high FROM account").fetchall())
        epoch = db.execute("SELECT ep FROM account WHERE name = ''").fetchone()[0]
    except (sqlite3.OperationalError, TypeError) as error:
        raise SpoolError(f"{path} is not a spool") from error
    schema = accounts.pop("")
    if schema != SCHEMA:
        raise SpoolError(f"{path} has schema {schema}; this version reads {SCHEMA}")
    for name, high in accounts.items():
        # The name passed `table`.
        last = db.execute(f"SELECT max(sq) FROM {table(name)}").fetchone()[0]  # noqa: S608
        accounts[name] = max(high, last or 0)
    return epoch, schema, accounts


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise SpoolError(f"{path}: no such spool")
    try:
        db = connect_to_read(path)
    except sqlite3.Error as error:
        raise SpoolError(f"{path} cannot be read: {error}") from error
    try:
        # One snapshot for all that is asked; the writer is not held up by it.
        db.execute("BEGIN")
        yield db
    except sqlite3.Error as error:
        raise SpoolError(f"{path} cannot be read: {error}") from error
    finally:
        db.close()
