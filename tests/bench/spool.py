"""The spool: events a second, bytes that reach the disk, and how soon a full one is open.

Bytes are those that a block device received (its own counters, ``/sys/block/loop*/stat``) where
root can mount one, else those that the kernel charged to the writing thread.
"""

import asyncio
import contextlib
import os
import random
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
_RECEIPT_EVERY_S = 10.0

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
    events = 1000 if quick else 6000
    with _disk() as (folder, count, _):
        random_mb = asyncio.run(_spread(folder, count, _random_gaps(events)))
    with _disk() as (folder, count, _):
        even_mb = asyncio.run(_spread(folder, count, [_SPACING_S] * events))
    label = "spool: disk bytes a day, 50 000 events"
    told = f"{how}; {even_mb:.0f} MB if they came evenly, none within the window of another"
    return [
        Figure("spool: disk bytes per event byte, 200/s", busy, "x", "≤ 5", busy <= 5, how),
        Figure(label, random_mb, "MB", "≤ 250", random_mb <= 250, told),
    ]


def _random_gaps(events: int) -> list[float]:
    """Vehicles that know nothing of each other."""
    rng = random.Random(_DAY_EVENTS)
    return [rng.expovariate(1 / _SPACING_S) for _ in range(events)]


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


async def _spread(folder: Path, count: Counter, gaps: list[float]) -> float:
    """A day in little, on a clock that is moved by hand; a receipt each ten seconds.

    An event later than the window after the last commit is one of its own; those that come
    sooner wait for the window's end together.
    """
    clock = ManualClock()
    policy = SpoolPolicy(ballast_mb=0)
    spool = Spool(folder / "s.db", policy, clock, UNIT)
    spool.open()
    await _warm(spool, clock)
    first = count(spool)
    window_s = policy.window_ms / 1000
    since_commit = since_receipt = 0.0
    waiting = False
    for n, gap in enumerate(gaps):
        left = gap
        if waiting and since_commit + gap >= window_s:
            clock.advance(window_s - since_commit)
            await spool.flush()
            left -= window_s - since_commit
            since_commit, waiting = 0.0, False
        clock.advance(left)
        since_commit += left
        since_receipt += gap
        spool.append(passage(n), "evt/passage")
        if since_commit >= window_s:
            await spool.flush()
            since_commit = 0.0
        else:
            waiting = True
        if since_receipt >= _RECEIPT_EVERY_S:
            await spool.acknowledge("passage", [(1, spool.gauge().streams["passage"].high)])
            since_receipt = 0.0
    await spool.flush()
    wrote = count(spool) - first
    await spool.close()
    return wrote * _DAY_EVENTS / len(gaps) / 1e6


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
