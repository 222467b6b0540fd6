"""Opens the database after whatever happened to it.

A database that makes no sense is not repaired in place. What can be read of it is written into a
new file, which takes its place in one rename; the broken one is set aside as ``*.corrupt-<n>``
for those who want to know why. A crash anywhere in between is finished at the next opening.
"""

import sqlite3
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from edge_agent import durable
from edge_agent.spool.carve import Carved, Log, carve, database_pages, header_epoch, last_commit
from edge_agent.spool.ledger import Ledger
from edge_agent.spool.losses import Losses
from edge_agent.spool.policy import SpoolPolicy
from edge_agent.spool.rows import Entry, entry_of
from edge_agent.spool.schema import PAGE_BYTES, Account, Damaged
from edge_agent.spool.store import Store

_KEEP = 2
"""Broken databases kept."""

_CHECK_BYTES = 16_000_000
"""Databases up to this size are checked whole at opening; larger ones when a page is met."""

_HEADER = b"SQLite format 3\0" + PAGE_BYTES.to_bytes(2) + b"\2\2\0\100\40\40"
"""Name, page size, versions of the format (WAL), reserved bytes, payload fractions."""

_NO_EPOCH = "00000000"
_LEAP = 65_536
"""Numbers left out after a salvage that cannot tell the last one given out: more than a
write-ahead log can hold. A number given out twice would be taken for received."""

NONSENSE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
"""What SQLite says of a damaged file; ERROR is "no such table" where the schema is damaged."""


@dataclass(frozen=True, slots=True)
class Known:
    """What this process remembers of a database that it had open."""

    epoch: str
    highs: dict[str, int]


@dataclass(slots=True)
class Salvage:
    """What came of a broken database."""

    set_aside: str
    saved: int = 0
    lost: dict[str, int] = field(default_factory=dict)


