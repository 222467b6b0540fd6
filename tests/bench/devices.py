"""Mapped devices beside a bare pymodbus loop; how soon a register's change is a reading."""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from pymodbus.client import AsyncModbusTcpClient

from edge_agent.clock import SystemClock
from edge_agent.device.driver import DeviceContext
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import ConditionReading, Reading
from edge_agent.drivers.modbus_map import KIND
from tests.bench.measure import Figure, Measure
from tests.bench.plc import REGISTERS

SUITE = "devices"

DEVICES = 16
LEAST_RATIO = 0.8
POLL_S = 0.1
ALLOWED_MS = 20

MAP = """\
version = 1
title = "Bench device"
source = "tests/bench/plc.py"

[[condition]]
code = "green"
at = { table = "holding", address = 0, bit = 2 }
""" + "".join(
    f"""
[[figure]]
name = "f{address}"
at = {{ table = "holding", address = {address} }}
"""
    for address in range(1, REGISTERS)
)


class _Ear:
    """Counts polls and notes when a condition became a reading, UTC ns."""

    def __init__(self) -> None:
        self.polls = 0
        self.changes: list[int] = []

    def alive(self) -> None:
        self.polls += 1

    def emit(self, reading: Reading) -> None:
        if isinstance(reading, ConditionReading):
            self.changes.append(time.time_ns())


def polls(quick: bool) -> list[Figure]:
    """Whole drivers, figures and all, against a loop that makes nothing of what it reads."""
    rounds, seconds = (3, 0.8) if quick else (7, 2.0)
    ours, bare = [], []
    with _plc("3600", "3600") as (port, _), tempfile.TemporaryDirectory() as folder:
        profile = _profile(folder)
        for _ in range(rounds):
            ours.append(asyncio.run(_ours(port, profile, seconds)) / seconds)
            bare.append(asyncio.run(_bare(port, seconds)) / seconds)
    ratio = statistics.median(ours) / statistics.median(bare)
    return [
        Figure(
            f"modbus_map, {DEVICES} devices of {REGISTERS} registers: polls/s against pymodbus",
            round(ratio, 2),
            "×",
            f"≥ {LEAST_RATIO} × bare loop",
            ratio >= LEAST_RATIO,
            f"{statistics.median(ours):.0f}/s against {statistics.median(bare):.0f}/s, all still",
        )
    ]


def latency(quick: bool) -> list[Figure]:
    """From a register's change in the device to the reading of it."""
    seconds = 12.0 if quick else 60.0
    with _plc("0.13", "0.4") as (port, server), tempfile.TemporaryDirectory() as folder:
        ear = asyncio.run(_listen(port, _profile(folder), seconds))
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.close()
        true = [int(line) for line in server.stdout]
    late_ms = sorted(_delays_ms(true, ear.changes))
    p99 = late_ms[min(len(late_ms) - 1, round(0.99 * len(late_ms)))]
    target = POLL_S * 1000 + ALLOWED_MS
    return [
        Figure(
            f"modbus_map at {1 / POLL_S:g} Hz: change to reading, p99",
            round(p99, 1),
            "ms",
            f"≤ poll interval + {ALLOWED_MS} ms",
            p99 <= target and len(late_ms) >= len(ear.changes) - 2,
            f"{len(late_ms)} changes, median {statistics.median(late_ms):.0f} ms",
        )
    ]


def _delays_ms(true: list[int], heard: list[int]) -> list[float]:
    """Each reading after the newest change before it; changes are further apart than polls."""
    delays = []
    for at in heard:
        before = [change for change in true if change <= at]
        if before:
            delays.append((at - before[-1]) / 1e6)
    return delays


@contextmanager
def _plc(shortest_s: str, longest_s: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.plc", "1", shortest_s, longest_s],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # its words about requests that were cut off at the end
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            yield int(server.stdout.readline()), server
        finally:
            server.stdin.close()
            server.terminate()


def _profile(folder: str) -> str:
    path = Path(folder) / "bench.toml"
    path.write_text(MAP)
    return str(path)


async def _listen(port: int, profile: str, seconds: float) -> _Ear:
    ear = _Ear()
    task = asyncio.create_task(_drive(port, profile, POLL_S, ear), name="driver")
    await asyncio.wait([task], timeout=1.0)
    ear.changes.clear()  # the first reading is no change
    await asyncio.wait([task], timeout=seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return ear


async def _drive(port: int, profile: str, poll_s: float, ear: _Ear) -> None:
    context = DeviceContext(
        "d", SystemClock(), structlog.get_logger("bench"), PortBook(), ear.alive
    )
    facts = {"kind": "modbus_map", "url": f"tcp://127.0.0.1:{port}", "profile": profile}
    settings = KIND.settings.model_validate(
        {**facts, "poll_s": poll_s, "timeout_s": 2, "identify": False}
    )
    await KIND.build(settings, context).run(ear.emit)


async def _ours(port: int, profile: str, seconds: float) -> int:
    ears = [_Ear() for _ in range(DEVICES)]
    tasks = [asyncio.create_task(_drive(port, profile, 0.001, ear)) for ear in ears]
    await asyncio.wait(tasks, timeout=seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return sum(ear.polls for ear in ears)


async def _bare(port: int, seconds: float) -> int:
    end = time.monotonic() + seconds

    async def poll() -> int:
        client = AsyncModbusTcpClient("127.0.0.1", port=port)
        await client.connect()
        polls = 0
        while time.monotonic() < end:
            answer = await client.read_holding_registers(0, count=REGISTERS)
            polls += len(answer.registers) == REGISTERS
        client.close()
        return polls

    return sum(await asyncio.gather(*(poll() for _ in range(DEVICES))))


MEASURES = [Measure("map-polls", polls), Measure("map-latency", latency)]
