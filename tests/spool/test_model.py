"""The spool against a small model of it, under whatever Hypothesis thinks of."""

import asyncio
import json
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge_agent.clock import ManualClock
from edge_agent.contract.spans import Spans
from edge_agent.spool import Query, Row, Spool, SpoolPolicy
from tests.spool.kit import MAKERS, UNIT, everything

_STREAMS = st.sampled_from(sorted(MAKERS))


class SpoolMachine(RuleBasedStateMachine):
    """What was told committed is there until receipted; numbers rise and are never given twice."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.loop = asyncio.new_event_loop()
        self.clock = ManualClock()
        self.count = 0
        self.appended: dict[str, list[str]] = defaultdict(list)
        self.told: dict[tuple[str, int], Row] = {}
        self.receipted: dict[str, Spans] = defaultdict(Spans)
        self.lives = 0
        self.path = self.folder / "0" / "s.db"
        self.spool = self.begin()
        self.epoch = self.spool.epoch

    def begin(self) -> Spool:
        policy = SpoolPolicy(ballast_mb=0, max_mb=1, forget_rows=5, forget_s=30)
        spool = Spool(self.path, policy, self.clock, UNIT, self.committed)
        spool.open()
        return spool

    def committed(self, rows: object) -> None:
        for row in rows:  # type: ignore[attr-defined]
            assert (row.stream, row.sq) not in self.told, "a number was given twice"
            self.told[row.stream, row.sq] = row

    @rule(stream=_STREAMS, many=st.integers(1, 30))
    def append(self, stream: str, many: int) -> None:
        for _ in range(many):
            self.count += 1
            event = MAKERS[stream](self.count)
            self.appended[stream].append(event.id)
            self.spool.append(event, f"evt/{stream}")

    @rule()
    def flush(self) -> None:
        self.loop.run_until_complete(self.spool.flush())
        assert self.spool.gauge().pending == 0

    @rule(seconds=st.integers(0, 100))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(stream=_STREAMS, low=st.integers(1, 60), length=st.integers(0, 60))
    def acknowledge(self, stream: str, low: int, length: int) -> None:
        self.flush()
        high = max((sq for name, sq in self.told if name == stream), default=0)
        if low > high:
            return
        span = (low, min(low + length, high))
        fresh = self.loop.run_until_complete(self.spool.acknowledge(stream, [span]))
        assert fresh >= sum(b - a + 1 for a, b in self.receipted[stream].missing(*span))
        self.receipted[stream].add(*span)

    @rule()
    def close_and_open(self) -> None:
        self.loop.run_until_complete(self.spool.close())
        self.spool = self.begin()
        assert self.spool.epoch == self.epoch

    @rule()
    def crash(self) -> None:
        """The files as they lie are all that is left."""
        self.flush()
        self.lives += 1
        after = self.folder / str(self.lives)
        shutil.copytree(self.path.parent, after, ignore=shutil.ignore_patterns("*-shm"))
        self.loop.run_until_complete(self.spool.close())
        shutil.rmtree(self.path.parent)
        self.path = after / "s.db"
        # Receipts that were not brought to the disk are forgotten: those rows are offered again.
        self.spool = self.begin()
        assert self.spool.epoch == self.epoch
        there = {(row.stream, row.sq) for row in self.read()}
        for stream, spans in list(self.receipted.items()):
            for name, sq in there:
                if name == stream and sq in spans:
                    spans.discard(sq)

    @rule(after=st.integers(0, 200), limit=st.integers(1, 20), only=st.sets(_STREAMS, min_size=1))
    def batch(self, after: int, limit: int, only: set[str]) -> None:
        self.flush()
        query = Query(after=after, limit=limit, only=frozenset(only))
        found = self.loop.run_until_complete(self.spool.batch(query))
        wanted = [row for row in self.owed() if row.stream in only and row.pos > after]
        assert found == wanted[:limit]

    @precondition(lambda self: self.count > 20)
    @rule()
    def everything_owed_is_offered_once_and_in_order(self) -> None:
        self.flush()
        assert self.read() == self.owed()
        assert self.spool.gauge().rows == len(self.owed())

    @invariant()
    def nothing_was_dropped(self) -> None:
        assert self.spool.gauge().drops == {}
        assert self.spool.gauge().failing is None

    def owed(self) -> list[Row]:
        rows = [row for (name, sq), row in self.told.items() if sq not in self.receipted[name]]
        return sorted(rows, key=lambda row: row.pos)

    def read(self) -> list[Row]:
        return self.loop.run_until_complete(everything(self.spool))

    def teardown(self) -> None:
        self.flush()
        for stream, ids in self.appended.items():
            numbers = sorted(sq for name, sq in self.told if name == stream)
            assert numbers == list(range(1, len(ids) + 1)), "a number was left out"
            said = [json.loads(self.told[stream, sq].body)["id"] for sq in numbers]
            assert said == ids, "order within the stream"
        self.loop.run_until_complete(self.spool.close())
        self.loop.close()
        shutil.rmtree(self.folder)


TestSpoolMachine = SpoolMachine.TestCase
TestSpoolMachine.settings = settings(
    max_examples=30,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
