"""Blocks read a second through the device kit, beside a bare pymodbus loop on the same server."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

from pymodbus.client import AsyncModbusTcpClient

from edge_agent.clock import SystemClock
from edge_agent.device.endpoint import parse
from edge_agent.device.modbus import ModbusBus, Pace
from edge_agent.device.modbus_frames import Read, Table
from tests.bench.measure import Figure, Measure
from tests.bench.plc import REGISTERS

LEAST_RATIO = 0.8
_BLOCK = Read(Table.HOLDING, 0, REGISTERS)


def run(quick: bool) -> list[Figure]:
    """Alternate the two, several rounds, and compare medians."""
    rounds, seconds = (3, 0.7) if quick else (7, 2.0)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.plc", "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        port = int(server.stdout.readline())
        figures = [
            figure for devices in (1, 16) for figure in _compare(port, devices, rounds, seconds)
        ]
        server.stdin.close()
        server.terminate()
    return figures


def _compare(port: int, devices: int, rounds: int, seconds: float) -> list[Figure]:
    ours, bare, ours_cpu, bare_cpu = [], [], [], []
    for _ in range(rounds):
        polls, cpu = asyncio.run(_ours(port, devices, seconds))
        ours.append(polls / seconds)
        ours_cpu.append(cpu / polls)
        polls, cpu = asyncio.run(_bare(port, devices, seconds))
        bare.append(polls / seconds)
        bare_cpu.append(cpu / polls)
    ratio = statistics.median(ours) / statistics.median(bare)
    cost = statistics.median(ours_cpu) / statistics.median(bare_cpu)
    name = f"modbus blocks of {REGISTERS}, {devices} device{'s' * (devices > 1)}"
    return [
        Figure(
            f"{name}: polls/s against pymodbus",
            round(ratio, 2),
            "×",
            f"≥ {LEAST_RATIO} × bare loop",
            ratio >= LEAST_RATIO,
            f"{statistics.median(ours):.0f}/s against {statistics.median(bare):.0f}/s",
        ),
        Figure(
            f"{name}: CPU a poll against pymodbus",
            round(cost, 2),
            "×",
            "≤ 1.25 × bare loop",
            cost <= 1 / LEAST_RATIO,
            f"{1e6 * statistics.median(ours_cpu):.0f} µs of the client",
        ),
    ]


async def _ours(port: int, devices: int, seconds: float) -> tuple[int, float]:
    clock, pace = SystemClock(), Pace(timeout_s=2)

    async def poll(end: float) -> int:
        bus = ModbusBus(parse(f"tcp://127.0.0.1:{port}"), clock)
        polls = 0
        while time.monotonic() < end:
            answer = await bus.read(1, _BLOCK, pace)
            polls += len(answer.values) == REGISTERS
        await bus.close()
        return polls

    return await _together(poll, devices, seconds)


async def _bare(port: int, devices: int, seconds: float) -> tuple[int, float]:
    async def poll(end: float) -> int:
        client = AsyncModbusTcpClient("127.0.0.1", port=port)
        await client.connect()
        polls = 0
        while time.monotonic() < end:
            answer = await client.read_holding_registers(0, count=REGISTERS)
            polls += len(answer.registers) == REGISTERS
        client.close()
        return polls

    return await _together(poll, devices, seconds)


async def _together(
    poll: Callable[[float], Awaitable[int]], devices: int, seconds: float
) -> tuple[int, float]:
    """Polls of all devices, and the CPU seconds that this process spent on them."""
    end = time.monotonic() + seconds
    spent = time.process_time()
    counts = await asyncio.gather(*(poll(end) for _ in range(devices)))
    return sum(counts), time.process_time() - spent


MEASURES = [Measure("modbus", run)]
