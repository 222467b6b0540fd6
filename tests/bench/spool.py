"""The spool: events a second, bytes that reach the disk, and how soon a full one is open.

Bytes are those that a block device received (its own counters, ``/sys/block/loop*/stat``) where
root can mount one, else those that the kernel charged to the writing thread.
"""

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from edge_agent.clock import ManualClock, SystemClock
from edge_agent.contract import wire
from edge_agent.spool import Query, Spool, SpoolPolicy
from edge_agent.spool.model import Row
from edge_agent.spool.rows import Entry
from edge_agent.spool.store import Store
from tests.bench.measure import Figure, Measure
from tests.needs import missing
from tests.spool.kit import UNIT, passage
from tests.torture.store_kit import loop_disk, loop_needs

_SECTOR = 512
_DAY_EVENTS = 50_000
_SPACING_S = 86_400 / _DAY_EVENTS
_RECEIPT_EVERY = 6
"""Events between receipts: ten seconds."""

Counter = Callable[[Spool], int]


def _throughput(quick: bool) -> list[Figure]:
    count = 10_000 if quick else 40_000
    events = [passage(n) for n in range(count)]

    async def run(folder: Path) -> tuple[float, float]:
        spool = Spool(folder / "s.db", SpoolPolicy(ballast_mb=0), SystemClock(), UNIT)
        spool.open()
        began = time.perf_counter()
        for event in events:
            spool.append(event, "evt/passage")
            if spool.gauge().pending > 10_000:
                await spool.flush()
        await spool.flush()
        in_s = time.perf_counter() - began
        began = time.perf_counter()
        after = 0
        while rows := await spool.batch(Query(after=after, limit=50)):
            after = rows[-1].pos
            await spool.acknowledge("passage", [(1, rows[-1].sq)])
        out_s = time.perf_counter() - began
        drops = spool.gauge().drops
        await spool.close()
        if drops:
            raise RuntimeError(f"events were dropped: {drops}")
        return count / in_s, count / out_s

    with tempfile.TemporaryDirectory() as folder:
        taken, given = asyncio.run(run(Path(folder)))
    return [
        Figure("spool: events in, grouped", taken, "events/s", "≥ 10 000", taken >= 10_000),
        Figure("spool: events out and receipted", given, "events/s", "≥ 2 000", given >= 2_000),
    ]


def _bytes(quick: bool) -> list[Figure]:
    with _disk() as (folder, count, how):
        busy = asyncio.run(_two_hundred_a_second(folder, count, 5 if quick else 20))
    with _disk() as (folder, count, _):
        daily = asyncio.run(_spread(folder, count, 1000 if quick else 5000))
    return [
        Figure("spool: disk bytes per event byte, 200/s", busy, "x", "≤ 5", busy <= 5, how),
        Figure("spool: disk bytes a day, 50 000 events", daily, "MB", "≤ 250", daily <= 250, how),
    ]


async def _two_hundred_a_second(folder: Path, count: Counter, seconds: int) -> float:
    """Real time, for it is the real window that groups."""
    spool = Spool(folder / "s.db", SpoolPolicy(ballast_mb=0), SystemClock(), UNIT)
    spool.open()
    await _warm(spool, None)
    first = count(spool)
    size = 0
    began = time.monotonic()
    for n in range(200 * seconds):
        await asyncio.sleep(max(0.0, began + n / 200 - time.monotonic()))
        spool.append(passage(n), "evt/passage")
        size += 350
        if n % 2000 == 1999:
            await spool.acknowledge("passage", [(1, spool.gauge().streams["passage"].high)])
    await spool.flush()
    wrote = count(spool) - first
    await spool.close()
    return wrote / size


async def _spread(folder: Path, count: Counter, events: int) -> float:
    """A day in little, on a clock moved by hand: each event its own commit, the dearest case."""
    clock = ManualClock()
    spool = Spool(folder / "s.db", SpoolPolicy(ballast_mb=0), clock, UNIT)
    spool.open()
    await _warm(spool, clock)
    first = count(spool)
    commits = spool.gauge().commits
    for n in range(events):
        clock.advance(_SPACING_S)
        spool.append(passage(n), "evt/passage")
        await spool.flush()
        if n % _RECEIPT_EVERY == 0:
            await spool.acknowledge("passage", [(1, spool.gauge().streams["passage"].high)])
    made = spool.gauge().commits - commits
    wrote = count(spool) - first
    await spool.close()
    if made < events:
        raise RuntimeError(f"only {made} commits for {events} events")
    return wrote * _DAY_EVENTS / events / 1e6


async def _warm(spool: Spool, clock: ManualClock | None) -> None:
    """Past the first growth of the files, which a day does not see again."""
    for n in range(60_000):
        spool.append(passage(n), "evt/passage")
        if n % 1000 == 999:
            await spool.flush()
            await spool.acknowledge("passage", [(1, n - 200)])
            if clock is not None:
                clock.advance(1)
    await spool.flush()


def _open(quick: bool) -> list[Figure]:
    rows = 100_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "s.db"
        policy = SpoolPolicy(ballast_mb=0, max_mb=4000)
        _fill(path, policy, rows)
        took = min(asyncio.run(_opened(path, policy, rows)) for _ in range(5))
    label = f"spool: open with {rows // 1000} thousand events"
    return [Figure(label, took, "ms", "≤ 50", took <= 50)]


async def _opened(path: Path, policy: SpoolPolicy, rows: int) -> float:
    spool = Spool(path, policy, SystemClock(), UNIT)
    report = spool.open()
    assert report.rows == rows
    assert len(await spool.batch(Query(after=rows - 10))) == 10
    await spool.close()
    return report.took_ms


def _fill(path: Path, policy: SpoolPolicy, rows: int) -> None:
    body = wire.encode(passage(1), sq=1, ep="00000000")
    store = Store(path, policy)
    store.db.execute("PRAGMA synchronous = OFF")
    for _ in range(0, rows, 50_000):
        with store.transaction():
            numbers = (store.number("passage") for _ in range(50_000))
            store.insert(
                Entry(Row(pos, "passage", sq, "evt/passage", 0, body)) for sq, pos in numbers
            )
    store.checkpoint()
    store.close()


@contextlib.contextmanager
def _disk() -> Iterator[tuple[Path, Counter, str]]:
    """A folder, what counts the bytes written to its disk, and how."""
    if missing(loop_needs()):
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder), lambda spool: spool._writer.figures.wrote, "charged to the thread"
        return
    with loop_disk() as disk:
        device = disk.mount.stat().st_dev
        stat = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat")
        yield disk.mount, lambda _: _written(stat), "received by the block device"


def _written(stat: Path) -> int:
    return int(stat.read_text().split()[6]) * _SECTOR


MEASURES = [
    Measure("spool throughput", _throughput),
    Measure("spool bytes", _bytes),
    Measure("spool open", _open),
]
