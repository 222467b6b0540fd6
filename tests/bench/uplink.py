"""The way out alone: bytes on the wire, and a backlog draining beside live events."""

import asyncio
import statistics
import time

import structlog.testing

from edge_agent.centre.keeper import Kept
from edge_agent.uplink.parcel import alone, bulk, wire_bytes
from edge_agent.uplink.window import Lane
from tests.bench.measure import Figure, Measure
from tests.torture.scene import scene
from tests.uplink.events import UNIT, row

ALONE_BYTES, BATCH_BYTES, BATCH = 400, 60, 50
DRAIN_PER_S, LIVE_P99_S = 2000, 2.0
LIVE_PER_S = 50


def wire(_quick: bool) -> list[Figure]:
    """MQTT 5 PUBLISH packets of camera-only passages, numbers as after weeks of work."""
    rows = [row(sq, 1_000_000 + sq) for sq in range(BATCH)]
    one = statistics.mean(wire_bytes(alone(UNIT, each, Lane.LIVE), v5=True) for each in rows)
    many = wire_bytes(bulk(UNIT, rows, Lane.BACKLOG, old=True), v5=True) / BATCH
    return [
        Figure("passage alone", one, "B", f"≤ {ALONE_BYTES} B", one <= ALONE_BYTES),
        Figure("passage in batches of 50", many, "B", f"≤ {BATCH_BYTES} B", many <= BATCH_BYTES),
    ]


def drain(quick: bool) -> list[Figure]:
    """A full spool meets a broker: real spool, uplink, mosquitto, centre with its commits."""
    with structlog.testing.capture_logs():
        return asyncio.run(_drain(20_000 if quick else 100_000))


async def _drain(backlog: int) -> list[Figure]:
    delays: list[float] = []
    old = 0

    def watch(kept: Kept) -> None:
        nonlocal old
        if kept.event.q == "old":
            old += 1
        else:
            delays.append(kept.committed_ns / 1e9 - kept.event.t / 1e3)

    async with scene(watch=watch, start=False) as stage:
        await stage.record(backlog)
        began = time.monotonic()
        stage.unit.start()
        while old < backlog and time.monotonic() - began < 120:
            stage.unit.record(1)
            await asyncio.sleep(1 / LIVE_PER_S)
        took_s = time.monotonic() - began
        await stage.complete()
        outcome = stage.outcome(None)
    rate = old / took_s
    # The first live events may have been made before the connect and count as backlog.
    p99 = statistics.quantiles(delays, n=100)[98] if len(delays) > 1 else 0.0
    return [
        Figure("backlog drained", rate, "events/s", f"≥ {DRAIN_PER_S}/s", rate >= DRAIN_PER_S),
        Figure(
            "live delay p99 meanwhile",
            p99,
            "s",
            f"≤ {LIVE_P99_S} s",
            bool(delays) and p99 <= LIVE_P99_S,
            f"{len(delays)} live events, {outcome.lost} lost, {outcome.duplicates} duplicates",
        ),
    ]


MEASURES = [
    Measure("bytes on the wire", wire),
    Measure("drain to the centre", drain, ("mosquitto",)),
]
