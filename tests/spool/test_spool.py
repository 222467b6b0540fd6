"""The queue as its users see it."""

import json
import sqlite3
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


async def test_early_events_are_mended_once_and_only_while_unsent(tmp_path: Path) -> None:
    clock = ManualClock(source="none")
    path = tmp_path / "s.db"
    async with opened(path, clock=clock) as spool:
        spool.append(passage(1, ts="none", tq=None), "evt/passage")
        await spool.flush()
        sent = await everything(spool)
        spool.append(passage(2, ts="none", tq=None), "evt/passage")
        clock.advance(1)
        first = clock.mono_ns()
        spool.append(passage(3, ts="rtc"), "evt/passage")
        spool.append(passage(4, ts="ntp"), "evt/passage")
        clock.advance(1)
        assert await spool.restamp(first, 1_000_000) == 1
        assert await spool.restamp(clock.mono_ns(), 7) == 2
        rows = {r.sq: json.loads(r.body) for r in await everything(spool)}
        original = {n: passage(n).t for n in range(1, 5)}
        moved = {sq: said["t"] - original[sq] for sq, said in rows.items()}
        assert moved == {1: 0, 2: 1_000_007, 3: 7, 4: 0}
        assert [rows[sq]["q"] for sq in sorted(rows)] == ["live", "restamped", "restamped", "live"]
        assert sent[0].body in {r.body for r in await everything(spool)}
        # A later spell of a wrong clock does not touch what was mended.
        clock.advance(10)
        spool.append(passage(5, ts="rtc"), "evt/passage")
        clock.advance(1)
        assert await spool.restamp(clock.mono_ns(), 50) == 1


async def test_full_spool_gives_up_lowest_class_and_says_so(tmp_path: Path) -> None:
    policy = SpoolPolicy(max_mb=1, ballast_mb=0)
    async with opened(tmp_path / "s.db", policy) as spool:
        for n in range(300):
            spool.append(alarm(n), "alarm/cam1/frozen")
        for n in range(12_000):
            spool.append(passage(n), "evt/passage")
            if n % 1000 == 0:
                await spool.flush()
        await spool.flush()
        gauge = spool.gauge()
        assert gauge.failing is None
        assert gauge.bytes <= gauge.max_bytes
        lost = gauge.drops["passage", "sacrificed"]
        assert set(gauge.drops) == {("passage", "sacrificed")}
        rows = await everything(spool)
        kept = [r.sq for r in rows if r.stream == "passage"]
        assert kept == list(range(lost + 1, 12_001))
        assert sum(r.stream == "alarm" for r in rows) == 300
        losses = [json.loads(r.body) for r in rows if r.stream == "loss"]
        assert [(x["of"], x["frm"], x["to"], x["n"], x["why"]) for x in losses] == [
            ("passage", 1, lost, lost, "sacrificed")
        ]
        assert gauge.rows == len(rows)


async def test_drops_from_memory_get_numbers_and_a_loss(tmp_path: Path) -> None:
    policy = SpoolPolicy(pending_events=10, ballast_mb=0)
    path = tmp_path / "s.db"
    async with opened(path, policy) as spool:
        held = sqlite3.connect(path, isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
        for n in range(4):
            spool.append(alarm(n), "alarm/cam1/frozen")
        for n in range(40):
            spool.append(passage(n), "evt/passage")
        held.execute("ROLLBACK")
        held.close()
        await spool.flush()
        rows = await everything(spool)
        lost = spool.gauge().drops["passage", "unspooled"]
        assert lost >= 24  # ten wait in memory, ten more at most in the writer's hands
        assert sum(r.stream == "alarm" for r in rows) == 4
        numbers = [r.sq for r in rows if r.stream == "passage"]
        losses = [json.loads(r.body) for r in rows if r.stream == "loss"]
        assert sum(x["n"] for x in losses) == lost
        for loss in losses:
            numbers += range(loss["frm"], loss["to"] + 1)
        assert sorted(numbers) == list(range(1, 41))


async def test_ring_forgets_what_is_sent_and_old(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    policy = SpoolPolicy(receipts=False, ring_days=1, forget_s=60, ballast_mb=0)
    clock = ManualClock(utc_ms=passage(0).t)
    async with opened(path, policy, clock) as spool:
        for n in range(10):
            spool.append(passage(n), "evt/passage")
        await spool.flush()
        await spool.published("passage", [(1, 8)])
    async with opened(path, policy, clock) as spool:
        assert [r.sq for r in await everything(spool)] == [9, 10]
        clock.advance(86_400 + 5)
        one = frozenset({"passage"})
        await spool.published("passage", [(9, 9)])
    async with opened(path, policy, clock) as spool:
        kept = [r.sq for r in await spool.batch(Query(only=one, from_sq=1))]
        assert kept == [4, 5, 6, 7, 8, 9, 10]
        assert spool.gauge().drops == {}
