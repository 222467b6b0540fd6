"""NTCIP: what looking at controllers costs, with the controllers in a process of their own."""

import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from edge_agent.clock import SystemClock
from edge_agent.device.driver import DeviceContext
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import FiguresReading, Reading, SignalReading
from edge_agent.drivers.signal_ntcip import KIND
from tests.bench.measure import Figure, Measure

SUITE = "devices"

_CONTROLLERS = 4
_HZ = 10
_PHASES = tuple(range(1, 33))
_TOP_SHARE = 0.10
_LEAST_LOOKS = 0.95


@contextmanager
def _controllers() -> Iterator[list[str]]:
    """URLs of four controllers of four groups; their work is not counted as ours."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "edge_agent.simulators", "ntcip", "--groups", "4"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(_CONTROLLERS)
    ]
    try:
        urls = []
        for process in running:
            assert process.stdout is not None
            urls.append(str(json.loads(process.stdout.readline())["url"]))
        yield urls
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.communicate()


async def _drive(urls: list[str], seconds: float) -> tuple[float, float, int, int]:
    """CPU and wall seconds after the start, looks and signal readings in that time."""
    readings: list[Reading] = []
    tasks = []
    answers = itertools.count()
    started = asyncio.Event()

    def counted() -> None:
        next(answers)

    def take(reading: Reading) -> None:
        readings.append(reading)
        if sum(isinstance(r, FiguresReading) for r in readings) == len(urls):
            started.set()

    for index, url in enumerate(urls):
        table = {"kind": "signal_ntcip", "url": url, "phases": _PHASES, "poll_hz": _HZ}
        context = DeviceContext(
            f"ctl{index}",
            SystemClock(),
            structlog.get_logger(),
            PortBook(),
            counted,
        )
        driver = KIND.build(KIND.settings.model_validate(table), context)
        tasks.append(asyncio.create_task(driver.run(take)))
    await started.wait()
    cpu, wall, seen = time.process_time(), time.monotonic(), next(answers)
    await asyncio.sleep(seconds)
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    seen = next(answers) - seen - 1
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return cpu, wall, seen, sum(isinstance(r, SignalReading) for r in readings)


def status(quick: bool) -> list[Figure]:
    """Status of four groups, ten times a second, from four controllers."""
    with _controllers() as urls:
        cpu, wall, answered, told = asyncio.run(_drive(urls, 5 if quick else 20))
    share = cpu / wall
    # Each controller is also asked once a second for plan, mode and alarms.
    wanted = _CONTROLLERS * (_HZ + 1) * wall
    return [
        Figure(
            "NTCIP: 4 groups, 10 Hz, 4 controllers, CPU",
            100 * share,
            "% of core",
            "≤ 10 % of one core",
            share <= _TOP_SHARE,
            f"{1e6 * cpu / max(1, answered):.0f} µs an answer, {told} readings",
        ),
        Figure(
            "NTCIP: looks made of looks wanted",
            answered / wanted,
            "",
            f"≥ {_LEAST_LOOKS}",
            answered / wanted >= _LEAST_LOOKS,
        ),
    ]


MEASURES = [Measure("ntcip-status", status)]
