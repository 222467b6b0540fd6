"""The queue as its users see it."""

import json
from pathlib import Path

from edge_agent.clock import ManualClock
from edge_agent.spool import Query, Row, SpoolPolicy
from tests.spool.kit import alarm, everything, opened, passage


async def test_rows_are_numbered_by_stream_and_carry_the_wire_form(tmp_path: Path) -> None:
    async with opened(tmp_path / "s.db") as spool:
        spool.append(passage(1), "evt/passage")
        spool.append(alarm(2), "alarm/cam1/frozen")
        spool.append(passage(3), "evt/passage")
        await spool.flush()
        rows = await everything(spool)
        assert [(r.stream, r.sq, r.sub) for r in rows] == [
            ("passage", 1, "evt/passage"),
            ("alarm", 1, "alarm/cam1/frozen"),
            ("passage", 2, "evt/passage"),
        ]
        assert [r.pos for r in rows] == sorted(r.pos for r in rows)
        for row in rows:
            said = json.loads(row.body)
            assert (said["st"], said["sq"], said["ep"]) == (row.stream, row.sq, spool.epoch)
            assert said["t"] == row.t


async def test_receipted_rows_are_not_offered_and_numbers_not_reused(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    async with opened(path) as spool:
        epoch = spool.epoch
        for n in range(10):
            spool.append(passage(n), "evt/passage")
        await spool.flush()
        assert await spool.acknowledge("passage", [(1, 4), (6, 6)]) == 5
        assert await spool.acknowledge("passage", [(1, 6), (900, 999)]) == 1
        assert [r.sq for r in await everything(spool)] == [7, 8, 9, 10]
        assert spool.gauge().rows == 4
        await spool.acknowledge("passage", [(1, 10)])
    async with opened(path) as spool:
        assert spool.epoch == epoch
        assert await everything(spool) == []
        spool.append(passage(11), "evt/passage")
        await spool.flush()
        assert [r.sq for r in await everything(spool)] == [11]


async def test_lanes_are_cut_by_position_and_stream(tmp_path: Path) -> None:
    async with opened(tmp_path / "s.db") as spool:
        for n in range(5):
            spool.append(passage(n), "evt/passage")
        spool.append(alarm(5), "alarm/cam1/frozen")
        await spool.flush()
        mark = spool.position
        for n in range(6, 9):
            spool.append(passage(n), "evt/passage")
        await spool.flush()
        critical = frozenset({"alarm", "loss", "violation"})
        live = await spool.batch(Query(after=mark, but=critical))
        backlog = await spool.batch(Query(upto=mark, but=critical, limit=3))
        assert [r.sq for r in live] == [6, 7, 8]
        assert [r.sq for r in backlog] == [1, 2, 3]
        assert [r.stream for r in await spool.batch(Query(only=critical))] == ["alarm"]
        again = await spool.batch(Query(only=frozenset({"passage"}), from_sq=7))
        assert [r.sq for r in again] == [7, 8]


async def test_ring_keeps_published_rows_for_resending(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    policy = SpoolPolicy(receipts=False, ring_days=2, forget_s=0, ballast_mb=0)
    clock = ManualClock()
    async with opened(path, policy, clock) as spool:
        for n in range(6):
            spool.append(passage(n), "evt/passage")
        await spool.flush()
        await spool.published("passage", [(1, 4)])
        assert [r.sq for r in await everything(spool)] == [5, 6]
        one = frozenset({"passage"})
        assert [r.sq for r in await spool.batch(Query(only=one, from_sq=2))] == [2, 3, 4, 5, 6]


async def test_what_is_told_committed_is_what_is_read(tmp_path: Path) -> None:
    told: list[Row] = []
    async with opened(tmp_path / "s.db", on_commit=told.extend) as spool:
        for n in range(50):
            spool.append(passage(n), "evt/passage")
        await spool.flush()
        assert await everything(spool) == told
