"""The durable queue as the rest of the unit sees it."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from edge_agent.clock import Clock
from edge_agent.contract import wire
from edge_agent.contract.envelope import Event
from edge_agent.contract.spans import Range
from edge_agent.errors import SpoolError
from edge_agent.spool.figures import Figures
from edge_agent.spool.inbox import Inbox
from edge_agent.spool.ledger import Ledger
from edge_agent.spool.losses import Losses
from edge_agent.spool.model import Gauge, OpenReport, Query, Row, StreamGauge
from edge_agent.spool.opening import NONSENSE, Known, Opening
from edge_agent.spool.policy import SpoolPolicy
from edge_agent.spool.reader import Reader
from edge_agent.spool.room import Room
from edge_agent.spool.schema import PAGE_BYTES
from edge_agent.spool.store import Store
from edge_agent.spool.writer import Writer

_NUMBER = b'"sq":0'
_NOT_VOUCHED = frozenset({"none", "rtc"})
_NS_PER_H = 3_600_000_000_000
_RATE_AFTER_H = 1 / 60
_CLOSE_S = 5.0


class Spool:
    """A durable, numbered, bounded queue of events in one SQLite file.

    Args:
        path: The database; files beside it begin with its name.
        policy: Limits and manners.
        clock: Time.
        unit: Id of the unit, for the Loss events that the spool makes itself.
        on_commit: Called with rows that have just become durable, from the writer's thread; it
            must be quick and must not raise.
    """

    def __init__(
        self,
        path: Path,
        policy: SpoolPolicy,
        clock: Clock,
        unit: str,
        on_commit: Callable[[Sequence[Row]], None] | None = None,
    ) -> None:
        self._path = path
        self._policy = policy
        self._clock = clock
        self._ledger = Ledger()
        self._reader = Reader(path, self._ledger, ring=not policy.receipts)
        self._read_errors = 0
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="spool-reader")
        self._room = Room(path, policy)
        self._inbox = Inbox(policy, clock, self._ledger)
        losses = Losses(unit, clock, self._ledger)
        self._opening = Opening(path, policy, self._ledger, losses)
        self._writer = Writer(
            policy,
            clock,
            self._inbox,
            self._ledger,
            losses,
            self._room,
            open_store=self._open_again,
            close_reader=self._reader.close,
            on_commit=on_commit,
        )
        self._opened_ns = 0
        self.epoch = ""
        """Set by ``open``; 8 hex digits, new only with a new spool."""

    def open(self) -> OpenReport:
        """Open or make the database and start the writer. Blocks; once per Spool.

        Raises:
            SpoolError: It cannot be opened, or a newer version wrote it.
        """
        began = time.perf_counter()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            store = self._opening.open()
        except (OSError, sqlite3.Error) as error:
            raise SpoolError(f"{self._path}: {error}") from error
        self.epoch = self._reader.epoch = store.epoch
        for name, account in store.accounts.items():
            holes = account.rows < account.high - account.floor
            self._ledger.begin(name, account.floor, account.published, holes=holes)
        rows = sum(account.rows for account in store.accounts.values())
        self._room.relax(store)
        self._opened_ns = self._clock.mono_ns()
        self._writer.start(store)
        took_ms = (time.perf_counter() - began) * 1000
        salvage = self._opening.salvage
        if salvage is None:
            return OpenReport(self.epoch, store.fresh, rows, took_ms)
        return OpenReport(
            self.epoch,
            store.fresh,
            rows,
            took_ms,
            set_aside=salvage.set_aside,
            salvaged=salvage.saved,
            lost=salvage.lost,
        )

    def append(self, event: Event, sub: str) -> None:
        """Take an event; any thread, never blocks on the disk.

        It becomes durable at once when the last commit is older than the window or the stream is
        critical, else within the window. When memory is full too, the event of the lowest stream
        goes, counted.

        Args:
            event: Without number or epoch; the spool gives both.
            sub: Topic below the unit's root, e.g. ``evt/passage``.
        """
        body = wire.encode(event, sq=0, ep=self.epoch)
        before, _, after = body.partition(_NUMBER)
        early = event.ts in _NOT_VOUCHED
        self._inbox.put(event.stream, sub, event.t, (before, after), early=early)

    async def flush(self) -> None:
        """Return when everything appended so far is durable or was counted as dropped."""
        await asyncio.wrap_future(self._inbox.settle())

    async def batch(self, query: Query) -> list[Row]:
        """Rows to send, rising in position; empty when there are none or the disk fails."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._batch, query)

    async def acknowledge(self, stream: str, spans: Sequence[Range]) -> int:
        """The centre has these numbers: they may be forgotten. Numbers never given out are ignored.

        Returns how many were not known to be receipted; after a restart those deleted before are
        known as far as there were no gaps. Rows are deleted later, many at once.
        """
        high = self._writer.figures.highs.get(stream, 0)
        fresh = self._ledger.acknowledge(stream, spans, high, self._clock.mono_ns())
        if fresh:
            self._inbox.nudge()
        return fresh

    async def published(self, stream: str, spans: Sequence[Range]) -> None:
        """The broker has these numbers; matters only without receipts."""
        if not self._policy.receipts:
            high = self._writer.figures.highs.get(stream, 0)
            self._ledger.publish(stream, spans, high, self._clock.mono_ns())
            self._inbox.nudge()

    async def restamp(self, boot_before_mono_ns: int, delta_ms: int) -> int:
        """UTC was wrong by ``delta_ms`` until then: mend events of this process not yet handed out.

        Only events whose ``ts`` is ``none`` or ``rtc``, taken since the last mend. Several steps
        of one spell of a wrong clock are told one after the other, oldest first.

        Returns how many were mended: ``t`` moved, ``q`` set to restamped.
        """
        return await asyncio.wrap_future(self._inbox.mend(boot_before_mono_ns, delta_ms))

    @property
    def receipts(self) -> bool:
        """Whether an event is forgotten only on the centre's receipt."""
        return self._policy.receipts

    @property
    def position(self) -> int:
        """Position of the last committed row; what comes later is live."""
        return self._writer.figures.position

    def gauge(self) -> Gauge:
        """Figures now; cheap, never waits for the disk."""
        figures = self._writer.figures
        pending, pending_bytes, appended = self._inbox.waiting()
        streams = {
            name: StreamGauge(max(0, rows - self._ledger.receipted(name)), figures.highs[name])
            for name, rows in figures.rows.items()
        }
        return Gauge(
            rows=sum(stream.rows for stream in streams.values()),
            bytes=figures.used_pages * PAGE_BYTES,
            max_bytes=self._room.max_bytes,
            oldest_t=figures.oldest_t,
            streams=streams,
            pending=pending,
            pending_bytes=pending_bytes,
            drops=self._ledger.drops(),
            appended=appended,
            commits=figures.commits,
            commit_bytes=figures.commit_bytes,
            wrote=figures.wrote,
            failing=figures.failing,
            failing_since_ms=figures.failing_since_ms,
            read_errors=self._read_errors,
            hours_left=self._hours_left(figures),
        )

    def _hours_left(self, figures: Figures) -> float | None:
        hours = (self._clock.mono_ns() - self._opened_ns) / _NS_PER_H
        if hours < _RATE_AFTER_H or not figures.sealed_bytes:
            return None
        free = self._room.max_bytes - figures.used_pages * PAGE_BYTES
        return max(0, free) * hours / figures.sealed_bytes

    async def close(self) -> None:
        """Write what is left within five seconds, count the rest as dropped, close."""
        loop = asyncio.get_running_loop()
        # The writer last: only the last connection to close may clear the log away.
        await loop.run_in_executor(self._threads, self._reader.close)
        await loop.run_in_executor(self._threads, self._writer.stop, _CLOSE_S)
        self._threads.shutdown()

    def _open_again(self, broken: bool) -> Store:
        known = Known(self.epoch, self._writer.figures.highs)
        return self._opening.open(known, broken=broken)

    def _batch(self, query: Query) -> list[Row]:
        with self._ledger.hand:
            try:
                rows = self._reader.batch(query, self._writer.figures.highs)
            except sqlite3.Error as error:
                # The writer meets the same disk and says so in the gauge; sending waits.
                self._read_errors += 1
                self._reader.close()
                if error.sqlite_errorcode & 0xFF in NONSENSE:
                    self._inbox.distrust()
                return []
            for row in rows:
                self._ledger.handed_out(row.stream, row.sq)
        if self._ledger.has_damage():
            self._inbox.nudge()
        return rows
