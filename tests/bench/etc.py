"""Toll tags: a thousand distinct ones a second through LLRP, the reader in its own process."""

import asyncio
import json
import resource
import subprocess
import sys
import time

import structlog

from edge_agent.clock import SystemClock
from edge_agent.device.driver import DeviceContext
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import FiguresReading, Reading, TagReading
from edge_agent.drivers.etc_llrp import KIND
from tests.bench.measure import Figure, Measure

SUITE = "devices"

_PER_S = 1000
_KIB = 1024
_MOST_MIB = 24
_GRACE_S = 8.0


async def _drive(url: str, total: int) -> tuple[set[str], int, float, float, float]:
    """Distinct tags, readings, CPU and wall seconds, and MiB that grew after the first tenth."""
    seen: set[str] = set()
    told = 0
    early_kib = 0
    ended = asyncio.Event()
    started = asyncio.Event()

    def take(reading: Reading) -> None:
        nonlocal told, early_kib
        if isinstance(reading, FiguresReading):
            started.set()
        if isinstance(reading, TagReading):
            told += 1
            seen.add(reading.epc)
            if len(seen) == total // 10:
                early_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            if len(seen) == total:
                ended.set()

    context = DeviceContext("etc1", SystemClock(), structlog.get_logger(), PortBook(), lambda: None)
    table = {"kind": "etc_llrp", "url": url, "window_ms": 500}
    driver = KIND.build(KIND.settings.model_validate(table), context)
    cpu, wall = time.process_time(), time.monotonic()
    task = asyncio.create_task(driver.run(take))
    try:
        async with asyncio.timeout(total / _PER_S + _GRACE_S):
            await ended.wait()
    except TimeoutError:
        pass  # what is missing shows in the figure
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    late_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return seen, told, cpu, wall, (late_kib - (early_kib or late_kib)) / _KIB


def flood(quick: bool) -> list[Figure]:
    """A thousand distinct tags a second, each read a few times, for 20 or 60 seconds."""
    total = _PER_S * (20 if quick else 60)
    start_ms = round(time.time() * 1000) + 2000
    reader = subprocess.Popen(
        [
            *(sys.executable, "-m", "edge_agent.simulators", "etc", "--llrp", "127.0.0.1:0"),
            *("--per-s", str(_PER_S), "--stay-ms", "60", "--every-ms", "25"),
            *("--total", str(total), "--start-ms", str(start_ms)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert reader.stdout is not None
        url = str(json.loads(reader.stdout.readline())["url"])
        seen, told, cpu, wall, grown = asyncio.run(_drive(url, total))
    finally:
        reader.terminate()
        reader.communicate()
    # The names that we keep to judge by are part of the growth: some 100 bytes each.
    kept = 100 * total / _KIB / _KIB
    return [
        Figure(
            f"LLRP: distinct tags missed of {total}",
            total - len(seen),
            "tags",
            "0",
            len(seen) == total,
            f"{told} readings, {100 * cpu / wall:.0f} % of a core",
        ),
        Figure(
            "LLRP: memory grown after the first tenth",
            max(0.0, grown - kept),
            "MiB",
            f"≤ {_MOST_MIB} MiB",
            grown - kept <= _MOST_MIB,
        ),
    ]


MEASURES = [Measure("etc-flood", flood)]
