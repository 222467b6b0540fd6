"""The one thread that writes: groups events, commits, makes room, and outlives a bad disk.

It alone uses the write connection. What it is asked to do lies under one condition variable; it
never calls anybody while it holds that, and never holds it while SQLite works.
"""

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.clock import Clock
from edge_agent.errors import SpoolError
from edge_agent.spool.ledger import Ledger
from edge_agent.spool.losses import Losses, Reason
from edge_agent.spool.model import Row, Span
from edge_agent.spool.pending import Item, Pending
from edge_agent.spool.policy import SpoolPolicy
from edge_agent.spool.room import Room
from edge_agent.spool.seal import restamped
from edge_agent.spool.store import Store

_GROUP_ROWS = 1024
_RETRY_FIRST_S = 0.1
_RETRY_MAX_S = 5.0
_RELAX_EVERY_NS = 10_000_000_000
_NS = 1_000_000_000


@dataclass(slots=True)
class _Work:
    """One transaction: what goes in, and what it turned out to do. True only once committed."""

    items: list[Item]
    unspooled: Counter[str]
    rows: list[Row] = field(default_factory=list)
    forgotten: dict[str, list[Span]] = field(default_factory=dict)
    gone: list[tuple[str, Span]] = field(default_factory=list)
    drops: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(slots=True)
class Figures:
    """What the writer tells the gauge; replaced, never changed, so that reading needs no lock."""

    highs: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    used_pages: int = 0
    position: int = 0


