"""A spool in memory, for tests of the uplink alone."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from edge_agent.contract.spans import Range, Spans
from edge_agent.spool.model import Query, Row
from tests.uplink.events import EPOCH, row


class MemoryOutbox:
    """Holds rows; forgets what is acknowledged."""

    def __init__(self, *, receipts: bool = True) -> None:
        self.epoch = EPOCH
        self.receipts = receipts
        self.rows: list[Row] = []
        self.gone: dict[str, Spans] = {}
        self.sent: dict[str, Spans] = {}
        self.read_errors = 0
        self.failing = False
        self.queries = 0

    def put(self, stream: str = "passage", count: int = 1) -> list[Row]:
        made = []
        for _ in range(count):
            made.append(row(self.position + 1, self.high(stream) + 1, stream))
            self.rows.append(made[-1])
        return made

    def high(self, stream: str) -> int:
        return max((r.sq for r in self.rows if r.stream == stream), default=0)

    @property
    def position(self) -> int:
        return self.rows[-1].pos if self.rows else 0

    async def batch(self, query: Query) -> list[Row]:
        self.queries += 1
        if self.failing:
            self.read_errors += 1
            return []
        found = [
            r
            for r in self.rows
            if r.pos > query.after
            and (query.upto is None or r.pos <= query.upto)
            and (query.only is None or r.stream in query.only)
            and r.stream not in query.but
            and (query.from_sq is None or r.sq >= query.from_sq)
            and r.sq not in self.gone.get(r.stream, Spans())
        ]
        return found[: query.limit]

    async def acknowledge(self, stream: str, spans: Sequence[Range]) -> int:
        gone = self.gone.setdefault(stream, Spans())
        before = gone.total
        for piece in spans:
            gone.add(*piece)
        return gone.total - before

    async def published(self, stream: str, spans: Sequence[Range]) -> None:
        for piece in spans:
            self.sent.setdefault(stream, Spans()).add(*piece)

    def gauge(self) -> Any:
        streams = {r.stream: SimpleNamespace(high=self.high(r.stream)) for r in self.rows}
        return SimpleNamespace(read_errors=self.read_errors, streams=streams)
