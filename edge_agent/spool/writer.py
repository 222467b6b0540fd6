"""The one thread that writes: when a transaction is due, and what follows when it fails.

It alone uses the write connection. It never holds the inbox's lock while SQLite works.
"""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress

from edge_agent.clock import Clock
from edge_agent.errors import SpoolError
from edge_agent.spool.deed import Deed, Work
from edge_agent.spool.figures import Figures, take_figures
from edge_agent.spool.inbox import GROUP_ROWS, Inbox, resolve
from edge_agent.spool.ledger import Ledger
from edge_agent.spool.losses import Losses
from edge_agent.spool.mend import Mend
from edge_agent.spool.model import Row
from edge_agent.spool.opening import NONSENSE
from edge_agent.spool.policy import SpoolPolicy
from edge_agent.spool.room import Room
from edge_agent.spool.schema import Damaged
from edge_agent.spool.store import Store

_RETRY_FIRST_S = 0.1
_RETRY_MAX_S = 5.0
_LOOK_NS = 1_000_000_000
"""How often, at most, what costs a read is looked at: the oldest event, the space on the disk."""

_IDLE_S = 3600.0
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
        inbox: Inbox,
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
        self._inbox = inbox
        self._ledger = ledger
        self._losses = losses
        self._room = room
        self._deed = Deed(policy, clock, ledger, losses, room)
        self._open_store = open_store
        self._close_reader = close_reader
        self._on_commit = on_commit
        self._thread = threading.Thread(target=self._main, name="spool-writer", daemon=True)
        self._store: Store | None = None
        self._broken = False
        self._born: dict[str, int] = {}
        self._doubt: Work | None = None
        """A transaction that failed in a way that leaves open whether it happened."""
        self._retry_s = 0.0
        self._retry_at_ns = 0
        self._last_commit_ns = -_NS
        self._looked_ns = -_LOOK_NS
        self.figures = Figures()

    def start(self, store: Store) -> None:
        self._store = store
        self._born = {name: account.high for name, account in store.accounts.items()}
        self.figures = take_figures(self.figures, store, self._ledger, look=True)
        self._thread.start()

    def stop(self, deadline_s: float) -> None:
        """Write what can be written until the deadline, then end. Blocks."""
        self._inbox.stop(deadline_s)
        self._thread.join()

    def _main(self) -> None:
        try:
            while self._wait_for_work():
                self._step()
                if self._doubt is None:
                    self._inbox.answer()
            self._finish()
        except BaseException as error:
            # A bug, here or in on_commit. Whoever appends next is told and may stop the house.
            said = f"the spool's writer has died: {error!r}"
            self.figures.failing = said
            self._inbox.fail(said)
            if self._store is not None:
                self._store.close()
            raise

    # When

    def _wait_for_work(self) -> bool:
        with self._inbox.cv:
            while (wait_s := self._due_in_s()) > 0 and not self._over():
                timed_out = not self._inbox.cv.wait(wait_s)
                if timed_out and self.figures.failing is not None:
                    break  # the disk does not know of a manual clock
            return not self._over()

    def _due_in_s(self) -> float:
        """Seconds until there is something to do; 0 for now."""
        now = self._clock.mono_ns()
        if self.figures.failing is not None:
            return max(0.0, min((self._retry_at_ns - now) / _NS, self._retry_s))
        if self._inbox.urgent() or self._ledger.has_damage():
            return 0.0
        due = now + round(_IDLE_S * _NS)
        if self._inbox.holds_events():
            due = min(due, self._window_ends_ns())
        if self._ledger.waiting:
            due = min(due, self._tidy_ns(), self._looked_ns + _LOOK_NS)
        return max(0.0, (due - now) / _NS)

    def _window_ends_ns(self) -> int:
        """When events need wait for others no longer."""
        return self._last_commit_ns + self._policy.window_ms * _NS_PER_MS

    def _tidy_ns(self) -> int:
        """When receipted rows are due to be deleted."""
        if self._ledger.waiting >= self._policy.forget_rows:
            return 0
        return self._ledger.waiting_since_ns + self._policy.forget_s * _NS

    def _over(self) -> bool:
        if self._inbox.stop_by_s is None:
            return False
        busy = self._inbox.holds_events() or self._inbox.mends or self._doubt is not None
        return self._inbox.over() or not (busy or self._ledger.waiting)

    # What

    def _step(self) -> None:
        work = Work()
        try:
            store = self._opened()
            if self._inbox.distrusted:
                self._inbox.distrusted = False
                raise Damaged("a reader found nonsense")
            self._gather(work)
            with self._guard(store, work), store.transaction():
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
                self._inbox.mends.remove(mended)
                resolve(mended.done, mended.mended)

    def _gather(self, work: Work) -> None:
        now = self._clock.mono_ns()
        stopping = self._inbox.stop_by_s is not None
        work.tidy = stopping or (self._ledger.waiting > 0 and self._tidy_ns() <= now)
        if work.tidy or self._inbox.urgent() or self._window_ends_ns() <= now:
            limit = max(1, GROUP_ROWS >> self._room.pressure)
            work.items, work.unspooled = self._inbox.take(limit)

    def _guard(self, store: Store, work: Work) -> "threading.Lock | nullcontext[None]":
        """Nothing may be handed out while unsent rows may be rewritten."""
        rewrites = work.tidy or work.unspooled or self._inbox.mends or self._ledger.has_damage()
        return self._ledger.hand if rewrites or self._room.needed(store) else nullcontext()

    def _mend(self, store: Store) -> Mend | None:
        """Go on with the first mend; returns it when it is done."""
        if not self._inbox.mends or not self._inbox.settled_to(self._inbox.mends[0].order):
            return None
        mend = self._inbox.mends[0]
        return mend if mend.portion(store, self._ledger, self._born) else None

    def _done(self, store: Store, work: Work) -> None:
        now = self._clock.mono_ns()
        self._losses.committed()
        self._ledger.committed(work.tidings, work.gone, work.drops)
        self._room.found()
        self._retry_s = 0.0
        look = now - self._looked_ns >= _LOOK_NS
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

    # When it fails

    def _trouble(self, error: sqlite3.Error, work: Work) -> None:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        said = f"{type(error).__name__}: {error}"
        if self._store is not None and (code == sqlite3.SQLITE_FULL or self._room.disk_full()):
            # SQLite has rolled back, and its files stay open: to open them anew takes space.
            again = self._room.full(self._store)
            self._inbox.give_back(work.items, work.unspooled)
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
        if self.figures.failing_since_ms is None:
            self.figures.failing_since_ms = self._clock.utc_ms()
        self.figures.failing = said

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
                self._inbox.give_back(work.items, work.unspooled)
        if self.figures.failing is not None:
            self._room.relax(self._store)
        return self._store

    def _finish(self) -> None:
        """Count what could not be written, and close."""
        if self._doubt is not None:
            self._inbox.give_back(self._doubt.items, self._doubt.unspooled)
        self._inbox.end()
        if self._store is not None:
            with suppress(sqlite3.Error):
                self._store.close()
