"""What the uplink needs of the spool, and reading ahead in it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from edge_agent.contract.spans import Range, Spans
from edge_agent.spool.model import Gauge, Query, Row

CRITICAL = frozenset({"alarm", "loss", "violation"})
"""Streams that overtake all others."""


class Outbox(Protocol):
    """The spool, seen from here."""

    @property
    def epoch(self) -> str: ...

    @property
    def receipts(self) -> bool:
        """Whether an event is forgotten only on the centre's receipt."""

    @property
    def position(self) -> int:
        """Position of the last row committed; 0 when there never was one."""

    async def batch(self, query: Query) -> list[Row]: ...

    async def acknowledge(self, stream: str, spans: Sequence[Range]) -> int: ...

    async def published(self, stream: str, spans: Sequence[Range]) -> None: ...

    def gauge(self) -> Gauge: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row read ahead; ``since`` is the monotonic ns when it was seen here."""

    row: Row
    since: int


class Feed:
    """Rows of one lane in rising position, read ahead so that the link never waits for the disk."""

    def __init__(self, outbox: Outbox, query: Query) -> None:
        self._outbox = outbox
        self._query = query
        self._dry = False
        self._stirred = False
        self.rows: deque[Waiting] = deque()

    def stir(self) -> None:
        """There may be new rows."""
        self._dry = False
        self._stirred = True

    def rewind(self) -> None:
        """Forget what was read ahead; it is read again."""
        if self.rows:
            self._query = replace(self._query, after=self.rows[0].row.pos - 1)
            self.rows.clear()
            self.stir()

    async def fill(self, now: int) -> None:
        """Read on when little is left and there may be more."""
        if self._dry or len(self.rows) >= self._query.limit // 2:
            return
        self._stirred = False
        found = await self._outbox.batch(self._query)
        if found:
            self._query = replace(self._query, after=found[-1].pos)
            self.rows.extend(Waiting(row, now) for row in found)
        # What was committed while we read has stirred us again.
        self._dry = not self._stirred and not self._full(found)

    def _full(self, found: Sequence[Row]) -> bool:
        size = sum(len(row.body) for row in found)
        return len(found) >= self._query.limit or size >= self._query.max_bytes // 2

    def take_stream(self, most: int, max_bytes: int, upto: int | None = None) -> list[Row]:
        """The first row and those after it of the same stream, as many as go together.

        ``upto``: rows beyond this position stay.
        """
        if not self.rows:
            return []
        stream = self.rows[0].row.stream
        taken: list[Row] = []
        left: list[Waiting] = []
        size = 0
        while self.rows and len(taken) < most and size < max_bytes:
            if upto is not None and self.rows[0].row.pos > upto:
                break
            waiting = self.rows.popleft()
            if waiting.row.stream == stream:
                taken.append(waiting.row)
                size += len(waiting.row.body)
            else:
                left.append(waiting)
        self.rows.extendleft(reversed(left))
        return taken


class Resends:
    """Numbers that must go again, by stream."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._wanted: dict[str, Spans] = {}

    def add(self, stream: str, numbers: Sequence[Range]) -> None:
        wanted = self._wanted.setdefault(stream, Spans())
        for low, high in numbers:
            wanted.add(low, high)

    def __bool__(self) -> bool:
        return bool(self._wanted)

    async def take(self, streams: frozenset[str], most: int, *, but: bool) -> list[Row]:
        """Rows of one stream that must go again; ``but``: of a stream that is not in ``streams``.

        Numbers that the spool no longer has (receipted meanwhile, or dropped) fall away.
        """
        for stream in [name for name in self._wanted if (name in streams) != but]:
            wanted = self._wanted[stream]
            while ranges := list(wanted):
                low, high = ranges[0]
                errors = self._outbox.gauge().read_errors
                found = await self._outbox.batch(
                    Query(only=frozenset({stream}), from_sq=low, limit=most)
                )
                if not found and self._outbox.gauge().read_errors != errors:
                    return []  # the disk fails: the rows may be there all the same
                rows = [row for row in found if row.sq <= high]
                wanted.discard(low, rows[-1].sq if rows and len(rows) == len(found) else high)
                if rows:
                    return rows
            self._wanted.pop(stream, None)
        return []
