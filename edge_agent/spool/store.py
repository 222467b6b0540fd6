"""The database file: schema, settings of SQLite, and the statements of one transaction.

One thread at a time may use a Store. Counters of a stream (``Account``) change only when the
transaction that changed them has been committed.
"""

import re
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from edge_agent import durable
from edge_agent.errors import SpoolError
from edge_agent.spool.model import Row
from edge_agent.spool.policy import SpoolPolicy
from edge_agent.spool.rows import COLUMNS, Entry, Values, entry_of, table
from edge_agent.spool.schema import (
    ACCOUNTS,
    PAGE_BYTES,
    SCHEMA,
    STREAM_TABLE,
    Account,
    Damaged,
    account_crc,
)
from edge_agent.spool.seal import SealError

WAL_FRAMES = 8000
"""Frames after which the WAL is copied into the database: 4 MB, rewritten in place for ever."""

_HEADROOM_PAGES = 1024
"""Pages between where sacrifice begins and where SQLite says no: DELETE and its Loss must fit."""

SAVE_EVERY = 1024
"""Appended rows after which a stream's account is saved even when nothing was deleted."""

_ROW_OVERHEAD = 16


class Store:
    """An open database."""

    def __init__(self, path: Path, policy: SpoolPolicy) -> None:
        self.path = path
        self.epoch = ""
        self.fresh = False
        self.accounts: dict[str, Account] = {}
        self.next_pos = 1
        self.sealed_bytes = 0
        """Bytes of rows appended since open, roughly as the pages hold them."""
        self.limit_pages = policy.max_mb * 1_000_000 // PAGE_BYTES
        """Pages that the file may have."""
        self.db = _connect(path)
        try:
            self._settle()
            self._load()
        except BaseException:
            self.db.close()
            raise

    def close(self) -> None:
        self.db.close()

    # One transaction

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, durable when the block has been left without an exception."""
        kept = {name: replace(account) for name, account in self.accounts.items()}
        pos = self.next_pos
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:
            self.accounts, self.next_pos = kept, pos
            # SQLite may have rolled back by itself; the first error is the one to tell.
            with suppress(sqlite3.Error):
                self.db.execute("ROLLBACK")
            raise

    def account(self, stream: str) -> Account:
        """The stream's account; a stream not seen before gets its table."""
        account = self.accounts.get(stream)
        if account is None:
            self.db.execute(STREAM_TABLE.format(table(stream)))
            account = self.accounts[stream] = Account()
            self.save(stream)
        return account

    def insert(self, entries: Iterable[Entry]) -> None:
        """Append rows whose numbers and positions were taken with ``number``."""
        by_stream: dict[str, list[Values]] = {}
        for entry in entries:
            by_stream.setdefault(entry.row.stream, []).append(entry.values(self.epoch))
        for stream, values in by_stream.items():
            account = self.account(stream)
            account.rows += len(values)
            self.sealed_bytes += sum(len(each[-1]) + _ROW_OVERHEAD for each in values)
            # The name passed `table`.
            self.db.executemany(f"INSERT INTO {table(stream)} VALUES (?,?,?,?,?)", values)  # noqa: S608
            if account.high - account.saved >= SAVE_EVERY:
                self.save(stream)

    def number(self, stream: str) -> tuple[int, int]:
        """The next number of the stream and the next position."""
        account = self.account(stream)
        account.high += 1
        self.next_pos += 1
        return account.high, self.next_pos - 1

    def rewrite(self, entry: Entry) -> None:
        """Put another body under a number."""
        sq, _, _, _, sealed = entry.values(self.epoch)
        self.db.execute(
            f"UPDATE {table(entry.row.stream)} SET body = ? WHERE sq = ?",  # noqa: S608 - checked
            (sealed, sq),
        )

    def delete(self, stream: str, low: int, high: int) -> int:
        """Delete numbers ``low`` to ``high``; returns how many rows went."""
        gone = self.db.execute(
            f"DELETE FROM {table(stream)} WHERE sq BETWEEN ? AND ?",  # noqa: S608 - checked name
            (low, high),
        ).rowcount
        self.account(stream).rows -= gone
        return gone

    def save(self, stream: str) -> None:
        """Write the stream's account down."""
        account = self.accounts[stream]
        account.saved = account.high
        self._write_account(stream, account)

    def adopt(self, epoch: str) -> None:
        """Go on with the epoch of an earlier database; only in a fresh one."""
        self.epoch = epoch
        self._write_account("", Account(high=SCHEMA))
        # A second place, in the file's header: without the epoch rows lose their place.
        number = int.from_bytes(bytes.fromhex(epoch), signed=True)
        self.db.execute(f"PRAGMA application_id = {number}")

    def _write_account(self, name: str, account: Account) -> None:
        values = (name, self.epoch, account.high, account.rows, account.floor, account.published)
        self.db.execute(
            "INSERT INTO account (name, ep, high, kept, floor, published, crc) "
            "VALUES (?,?,?,?,?,?,?) ON CONFLICT (name) DO UPDATE SET ep = excluded.ep, "
            "high = excluded.high, kept = excluded.kept, floor = excluded.floor, "
            "published = excluded.published, crc = excluded.crc",
            (*values, account_crc(values)),
        )

    # Questions

    def oldest(self, stream: str, count: int) -> tuple[int, int] | None:
        """First number of the stream and the number of its ``count``-th row, or of its last."""
        name = table(stream)
        # The name passed `table`.
        first = self.db.execute(f"SELECT min(sq) FROM {name}").fetchone()[0]  # noqa: S608
        if first is None:
            return None
        last = self.db.execute(
            f"SELECT max(sq) FROM (SELECT sq FROM {name} ORDER BY sq LIMIT ?)",  # noqa: S608
            (count,),
        ).fetchone()[0]
        return first, last

    def values(self, stream: str, low: int, high: int, count: int) -> list[Values]:
        """The first rows with numbers from ``low`` to ``high``, for ``entry``."""
        return self.db.execute(
            f"SELECT {COLUMNS} FROM {table(stream)} "  # noqa: S608 - checked name
            "WHERE sq BETWEEN ? AND ? ORDER BY sq LIMIT ?",
            (low, high, count),
        ).fetchall()

    def entry(self, stream: str, values: Values) -> Entry:
        """A row of this database from its values.

        Raises:
            SealError: They are not what was written.
        """
        return entry_of(stream, values, self.epoch)

    def holds(self, row: Row) -> bool:
        """Whether the row is there, whole and the same."""
        if row.stream not in self.accounts:
            return False
        found = self.values(row.stream, row.sq, row.sq, 1)
        return bool(found) and self.entry(row.stream, found[0]).row == row

    def used_pages(self) -> int:
        free: int = self.db.execute("PRAGMA freelist_count").fetchone()[0]
        return self.page_count() - free

    def page_count(self) -> int:
        count: int = self.db.execute("PRAGMA page_count").fetchone()[0]
        return count

    def at_limit(self) -> bool:
        """Whether the file has all the pages that it may have."""
        return self.page_count() >= self.limit_pages

    def limit(self, pages: int) -> None:
        """Set where the file may not grow beyond; SQLite keeps at least what there is."""
        self.limit_pages = pages
        self.db.execute(f"PRAGMA max_page_count = {pages}")

    def crowded(self) -> bool:
        """Whether so few pages are left that something has to go."""
        headroom = min(_HEADROOM_PAGES, self.limit_pages // 8)
        return self.used_pages() > self.limit_pages - headroom

    def restart_log(self) -> None:
        """Copy the WAL into the database as far as that goes, then write it from its start."""
        with suppress(sqlite3.Error):
            self.db.execute("PRAGMA wal_checkpoint(RESTART)")

    def checkpoint(self) -> None:
        """Copy the WAL into the database and cut it to nothing.

        Raises:
            SpoolError: A reader was in the way.
        """
        busy = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise SpoolError("the write-ahead log is in use and cannot be cut")

    def check(self) -> None:
        """Read every page once.

        Raises:
            Damaged: The pages do not fit together.
        """
        said = self.db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if said != "ok":
            raise Damaged(said)

    # Opening

    def _settle(self) -> None:
        version = self.db.execute("PRAGMA user_version").fetchone()[0]
        tables = {name for (name,) in self.db.execute("SELECT tbl_name FROM sqlite_schema")}
        if version == 0 and not tables:
            self._create()
        elif version != SCHEMA:
            if "account" not in tables:
                raise SpoolError(f"{self.path} is not a spool: name another file, or move it away")
            # The number is written twice: one of them alone is damage, not a newer version.
            said = self.db.execute("SELECT high FROM account WHERE name = ''").fetchone()
            if version < SCHEMA or said is None or said[0] != version:
                raise Damaged("the schema's number is damaged")
            raise SpoolError(
                f"{self.path} was written by a newer version (schema {version}, this version knows "
                f"{SCHEMA}): install that version again, or move the file away to start anew"
            )
        mode = self.db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise SpoolError(f"{self.path.parent} is on a file system that cannot hold a WAL")
        self.db.execute(f"PRAGMA wal_autocheckpoint = {WAL_FRAMES}")
        self.db.execute(f"PRAGMA journal_size_limit = {2 * WAL_FRAMES * (PAGE_BYTES + 24)}")
        self.limit(self.limit_pages)

    def _create(self) -> None:
        self.db.execute("PRAGMA journal_mode = WAL")
        self.fresh = True
        self.db.execute("BEGIN IMMEDIATE")
        self.db.execute(ACCOUNTS)
        self.adopt(secrets.token_hex(4))
        self.db.execute(f"PRAGMA user_version = {SCHEMA}")
        self.db.execute("COMMIT")
        durable.sync(self.path.parent)

    def _load(self) -> None:
        for *values, crc in self.db.execute(
            "SELECT name, ep, high, kept, floor, published, crc FROM account"
        ).fetchall():
            name, ep, high, kept, floor, published = values
            if crc != account_crc(values):
                raise Damaged(f"the account of {name!r} is damaged")
            if name == "":
                self.epoch = ep
                continue
            last = self.db.execute(
                f"SELECT {COLUMNS} FROM {table(name)} ORDER BY sq DESC LIMIT 1"  # noqa: S608
            ).fetchone()
            account = Account(high, kept, floor, published, high)
            if last is not None:
                try:
                    row = self.entry(name, last).row
                except SealError as error:
                    # The next number and position hang on it.
                    raise Damaged(f"the last row of {name}: {error}") from error
                # Rows after the last save were only appended: each deletion saves the account.
                account.rows += max(0, row.sq - high)
                account.high = max(high, row.sq)
                self.next_pos = max(self.next_pos, row.pos + 1)
            self.accounts[name] = account
        if not re.fullmatch(r"[0-9a-f]{8}", self.epoch):
            raise Damaged("the spool has no epoch")


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    try:
        db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA cell_size_check = ON")
        db.execute("PRAGMA temp_store = MEMORY")
        # Distributions that overwrite what is deleted would write each page twice.
        db.execute("PRAGMA secure_delete = OFF")
        db.execute("PRAGMA cache_size = -2000")
    except BaseException:
        db.close()
        raise
    return db