class Writer:
    """Owns the store from ``start`` to ``stop``."""

    def __init__(
        self,
        path: Path,
        policy: SpoolPolicy,
        clock: Clock,
        unit: str,
        ledger: Ledger,
        open_store: Callable[[], Store],
        close_reader: Callable[[], None],
        on_commit: Callable[[Sequence[Row]], None] | None,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._ledger = ledger
        self._open_store = open_store
        self._close_reader = close_reader
        self._on_commit = on_commit
        self._losses = Losses(unit, clock, ledger)
        self.room = Room(path, policy, ledger)
        self._store: Store | None = None
        self._thread = threading.Thread(target=self._main, name="spool-writer", daemon=True)

        self._cv = threading.Condition()
        self.pending = Pending(policy)
        self._orders = 0
        self._tickets: list[tuple[int, Future[None]]] = []
        self._restamps: list[tuple[int, int, Future[int]]] = []
        self._stopping = False
        self._stop_by_ns = 0

        self._doubt: _Work | None = None
        self._retry_s = 0.0
        self._retry_at_ns = 0
        self._last_commit_ns = -_NS
        self._last_relax_ns = -_RELAX_EVERY_NS
        self.figures = Figures()
        self.failing: str | None = None
        self.failing_since_ms: int | None = None
        self.appended = 0
        self.commits = 0
        self.commit_bytes = 0

    # Asked from other threads

    def start(self, store: Store) -> None:
        self._store = store
        self._publish_figures(store)
        self._thread.start()

    def put(self, stream: str, sub: str, t: int, body: tuple[bytes, bytes]) -> None:
        """Take an event; it is numbered when it is committed."""
        with self._cv:
            self._orders += 1
            self.appended += 1
            item = Item(self._orders, stream, sub, t, self._clock.mono_ns(), *body)
            for gone in self.pending.put(item):
                self._ledger.count(gone, "unspooled", 1)
            # Waking the thread for every event of a group would cost more than writing it.
            if self.pending.count == 1 or self.pending.critical or self.pending.count > _GROUP_ROWS:
                self._cv.notify()

    def settle(self) -> Future[None]:
        """Done when everything taken so far is durable or was counted as dropped."""
        future: Future[None] = Future()
        with self._cv:
            self._tickets.append((self._orders, future))
            self._cv.notify()
        return future

    def restamp(self, before_mono_ns: int, delta_ms: int) -> Future[int]:
        future: Future[int] = Future()
        with self._cv:
            self._restamps.append((before_mono_ns, delta_ms, future))
            self._cv.notify()
        return future

    def nudge(self) -> None:
        """Something in the ledger changed, or time moved."""
        with self._cv:
            self._cv.notify()

    def stop(self, deadline_s: float) -> None:
        """Write what can be written until the deadline, then end. Blocks."""
        with self._cv:
            self._stopping = True
            self._stop_by_ns = self._clock.mono_ns() + round(deadline_s * _NS)
            self._cv.notify()
        self._thread.join()

    # The thread

    def _main(self) -> None:
        while True:
            with self._cv:
                while (wait_s := self._due_in_s()) > 0:
                    self._cv.wait(wait_s)
                if self._stopping and (self._idle() or self._late()):
                    break
            self._step()
            self._answer()
        self._finish()

    def _due_in_s(self) -> float:
        """Seconds until there is something to do; 0 for now."""
        now = self._clock.mono_ns()
        if self.failing is not None and not self._late():
            return max(0.0, (self._retry_at_ns - now) / _NS)
        if self._stopping or self._tickets or self._restamps or self._ledger.has_damage():
            return 0.0
        if self.pending.critical or self.pending.count >= _GROUP_ROWS or self.room.must_free:
            return 0.0
        due = now + 3600 * _NS
        if self.pending.count:
            due = min(due, self._last_commit_ns + self._policy.window_ms * 1_000_000)
        if self._ledger.forget_count:
            due = min(due, self._forget_due_ns())
        return max(0.0, (due - now) / _NS)

    def _forget_due_ns(self) -> int:
        if self._ledger.forget_count >= self._policy.forget_rows:
            return 0
        return self._ledger.forget_since_ns + self._policy.forget_s * _NS

    def _idle(self) -> bool:
        return not self.pending.count and self._doubt is None and not self._ledger.forget_count

    def _late(self) -> bool:
        return self._stopping and self._clock.mono_ns() >= self._stop_by_ns

    def _step(self) -> None:
        work: _Work | None = None
        try:
            store = self._opened()
            with self._cv:
                unspooled, self.pending.dropped = self.pending.dropped, Counter()
                work = _Work(self.pending.take(_GROUP_ROWS), unspooled)
            with self._ledger.hand, store.transaction():
                self._do(store, work)
        except sqlite3.Error as error:
            self._trouble(error, work)
        except (OSError, SpoolError) as error:
            self._fail(str(error), work)
        else:
            self._done(store, work)

    def _do(self, store: Store, work: _Work) -> None:
        self._losses.begin()
        stopping = self._stopping
        make_room = self.room.needed(store)
        if make_room or stopping or self._forget_due_ns() <= self._clock.mono_ns():
            self._forget(store, work)
        for stream, spans in self._ledger.damage().items():
            for span in spans:
                self._lose(store, work, stream, span, store.delete(stream, *span), "corrupt")
            store.save(stream)
        if make_room and not work.forgotten:
            for stream, span, count, lost in self.room.sacrifice(store):
                if lost:
                    self._lose(store, work, stream, span, count, "sacrificed")
                else:
                    work.gone.append((stream, span))
                self._save(store, stream, span[1])
        for stream, count in work.unspooled.items():
            account = store.account(stream)
            span = (account.high + 1, account.high + count)
            account.high += count
            store.save(stream)
            work.drops[stream, "unspooled"] -= count  # counted when it was dropped
            self._lose(store, work, stream, span, count, "unspooled")
        rows = []
        for item in work.items:
            sq, pos = store.number(item.stream)
            rows.append(Row(pos, item.stream, sq, item.sub, item.t, item.body(sq)))
        store.insert(rows)
        work.rows += rows

    def _forget(self, store: Store, work: _Work) -> None:
        work.forgotten = self._ledger.take_forget()
        for stream, spans in work.forgotten.items():
            for span in spans:
                store.delete(stream, *span)
            self._save(store, stream, 0)

    def _lose(
        self, store: Store, work: _Work, stream: str, span: Span, count: int, why: Reason
    ) -> None:
        if not count:
            return
        row = self._losses.record(store, stream, span, count, why)
        if row is not None:
            work.rows.append(row)
        work.gone.append((stream, span))
        work.drops[stream, why] += count

    def _save(self, store: Store, stream: str, gone_to: int) -> None:
        floor, published = self._ledger.edges(stream, gone_to)
        account = store.account(stream)
        account.floor = max(account.floor, floor)
        account.published = max(account.published, published)
        store.save(stream)

    def _opened(self) -> Store:
        if self._store is None:
            store = self._open_store()
            try:
                # Frames whose fsync failed may look whole and not be on the disk. Copied into the
                # database and synced there, what can be read is durable; then the log starts anew.
                store.checkpoint()
            except BaseException:
                store.close()
                raise
            self._store = store
        if self._doubt is not None:
            work, self._doubt = self._doubt, None
            if work.rows and self._store.holds(work.rows[0]):
                self._done(self._store, work)
            else:
                self._give_back(work)
        return self._store

    def _done(self, store: Store, work: _Work) -> None:
        now = self._clock.mono_ns()
        self._losses.committed()
        self._ledger.committed(work.forgotten, work.gone, work.drops, now)
        if work.rows or work.forgotten or work.gone:
            self.commits += 1
            self.commit_bytes += sum(len(row.body) for row in work.rows)
            self._last_commit_ns = now
        if work.gone or not work.forgotten:
            self.room.must_free = False
        self.failing = self.failing_since_ms = None
        self._retry_s = 0.0
        self._publish_figures(store)
        if now - self._last_relax_ns >= _RELAX_EVERY_NS:
            self._last_relax_ns = now
            self.room.relax(store)
        if work.rows and self._on_commit is not None:
            self._on_commit(work.rows)

    def _trouble(self, error: sqlite3.Error, work: _Work | None) -> None:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        store = self._store
        if code == sqlite3.SQLITE_FULL and store is not None and self.room.full(store):
            self._give_back(work)
            return
        self._fail(f"{type(error).__name__}: {error}", work)

    def _fail(self, reason: str, work: _Work | None) -> None:
        """Nothing can be written now: keep events in memory, try again later on a new connection."""
        if work is not None:
            self._doubt = work
        with self._ledger.hand:
            self._close_reader()
        if self._store is not None:
            self._store.close()
            self._store = None
        self._retry_s = min(_RETRY_MAX_S, max(_RETRY_FIRST_S, self._retry_s * 2))
        self._retry_at_ns = self._clock.mono_ns() + round(self._retry_s * _NS)
        if self.failing is None:
            self.failing_since_ms = self._clock.utc_ms()
        self.failing = reason

    def _give_back(self, work: _Work | None) -> None:
        if work is None:
            return
        with self._cv:
            self.pending.dropped.update(work.unspooled)
            for gone in self.pending.put_back(work.items):
                self._ledger.count(gone, "unspooled", 1)

    def _answer(self) -> None:
        with self._cv:
            oldest = self.pending.oldest_order() if self._doubt is None else 0
            ready = [f for o, f in self._tickets if oldest is None or o < oldest]
            self._tickets = [(o, f) for o, f in self._tickets if oldest is not None and o >= oldest]
            restamps, self._restamps = self._restamps, []
        for future in ready:
            future.set_result(None)
        for before, delta, asked in restamps:
            asked.set_result(0)

    def _finish(self) -> None:
        """Count what could not be written, and close."""
        if self._doubt is not None:
            self._give_back(self._doubt)
        with self._cv:
            for item in self.pending.take(self.pending.count):
                self._ledger.count(item.stream, "io", 1)
            tickets, self._tickets = self._tickets, []
        for _, future in tickets:
            future.set_result(None)
        if self._store is not None:
            self._store.close()
            self._store = None

    def _publish_figures(self, store: Store) -> None:
        self.figures = Figures(
            highs={name: account.high for name, account in store.accounts.items()},
            rows={name: account.rows for name, account in store.accounts.items()},
            used_pages=store.used_pages(),
            position=store.next_pos - 1,
        )
