"""Moves rows from the spool onto one connection: birth, then critical, live and backlog by share.

One coroutine calls ``step`` again and again; PUBACKs arrive in between. Nothing here knows of
receipts except through the accounts.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge_agent.clock import Clock
from edge_agent.contract.spans import Range
from edge_agent.contract.topics import UnitTopics
from edge_agent.spool.model import Query, Row
from edge_agent.uplink.accounts import Accounts
from edge_agent.uplink.link import Link, Welcome
from edge_agent.uplink.outbox import CRITICAL, Feed, Outbox, Resends
from edge_agent.uplink.parcel import Parcel, alone, bulk, keeps_state
from edge_agent.uplink.settings import UplinkSettings
from edge_agent.uplink.window import Lane, Window

BUSY = 4
"""Live messages in flight from which on live events are sent in groups."""

_GROUP_BYTES = 128 * 1024
_READ_AHEAD = 400
_LOST_PUBACKS = 3
"""A message that waits this many times ``puback_s`` while others are answered never will be."""


@dataclass(frozen=True, slots=True)
class Flight:
    """A message handed to the link, not yet answered."""

    parcel: Parcel
    sent: int


class Pump:
    """The sending half of one session."""

    def __init__(
        self,
        *,
        settings: UplinkSettings,
        topics: UnitTopics,
        outbox: Outbox,
        clock: Clock,
        accounts: Accounts,
        link: Link,
        welcome: Welcome,
    ) -> None:
        self._settings = settings
        self._topics = topics
        self._outbox = outbox
        self._clock = clock
        self._accounts = accounts
        self._link = link
        size = min(settings.window, welcome.receive_maximum)
        self.window = Window(size, settings.backlog_share)
        self._group_bytes = min(_GROUP_BYTES, welcome.max_packet // 2)
        self._birth: deque[Parcel] = deque()
        self._flights: dict[int, Flight] = {}
        self._progress = clock.mono_ns()
        boundary = outbox.position
        self._boundary = boundary
        ahead = _READ_AHEAD
        self._critical = Feed(outbox, Query(only=CRITICAL, limit=ahead))
        self._live = Feed(outbox, Query(after=boundary, but=CRITICAL, limit=ahead))
        self._backlog = Feed(outbox, Query(upto=boundary, but=CRITICAL, limit=ahead))
        self._resends = Resends(outbox)
        self._stirred = False
        self.hold_backlog = False
        self.sent_events = 0
        self.resent_events = 0

    def birth(self, parcels: Iterable[Parcel]) -> None:
        """Messages that go before everything else."""
        self._birth.extend(parcels)

    def stir(self) -> None:
        """Something was committed."""
        self._stirred = True
        self._critical.stir()
        self._live.stir()

    def look_again(self) -> None:
        """A read that failed looks like an empty spool: believe neither for long."""
        self.stir()
        self._backlog.stir()

    def reread(self) -> None:
        """Rows that were read ahead have changed in the spool."""
        for feed in (self._critical, self._live, self._backlog):
            feed.rewind()

    def resend(self, stream: str, numbers: Sequence[Range]) -> None:
        self._resends.add(stream, numbers)

    # --- out ---

    async def step(self) -> float | None:
        """Send what may be sent now; returns seconds until a group is due, None when none waits."""
        if not self._send_birth():
            return None
        while True:
            self._stirred = False
            now = self._clock.mono_ns()
            await self._critical.fill(now)
            await self._send_critical()
            await self._live.fill(now)
            due_s = self._send_live()
            again = await self._send_old()
            if not again and not self._stirred:
                return due_s

    def _send_birth(self) -> bool:
        while self._birth and self.window.free(Lane.BIRTH):
            self._send(self._birth.popleft())
        return not self._birth

    async def _send_critical(self) -> None:
        feed = self._critical
        while feed.rows and self.window.free(Lane.CRITICAL):
            if feed.rows[0].row.pos > self._boundary:
                row = feed.rows.popleft().row
                self._send(alone(self._topics, row, Lane.CRITICAL))
            else:
                rows = feed.take_stream(self._settings.batch, self._group_bytes, self._boundary)
                self._send_bulk(rows, Lane.CRITICAL, old=True)
            await feed.fill(self._clock.mono_ns())
        while self._resends and self.window.free(Lane.CRITICAL):
            rows = await self._resends.take(CRITICAL, self._settings.batch, but=False)
            if not rows:
                return
            self.resent_events += len(rows)
            self._send_bulk(rows, Lane.CRITICAL, old=True)

    def _send_live(self) -> float | None:
        feed = self._live
        linger = self._settings.linger_ms * 1_000_000
        while feed.rows and self.window.free(Lane.LIVE):
            busy = self.window.of(Lane.LIVE) >= BUSY
            first = feed.rows[0]
            waited = self._clock.mono_ns() - first.since
            if busy and len(feed.rows) < self._settings.batch and waited < linger:
                return (linger - waited) / 1e9
            if keeps_state(first.row) or (not busy and len(feed.rows) <= BUSY):
                feed.rows.popleft()
                self._send(alone(self._topics, first.row, Lane.LIVE))
            else:
                rows = feed.take_stream(self._settings.batch, self._group_bytes)
                self._send_bulk(rows, Lane.LIVE, old=False)
        return None

    async def _send_old(self) -> bool:
        """One message of the backlog; False when there is none or it must wait."""
        if self.hold_backlog or not self.window.free(Lane.BACKLOG):
            return False
        if self._outbox.receipts and self._accounts.open(CRITICAL) >= self._settings.backlog_open:
            return False
        rows = await self._resends.take(CRITICAL, self._settings.batch, but=True)
        if rows:
            self.resent_events += len(rows)
        else:
            await self._backlog.fill(self._clock.mono_ns())
            rows = self._backlog.take_stream(self._settings.batch, self._group_bytes)
        if not rows:
            return False
        self._send_bulk(rows, Lane.BACKLOG, old=True)
        return True

    def _send_bulk(self, rows: Sequence[Row], lane: Lane, *, old: bool) -> None:
        if not old and len(rows) == 1:
            self._send(alone(self._topics, rows[0], lane))
        else:
            self._send(bulk(self._topics, rows, lane, old=old))

    def _send(self, parcel: Parcel) -> None:
        mid = self._link.publish(parcel.topic, parcel.payload, qos=parcel.qos, retain=parcel.retain)
        if mid is None or parcel.qos == 0:
            return  # the connection is over, and what was not answered goes on the next one
        now = self._clock.mono_ns()
        if not self._flights:
            self._progress = now
        self._flights[mid] = Flight(parcel, now)
        self.window.sent(parcel.lane)
        self.sent_events += parcel.count

    # --- answers ---

    def answered(self, mid: int) -> Parcel | None:
        """A PUBACK came, good or bad; returns what it was for, None when we do not know it."""
        flight = self._flights.pop(mid, None)
        if flight is None:
            return None
        now = self._clock.mono_ns()
        self._progress = now
        self.window.answered(flight.parcel.lane, now - flight.sent)
        return flight.parcel

    def stalled(self, now: int) -> bool:
        """Whether the broker no longer answers."""
        if not self._flights:
            return False
        limit = self._settings.puback_s * 1e9
        oldest = next(iter(self._flights.values()))
        return now - self._progress > limit or now - oldest.sent > _LOST_PUBACKS * limit

    @property
    def idle(self) -> bool:
        """Nothing in flight and no birth message waiting."""
        return not self._flights and not self._birth
