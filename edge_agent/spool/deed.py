"""What one transaction does, in its order: forget, expire, give up, say what is lost, append."""

from collections import Counter
from dataclasses import dataclass, field

from edge_agent.clock import Clock
from edge_agent.contract.spans import Range
from edge_agent.spool.ledger import Ledger, Tiding
from edge_agent.spool.losses import Losses, Reason
from edge_agent.spool.model import Row
from edge_agent.spool.pending import Item
from edge_agent.spool.policy import SpoolPolicy
from edge_agent.spool.room import Room
from edge_agent.spool.rows import Entry
from edge_agent.spool.seal import SealError
from edge_agent.spool.store import Store

_DAY_MS = 86_400_000
_EXPIRE_ROWS = 512


@dataclass(slots=True)
class Work:
    """What a transaction is given, and what it did. The second is true only once committed."""

    items: list[Item] = field(default_factory=list)
    unspooled: Counter[str] = field(default_factory=Counter)
    tidy: bool = False
    rows: list[Row] = field(default_factory=list)
    tidings: list[Tiding] = field(default_factory=list)
    gone: list[tuple[str, Range]] = field(default_factory=list)
    drops: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def wrote(self) -> bool:
        return bool(self.rows or self.gone or self.tidings)


class Deed:
    """Does the work of one transaction."""

    def __init__(
        self, policy: SpoolPolicy, clock: Clock, ledger: Ledger, losses: Losses, room: Room
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._ledger = ledger
        self._losses = losses
        self._room = room

    def run(self, store: Store, work: Work) -> None:
        """Inside an open transaction."""
        self._losses.begin()
        short = self._room.needed(store)
        if short or work.tidy:
            self._forget(store, work)
            if not self._policy.receipts:
                self._expire(store, work)
        if short and (self._room.pressure > 1 or not any(t.forget for t in work.tidings)):
            self._give_up(store, work)
        for stream, spans in self._ledger.damage().items():
            for span in spans:
                self._lose(store, work, (stream, span), store.delete(stream, *span), "corrupt")
                work.gone.append((stream, span))
            store.save(stream)
        for stream, count in work.unspooled.items():
            self._skip(store, work, stream, count)
        entries = []
        for item in work.items:
            sq, pos = store.number(item.stream)
            row = Row(pos, item.stream, sq, item.sub, item.t, item.body(sq))
            entries.append(Entry(row, item.early))
        store.insert(entries)
        work.rows += [entry.row for entry in entries]

    def _forget(self, store: Store, work: Work) -> None:
        for tiding in self._ledger.tidings():
            for span in tiding.forget:
                store.delete(tiding.stream, *span)
            account = store.account(tiding.stream)
            edges = (tiding.gone_upto, tiding.published_upto)
            if tiding.forget or edges != (account.floor, account.published):
                account.floor, account.published = edges
                store.save(tiding.stream)
                work.tidings.append(tiding)

    def _expire(self, store: Store, work: Work) -> None:
        """Ring mode: delete sent rows that are older than the ring."""
        before = self._clock.utc_ms() - self._policy.ring_days * _DAY_MS
        for stream, account in list(store.accounts.items()):
            last = 0
            for values in store.values(stream, 1, account.published, _EXPIRE_ROWS):
                try:
                    if store.entry(stream, values).row.t >= before:
                        break
                except SealError:
                    break  # a reader will find it, and it becomes a loss
                last = values[0]
            if last:
                store.delete(stream, 1, last)
                store.save(stream)
                work.gone.append((stream, (1, last)))

    def _give_up(self, store: Store, work: Work) -> None:
        """Until there is room again; at least once when SQLite found none."""
        must = self._room.pressure > 0
        while must or store.crowded():
            must = False
            given = self._room.sacrifice(store)
            if given is None:
                return
            if given.lost:
                self._lose(store, work, (given.stream, given.span), given.rows, "sacrificed")
            else:
                work.gone.append((given.stream, given.span))
            store.save(given.stream)

    def _skip(self, store: Store, work: Work, stream: str, count: int) -> None:
        """Events that memory could not hold get numbers, so that the centre learns of them."""
        account = store.account(stream)
        span = (account.high + 1, account.high + count)
        account.high += count
        store.save(stream)
        self._lose(store, work, (stream, span), count, "unspooled")
        # They were counted when they were dropped.
        del work.drops[stream, "unspooled"]

    def _lose(
        self, store: Store, work: Work, numbers: tuple[str, Range], rows: int, why: Reason
    ) -> None:
        if not rows:
            return
        stream, span = numbers
        row = self._losses.record(store, stream, span, rows, why)
        if row is not None:
            work.rows.append(row)
        work.gone.append(numbers)
        work.drops[stream, why] += rows