class Opening:
    """Opens the database at ``path``; ``salvage`` tells of the last one that was broken."""

    def __init__(self, path: Path, policy: SpoolPolicy, ledger: Ledger, losses: Losses) -> None:
        self._path = path
        self._policy = policy
        self._ledger = ledger
        self._losses = losses
        self.salvage: Salvage | None = None

    def open(self, known: Known | None = None, *, broken: bool = False) -> Store:
        """A store that makes sense.

        Raises:
            sqlite3.Error, OSError: The disk does not let it be read or written.
            SpoolError: A newer version wrote it.
        """
        self._finish_swap()
        log = _read(self._beside("-wal"))
        try:
            if not broken:
                # Behind a log the header may be an old one. After a failure it is asked all the
                # same, for SQLite takes a file of a later format for one that it may only read.
                return self._sound(log, ask_header=not log or known is not None)
        except Damaged:
            pass
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in NONSENSE:
                raise
        fresh = self._rebuild(log, known)
        store = Store(self._path, self._policy)
        store.fresh = fresh
        return store

    def _sound(self, log: bytes, *, ask_header: bool) -> Store:
        if ask_header and not _header_is_ours(self._path):
            raise Damaged("the header of the database is damaged")
        if log and not _size(self._path):
            raise Damaged("the database is gone and its write-ahead log is not")
        store = Store(self._path, self._policy)
        try:
            self._look_behind(store, log)
            if _size(self._path) <= _CHECK_BYTES:
                store.check()
        except BaseException:
            store.close()
            raise
        return store

    def _look_behind(self, store: Store, log: bytes) -> None:
        """Commits behind the part of the log that SQLite takes for valid.

        One with frames missing is the mark of a power cut: it was never synced and nobody was
        told of it; its rows are taken in. More than one, or a damaged row, mean that what had
        been synced is damaged.
        """
        valid = last_commit(self._beside("-shm"))
        if not log or valid is None:
            return
        written = Log(log)
        behind = written.commits_after(valid)
        if not behind:
            return
        carved = Carved()
        carve(written.pages(valid), written.pages(), carved)
        if behind > 1 or carved.bad:
            raise Damaged("the write-ahead log is damaged: commits lie behind its valid part")
        with store.transaction():
            self._take_in(store, carved)

    def _take_in(self, store: Store, carved: Carved) -> None:
        self._losses.begin()
        for (stream, _), values in sorted(carved.rows.items(), key=lambda found: found[0]):
            entry = entry_of(stream, values, store.epoch)
            row = entry.row
            account = store.account(row.stream)
            if row.sq <= account.high:
                continue
            gap = (account.high + 1, row.sq - 1)
            account.high = row.sq
            store.next_pos = max(store.next_pos, row.pos + 1)
            store.insert([entry])
            store.save(row.stream)
            if gap[0] <= gap[1]:
                self._losses.record(store, row.stream, gap, gap[1] - gap[0] + 1, "corrupt")
        self._losses.committed()

    # Salvage

    def _rebuild(self, log: bytes, known: Known | None) -> bool:
        """Returns whether the epoch is a new one."""
        carved = Carved()
        database = database_pages(self._path) if self._path.exists() else {}
        logged = Log(log).pages() if log else {}
        carve(database, database, carved)
        carve(logged, database | logged, carved)
        epoch = known.epoch if known else carved.epoch or header_epoch(database | logged)
        building = self._beside(".building")
        for path in (building, self._beside(".building-wal"), self._beside(".building-shm")):
            path.unlink(missing_ok=True)
        self.salvage = Salvage(set_aside="")
        store = Store(building, self._policy)
        try:
            with store.transaction():
                if epoch is not None and epoch != _NO_EPOCH:
                    store.adopt(epoch)
                    store.fresh = False
                self._fill(store, carved, known)
            store.checkpoint()
        finally:
            store.close()
        building.rename(self._beside(".new"))
        durable.sync(self._path.parent)
        self._finish_swap(log)
        return store.fresh

    def _fill(self, store: Store, carved: Carved, known: Known | None) -> None:
        self._losses.begin()
        streams: dict[str, list[Entry]] = {name: [] for name in known.highs} if known else {}
        for name in carved.accounts:
            streams.setdefault(name, [])
        for (name, _), values in carved.rows.items():
            streams.setdefault(name, []).append(entry_of(name, values, store.epoch))
        gaps: list[tuple[str, int, int, int]] = []
        for name, entries in streams.items():
            account = carved.accounts.get(name)
            high = known.highs.get(name, 0) if known else None
            gaps += self._fill_stream(store, name, entries, account, high)
        store.next_pos = max((e.row.pos for each in streams.values() for e in each), default=0) + 1
        for name, low, high, count in gaps:
            self._losses.record(store, name, (low, high), count, "corrupt")
        self._losses.committed()

    def _fill_stream(
        self,
        store: Store,
        name: str,
        entries: list[Entry],
        account: Account | None,
        high: int | None,
    ) -> list[tuple[str, int, int, int]]:
        """Insert a stream's rows; returns its gaps: stream, first, last, events known lost."""
        entries.sort(key=lambda entry: entry.row.sq)
        numbers = [entry.row.sq for entry in entries]
        floor = account.floor if account else (numbers[0] - 1 if numbers else 0)
        entries = [entry for entry in entries if entry.row.sq > floor]
        numbers = [floor, *(entry.row.sq for entry in entries)]
        last = max(numbers[-1], account.high if account else 0, high or 0)
        gaps = [(name, a + 1, b - 1, b - a - 1) for a, b in pairwise(numbers) if b > a + 1]
        missing = last - numbers[-1]
        lost = sum(gap[3] for gap in gaps) + missing
        if high is None:
            gaps.append((name, numbers[-1] + 1, last + _LEAP, max(1, missing)))
            last += _LEAP
        elif missing:
            gaps.append((name, numbers[-1] + 1, last, missing))
        fresh = store.account(name)
        fresh.high, fresh.floor = last, floor
        fresh.published = max(floor, account.published if account else 0)
        store.insert(entries)
        store.save(name)
        if self.salvage is not None:
            self.salvage.saved += len(entries)
            if lost:
                self.salvage.lost[name] = lost
                self._ledger.count(name, "corrupt", lost)
        return gaps

    # The change of files

    def _finish_swap(self, log: bytes = b"") -> None:
        """Put a finished new database in the place of the broken one. May be interrupted."""
        new = self._beside(".new")
        if not new.exists():
            return
        aside = self._aside()
        if log:
            aside.with_name(f"{aside.name}-wal").write_bytes(log)
        # The log first: behind a new database it would be taken for its own.
        self._beside("-wal").unlink(missing_ok=True)
        self._beside("-shm").unlink(missing_ok=True)
        if self._path.exists():
            self._path.rename(aside)
            if self.salvage is not None:
                self.salvage.set_aside = aside.name
        new.rename(self._path)
        durable.sync(self._path.parent)

    def _aside(self) -> Path:
        """A free name for the broken database; the oldest beyond those kept are deleted."""
        mark = f"{self._path.name}.corrupt-"
        taken = sorted(
            int(path.name.removeprefix(mark))
            for path in self._path.parent.glob(f"{mark}*")
            if path.name.removeprefix(mark).isdigit()
        )
        for number in taken[: max(0, len(taken) - _KEEP + 1)]:
            self._beside(f".corrupt-{number}").unlink()
            self._beside(f".corrupt-{number}-wal").unlink(missing_ok=True)
        return self._beside(f".corrupt-{taken[-1] + 1 if taken else 1}")

    def _beside(self, ending: str) -> Path:
        return self._path.with_name(self._path.name + ending)


def _header_is_ours(path: Path) -> bool:
    """Whether the first bytes are those of every spool, or there are none yet."""
    try:
        with path.open("rb") as file:
            header = file.read(len(_HEADER))
    except FileNotFoundError:
        return True
    return header in {b"", _HEADER}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
