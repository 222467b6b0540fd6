"""The line as the fault: partition, half-open, slow, sliced, reset at any byte; rows 3, 4, 5."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from edge_agent.centre.keeper import Kept
from edge_agent.uplink.status import LinkState
from tests.brokers import Mosquitto
from tests.torture.fault import Fault, Outcome, Scale
from tests.torture.relay import Relay, relayed
from tests.torture.scene import Scene, broken, fault, scene, timed
from tests.uplink.events import alarm

LIVE_PER_S = 20


@contextlib.asynccontextmanager
async def _stage(
    line: dict[str, Any] | None = None, **more: Any
) -> AsyncIterator[tuple[Scene, Relay]]:
    broker = Mosquitto()
    async with (
        relayed(broker.port, **(line or {})) as relay,
        scene(broker=broker, url=lambda _: relay.url, **more) as stage,
    ):
        await timed(lambda: stage.unit.uplink.status().state is LinkState.UP, 10)
        yield stage, relay


async def _partition(scale: Scale) -> Outcome:
    """Cut off, then back: the backlog drains while live events keep their delay."""
    backlog = 20_000 if scale is Scale.SHORT else 200_000
    delays: list[float] = []

    def watch(kept: Kept) -> None:
        if kept.event.q == "live":
            delays.append(kept.committed_ns / 1e9 - kept.event.t / 1e3)

    async with _stage(watch=watch) as (stage, relay):
        relay.line.refuse = True
        relay.reset()
        await stage.record(backlog)
        relay.line.refuse = False
        await timed(lambda: stage.unit.uplink.status().state is LinkState.UP, 10)
        began, before = time.monotonic(), stage.stored()
        delays.clear()
        while stage.stored() < before + backlog - 1 and time.monotonic() - began < 60:
            await stage.record(1, LIVE_PER_S)
        rate = (stage.stored() - before) / (time.monotonic() - began)
        recovery = await stage.complete()
        worst = max(delays, default=0.0)
        found = stage.outcome(recovery, f"drained {rate:.0f}/s, live at most {worst:.2f} s late")
        if rate < 10 * LIVE_PER_S or worst > 2.0:
            return broken(found, f"drained {rate:.0f}/s, live {worst:.2f} s late")
        return found


async def _half_open(scale: Scale) -> Outcome:
    """The line takes everything and delivers nothing, until it is given up."""
    times = 1 if scale is Scale.SHORT else 20
    async with _stage(puback_s=5.0) as (stage, relay):
        noticed = 0.0
        for _ in range(times):
            await stage.record(100)
            relay.line.hole = True
            await stage.record(100)
            noticed = max(noticed, await timed(lambda: _down(stage), 20) or 99)
            relay.reset()
            relay.line.hole = False
            recovery = await stage.complete()
        found = stage.outcome(recovery, f"noticed after {noticed:.1f} s")
        return found if noticed <= 20 else broken(found, "a dead line was not noticed")


async def _slow(line: dict[str, Any], scale: Scale) -> Outcome:
    """A thin line with a backlog on it: an alarm must not stand in the queue."""
    async with _stage(puback_s=10.0, keepalive_s=10) as (stage, relay):
        relay.line.refuse = True
        relay.reset()
        await stage.record(2_500 if scale is Scale.SHORT else 40_000)
        for name, value in line.items():
            setattr(relay.line, name, value)
        relay.line.refuse = False
        await timed(lambda: stage.stored() > 200, 30)
        stage.unit.record(1, alarm)
        await stage.unit.spool.flush()
        alarms = await timed(lambda: _alarms(stage) == 1, 40)
        behind = len(stage.unit.ids) - stage.stored()
        recovery = await stage.complete(60)
        told = "never" if alarms is None else f"{alarms:.1f} s"
        found = stage.outcome(recovery, f"alarm after {told}, {behind} events still behind it")
        good = alarms is not None and alarms <= 5.0 and behind > 0
        return found if good else broken(found, f"alarm after {told}, {behind} behind it")


def _down(stage: Scene) -> bool:
    return stage.unit.uplink.status().state is not LinkState.UP


def _alarms(stage: Scene) -> int:
    return sum(a.held.total for a in stage.centre.accounts() if a.key.st == "alarm")


async def _resets(scale: Scale) -> Outcome:
    """Each connection is reset some bytes later than the last one, from CONNECT to bulk."""
    step = 110 if scale is Scale.SHORT else 1
    cuts = list(range(1, 2_800, step))
    async with _stage(backoff_s=1.0) as (stage, relay):
        relay.line.cuts = list(cuts)
        relay.reset()
        while relay.line.cuts:
            await stage.record(5)
            await asyncio.sleep(0.05)
        relay.reset()  # the last one may live on, idle
        recovery = await stage.complete()
        return stage.outcome(recovery, f"{len(cuts)} resets, every {step} bytes")


async def _doubled(scale: Scale) -> Outcome:
    """The broker's PUBACKs and the receipts come twice."""
    async with _stage({"double": True}, protocol="3.1.1") as (stage, relay):
        await stage.record(1_000 if scale is Scale.SHORT else 50_000)
        for _ in range(20):
            await stage.record(1, LIVE_PER_S)
        recovery = await stage.complete()
        empty = await timed(lambda: stage.unit.spool.gauge().rows == 0, 10)
        found = stage.outcome(recovery, f"{relay.connections} connection(s)")
        return found if empty is not None else broken(found, "the spool was not emptied")


NEEDS = ("mosquitto",)
THIN = {"bytes_per_s": 16_000, "latency_s": 0.05, "slice_bytes": 200}
LOSSY = {"latency_s": 0.02, "jitter_s": 0.15, "slice_bytes": 700}
"""Loss on TCP is delay: a lost segment comes a round trip later."""

FAULTS = [
    Fault("partition, backlog beside live", "3", False, fault(_partition), NEEDS),
    Fault("half-open line", "3", False, fault(_half_open), NEEDS),
    Fault("thin line, 16 kB/s", "4", False, fault(lambda s: _slow(THIN, s)), NEEDS),
    Fault("lossy, sliced line", "4", False, fault(lambda s: _slow(LOSSY, s)), NEEDS),
    Fault("reset at many bytes", "5", False, fault(_resets), NEEDS),
    Fault("PUBACKs and receipts twice", "5", False, fault(_doubled), NEEDS),
]
