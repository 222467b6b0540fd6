"""The one thread that writes: groups events, commits, makes room, and outlives a bad disk.

It alone uses the write connection. What it is asked to do lies under one condition variable; it
never calls anybody while it holds that, and never holds it while SQLite works.
"""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import nullcontext, suppress
from typing import TypeVar

from edge_agent.clock import Clock
from edge_agent.errors import SpoolError
from edge_agent.spool.deed import Deed, Work
from edge_agent.spool.figures import Figures, take_figures
from edge_agent.spool.ledger import Ledger
from edge_agent.spool.losses import Losses
from edge_agent.spool.mend import Mend
from edge_agent.spool.model import Row
from edge_agent.spool.opening import NONSENSE
from edge_agent.spool.pending import Item, Pending
from edge_agent.spool.policy import SpoolPolicy
from edge_agent.spool.room import Room
from edge_agent.spool.store import Damaged, Store

_T = TypeVar("_T")

_GROUP_ROWS = 1024
_RETRY_FIRST_S = 0.1
_RETRY_MAX_S = 5.0
_EVERY_NS = 1_000_000_000
"""How often, at most, what costs a read is looked at: the oldest event, the space on the disk."""

_NS = 1_000_000_000
_NS_PER_MS = 1_000_000


class Writer:
    """Owns the store from ``start`` to ``stop``.

    ``open_store(broken)`` opens the database anew after a failure; ``broken`` says that what
    could be read last time made no sense.
    """

    def __init__(
        self,
        policy: SpoolPolicy,
        clock: Clock,
        ledger: Ledger,
        losses: Losses,
        room: Room,
        *,
        open_store: Callable[[bool], Store],
        close_reader: Callable[[], None],
        on_commit: Callable[[Sequence[Row]], None] | None,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._ledger = ledger
        self._losses = losses
        self._room = room
        self._deed = Deed(policy, clock, ledger, losses, room)
        self._open_store = open_store
        self._close_reader = close_reader
        self._on_commit = on_commit
        self._thread = threading.Thread(target=self._main, name="spool-writer", daemon=True)

        self._cv = threading.Condition()
        self._pending = Pending(policy)
        self._orders = 0
        self._tickets: list[tuple[int, Future[None]]] = []
        self._mends: list[Mend] = []
        self._spell_ns = 0
        self._mended_at_ns = 0
        self._stop_by_s: float | None = None
        """Of the real clock: a thread that is waited for may not wait for a clock that stands."""
        self._crash: str | None = None

        self._store: Store | None = None
        self._broken = False
        self._distrusted = False
        self._born: dict[str, int] = {}
        self._doubt: Work | None = None
        self._retry_s = 0.0
        self._retry_at_ns = 0
        self._last_commit_ns = -_NS
        self._looked_ns = -_EVERY_NS
        self.figures = Figures()

    # Asked from other threads

    def start(self, store: Store) -> None:
        self._store = store
        self._born = {name: account.high for name, account in store.accounts.items()}
        self.figures = take_figures(self.figures, store, self._ledger, look=True)
        self._thread.start()

    def put(self, stream: str, sub: str, t: int, body: tuple[bytes, bytes], *, early: bool) -> None:
        """Take an event; it gets its number when it is committed.

        Raises:
            SpoolError: The writer has died of a bug.
        """
        mono_ms = self._clock.mono_ns() // _NS_PER_MS if early else None
        with self._cv:
            if self._crash is not None:
                raise SpoolError(self._crash)
            self._orders += 1
            item = Item(self._orders, stream, sub, t, mono_ms, *body)
            for victim in self._pending.put(item):
                self._ledger.count(victim, "unspooled", 1)
            # Waking the thread for every event of a group would cost more than writing it.
            if self._pending.count in {1, _GROUP_ROWS} or self._pending.critical:
                self._cv.notify()

    def settle(self) -> Future[None]:
        """Done when everything taken so far is durable or was counted as dropped."""
        future: Future[None] = Future()
        with self._cv:
            self._tickets.append((self._orders, future))
            self._cv.notify()
        return future

    def mend(self, before_ns: int, delta_ms: int) -> Future[int]:
        """Move the times of events taken before; the answer is how many were moved."""
        with self._cv:
            # Steps told one after the other belong to one spell of a wrong clock, and an event
            # takes part in each that came after it. Events of earlier spells were mended then.
            if before_ns > self._mended_at_ns:
                self._spell_ns, self._mended_at_ns = self._mended_at_ns, self._clock.mono_ns()
            mend = Mend(self._orders, self._spell_ns // _NS_PER_MS, before_ns, delta_ms)
            self._mends.append(mend)
            self._cv.notify()
            return mend.done

    def nudge(self) -> None:
        """Something in the ledger changed, or a manual clock moved."""
        with self._cv:
            self._cv.notify()

    def distrust(self) -> None:
        """What was read of the database made no sense: salvage it."""
        with self._cv:
            self._distrusted = True
            self._cv.notify()

    def stop(self, deadline_s: float) -> None:
        """Write what can be written until the deadline, then end. Blocks."""
        with self._cv:
            self._stop_by_s = time.monotonic() + deadline_s
            self._cv.notify()
        self._thread.join()

    def waiting(self) -> tuple[int, int, int]:
        """Events in memory, their bytes, and events taken since open."""
        with self._cv:
            return self._pending.count, self._pending.bytes, self._orders

    # The thread

    def _main(self) -> None:
        try:
            while self._wait_for_work():
                self._step()
                self._answer()
            self._finish()
        except BaseException as error:
            # A bug, here or in on_commit. Whoever appends next is told and may stop the house.
            self._crash = f"the spool's writer has died: {error!r}"
            self.figures.failing = self._crash
            raise

    def _wait_for_work(self) -> bool:
        with self._cv:
            while (wait_s := self._due_in_s()) > 0 and not self._over():
                # When the disk has failed, and at the end, the real clock decides.
                waited = not self._cv.wait(wait_s)
                if waited and self.figures.failing is not None:
                    break
            return not self._over()

    def _due_in_s(self) -> float:
        """Seconds until there is something to do; 0 for now."""
        now = self._clock.mono_ns()
        if self.figures.failing is not None:
            wait_s = (self._retry_at_ns - now) / _NS
            return max(0.0, min(wait_s, self._retry_s))
        if self._stop_by_s is not None or self._tickets or self._mends or self._distrusted:
            return 0.0
        pending = self._pending
        if pending.critical or pending.count >= _GROUP_ROWS or self._ledger.has_damage():
            return 0.0
        due = now + 3600 * _NS
        if pending.count or pending.dropped:
            due = min(due, self._last_commit_ns + self._policy.window_ms * _NS_PER_MS)
        if self._ledger.waiting:
            due = min(due, self._tidy_ns(), self._looked_ns + _EVERY_NS)
        return max(0.0, (due - now) / _NS)

    def _tidy_ns(self) -> int:
        """When receipted rows are due to be deleted."""
        if self._ledger.waiting >= self._policy.forget_rows:
            return 0
        return self._ledger.waiting_since_ns + self._policy.forget_s * _NS

    def _over(self) -> bool:
        if self._stop_by_s is None:
            return False
        idle = not (self._pending.count or self._pending.dropped or self._doubt or self._mends)
        return time.monotonic() >= self._stop_by_s or (idle and not self._ledger.waiting)

    def _step(self) -> None:
        work = Work()
        try:
            store = self._opened()
            if self._distrusted:
                self._distrusted = False
                raise Damaged("a reader found nonsense")
            self._gather(work)
            rewrites = work.tidy or work.unspooled or self._mends or self._room.needed(store)
            guard = self._ledger.hand if rewrites or self._ledger.has_damage() else nullcontext()
            with guard, store.transaction():
                self._deed.run(store, work)
                mended = self._mend(store)
        except sqlite3.Error as error:
            self._trouble(error, work)
        except (OSError, SpoolError) as error:
            self._broken = isinstance(error, Damaged)
            self._fail(str(error), work)
        else:
            self._done(store, work)
            if mended is not None:
                self._mends.remove(mended)
                _resolve(mended.done, mended.mended)

    def _mend(self, store: Store) -> Mend | None:
        """Go on with the first mend; returns it when it is done."""
        if not self._mends:
            return None
        mend = self._mends[0]
        with self._cv:
            oldest = self._pending.oldest_order()
        if oldest is not None and oldest <= mend.order:
            return None
        return mend if mend.portion(store, self._ledger, self._born) else None

    def _gather(self, work: Work) -> None:
        with self._cv:
            work.unspooled, self._pending.dropped = self._pending.dropped, Counter()
            work.items = self._pending.take(max(1, _GROUP_ROWS >> self._room.pressure))
            due = self._ledger.waiting and self._tidy_ns() <= self._clock.mono_ns()
            work.tidy = bool(due) or self._stop_by_s is not None

    def _opened(self) -> Store:
        if self._store is None:
            store = self._open_store(self._broken)
            self._broken = False
            try:
                # Frames whose fsync failed may look whole and not be on the disk. Copied into the
                # database and synced there, what can be read is durable; then the log starts anew.
                store.checkpoint()
            except BaseException:
                store.close()
                raise
            self._store = store
        if self._doubt is not None:
            work = self._doubt
            happened = bool(work.rows) and self._store.holds(work.rows[0])
            self._doubt = None
            if happened:
                self._done(self._store, work)
            else:
                self._give_back(work)
        if self.figures.failing is not None:
            self._room.relax(self._store)
        return self._store

    def _done(self, store: Store, work: Work) -> None:
        now = self._clock.mono_ns()
        self._losses.committed()
        self._ledger.committed(work.tidings, work.gone, work.drops)
        self._room.found()
        self._retry_s = 0.0
        look = now - self._looked_ns >= _EVERY_NS
        if look:
            self._looked_ns = now
            self._room.relax(store)
        figures = take_figures(self.figures, store, self._ledger, look=look)
        figures.failing = figures.failing_since_ms = None
        if work.wrote:
            self._last_commit_ns = now
            figures.commits += 1
            figures.commit_bytes += sum(len(row.body) for row in work.rows)
        self.figures = figures
        if work.rows and self._on_commit is not None:
            self._on_commit(work.rows)

    def _trouble(self, error: sqlite3.Error, work: Work) -> None:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        said = f"{type(error).__name__}: {error}"
        if self._store is not None and (code == sqlite3.SQLITE_FULL or self._room.disk_full()):
            # SQLite has rolled back, and its files stay open: to open them anew takes space.
            again = self._room.full(self._store)
            self._give_back(work)
            if not again:
                self._wait(said)
            return
        self._broken = code in NONSENSE
        self._fail(said, work)

    def _fail(self, said: str, work: Work) -> None:
        """Start over on new connections: what SQLite still holds may not be what the disk has."""
        if self._doubt is None:
            self._doubt = work
        with self._ledger.hand:
            self._close_reader()
        if self._store is not None:
            with suppress(sqlite3.Error):
                self._store.close()
            self._store = None
        self._wait(said)

    def _wait(self, said: str) -> None:
        """Nothing can be written now; events stay in memory."""
        self._retry_s = min(_RETRY_MAX_S, max(_RETRY_FIRST_S, self._retry_s * 2))
        self._retry_at_ns = self._clock.mono_ns() + round(self._retry_s * _NS)
        since = self.figures.failing_since_ms
        self.figures.failing_since_ms = self._clock.utc_ms() if since is None else since
        self.figures.failing = said

    def _give_back(self, work: Work) -> None:
        with self._cv:
            self._pending.dropped.update(work.unspooled)
            for victim in self._pending.put_back(work.items):
                self._ledger.count(victim, "unspooled", 1)

    def _answer(self) -> None:
        if self._doubt is not None:
            return
        with self._cv:
            oldest = self._pending.oldest_order()
            ready = [f for order, f in self._tickets if oldest is None or order < oldest]
            self._tickets = [(o, f) for o, f in self._tickets if f not in ready]
        for future in ready:
            _resolve(future, None)

    def _finish(self) -> None:
        """Count what could not be written, and close."""
        if self._doubt is not None:
            self._give_back(self._doubt)
        with self._cv:
            for item in self._pending.take(self._pending.count):
                self._ledger.count(item.stream, "io", 1)
            tickets, self._tickets = self._tickets, []
        for _, future in tickets:
            _resolve(future, None)
        for mend in self._mends:
            _resolve(mend.done, mend.mended)
        if self._store is not None:
            with suppress(sqlite3.Error):
                self._store.close()


def _resolve(future: Future[_T], result: _T) -> None:
    """Answer, unless the one who asked has gone away."""
    if future.set_running_or_notify_cancel():
        future.set_result(result)
