"""What other threads ask of the writer, under one condition variable."""

import threading
import time
from collections import Counter
from concurrent.futures import Future
from typing import Any, TypeVar

from edge_agent.clock import Clock
from edge_agent.errors import SpoolError
from edge_agent.spool.ledger import Ledger
from edge_agent.spool.mend import Mend
from edge_agent.spool.pending import Item, Pending
from edge_agent.spool.policy import SpoolPolicy

T = TypeVar("T")

GROUP_ROWS = 1024
"""Most events in one transaction."""

_NS = 1_000_000_000
_NS_PER_MS = 1_000_000


class Inbox:
    """Events, questions and orders for the writer. Every method is quick and thread-safe."""

    def __init__(self, policy: SpoolPolicy, clock: Clock, ledger: Ledger) -> None:
        self._clock = clock
        self._ledger = ledger
        self._pending = Pending(policy)
        self._orders = 0
        self._tickets: list[tuple[int, Future[None]]] = []
        self._spell_ns = 0
        self._mended_at_ns = 0
        self.cv = threading.Condition(threading.RLock())
        self.mends: list[Mend] = []
        self.distrusted = False
        self.stop_by_s: float | None = None
        """Of the real clock: a thread that is waited for may not wait for a clock that stands."""
        self.crash: str | None = None

    # From anywhere

    def put(self, stream: str, sub: str, t: int, body: tuple[bytes, bytes], *, early: bool) -> None:
        """Take an event; it gets its number when it is committed.

        Raises:
            SpoolError: The writer has died of a bug.
        """
        mono_ms = self._clock.mono_ns() // _NS_PER_MS if early else None
        with self.cv:
            if self.crash is not None:
                raise SpoolError(self.crash)
            self._orders += 1
            self._count(self._pending.put(Item(self._orders, stream, sub, t, mono_ms, *body)))
            # Waking the thread for every event of a group would cost more than writing it.
            if self._pending.count in {1, GROUP_ROWS} or self._pending.critical:
                self.cv.notify()

    def settle(self) -> Future[None]:
        """Done when everything taken so far is durable or was counted as dropped."""
        future: Future[None] = Future()
        with self.cv:
            if self.crash is not None:
                future.set_exception(SpoolError(self.crash))
                return future
            self._tickets.append((self._orders, future))
            self.cv.notify()
        return future

    def mend(self, before_ns: int, delta_ms: int) -> Future[int]:
        """Move the times of events taken before; the answer is how many were moved."""
        with self.cv:
            # Steps told one after the other belong to one spell of a wrong clock, and an event
            # takes part in each that came after it. Events of earlier spells were mended then.
            if before_ns > self._mended_at_ns:
                self._spell_ns, self._mended_at_ns = self._mended_at_ns, self._clock.mono_ns()
            mend = Mend(self._orders, self._spell_ns // _NS_PER_MS, before_ns, delta_ms)
            self.mends.append(mend)
            self.cv.notify()
            return mend.done

    def nudge(self) -> None:
        """Something in the ledger changed."""
        with self.cv:
            self.cv.notify()

    def distrust(self) -> None:
        """What was read of the database made no sense: salvage it."""
        with self.cv:
            self.distrusted = True
            self.cv.notify()

    def stop(self, deadline_s: float) -> None:
        """Write what can be written until the deadline, then end."""
        with self.cv:
            self.stop_by_s = time.monotonic() + deadline_s
            self.cv.notify()

    def waiting(self) -> tuple[int, int, int]:
        """Events in memory, their bytes, and events taken since open."""
        with self.cv:
            return self._pending.count, self._pending.bytes, self._orders

    # From the writer

    def urgent(self) -> bool:
        """Whether something may not wait for the window."""
        with self.cv:
            pending = self._pending
            asked = self.stop_by_s is not None or self._tickets or self.mends or self.distrusted
            return bool(asked) or pending.critical > 0 or pending.count >= GROUP_ROWS

    def holds_events(self) -> bool:
        """Events wait, or word of some that had to go."""
        with self.cv:
            return bool(self._pending.count or self._pending.dropped)

    def take(self, limit: int) -> tuple[list[Item], Counter[str]]:
        """The oldest events, and how many of each stream memory could not hold."""
        with self.cv:
            dropped, self._pending.dropped = self._pending.dropped, Counter()
            return self._pending.take(limit), dropped

    def give_back(self, items: list[Item], dropped: Counter[str]) -> None:
        """What could not be committed."""
        with self.cv:
            self._pending.dropped.update(dropped)
            self._count(self._pending.put_back(items))

    def settled_to(self, order: int) -> bool:
        """Whether no event taken up to ``order`` waits."""
        with self.cv:
            oldest = self._pending.oldest_order()
            return oldest is None or oldest > order

    def answer(self) -> None:
        """Tell those whose events are settled."""
        with self.cv:
            ready = [ticket for ticket in self._tickets if self.settled_to(ticket[0])]
            for ticket in ready:
                self._tickets.remove(ticket)
        for _, future in ready:
            resolve(future, None)

    def over(self) -> bool:
        """Whether the time to stop has run out."""
        return self.stop_by_s is not None and time.monotonic() >= self.stop_by_s

    def end(self) -> None:
        """Count what is left as dropped, answer everybody."""
        with self.cv:
            for item in self._pending.take(self._pending.count):
                self._ledger.count(item.stream, "io", 1)
        self.answer()
        for mend in self.mends:
            resolve(mend.done, mend.mended)

    def fail(self, said: str) -> None:
        """The writer dies of a bug: all who wait and all who come are told."""
        with self.cv:
            self.crash = said
            waiting: list[Future[Any]] = [future for _, future in self._tickets]
            waiting += [mend.done for mend in self.mends]
            for future in waiting:
                if future.set_running_or_notify_cancel():
                    future.set_exception(SpoolError(said))
            self._tickets = []
            self.mends = []

    def _count(self, victims: list[str]) -> None:
        for stream in victims:
            self._ledger.count(stream, "unspooled", 1)


def resolve(future: Future[T], result: T) -> None:
    """Answer, unless the one who asked has gone away."""
    if future.set_running_or_notify_cancel():
        future.set_result(result)
