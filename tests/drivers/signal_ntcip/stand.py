"""The driver against the simulated controller over real UDP; the test moves the junction's time."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog

from edge_agent.clock import SystemClock
from edge_agent.device.driver import DeviceContext, Driver
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import (
    ConditionReading,
    DetectorReading,
    Reading,
    SignalReading,
)
from edge_agent.drivers.signal_ntcip import KIND
from edge_agent.errors import Cause
from edge_agent.simulators.ntcip.junction import FixedJunction, Stage
from edge_agent.simulators.ntcip.server import Server
from edge_agent.simulators.ntcip.unit import Unit

START_MS = 1_790_000_000_000
DEADLINE_S = 8.0


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def build(
    url: str, degraded: Callable[[Cause | None, str], None] | None = None, **keys: Any
) -> Driver:
    """A driver with quick time-outs."""
    table = {"kind": "signal_ntcip", "url": url, "timeout_s": 0.1, "retries": 1, **keys}
    context = DeviceContext(
        "ctl1",
        SystemClock(),
        structlog.get_logger(),
        PortBook(),
        lambda: None,
        degraded or (lambda _cause, _detail: None),
    )
    driver: Driver = KIND.build(KIND.settings.model_validate(table), context)
    return driver


class Stand:
    """One controller and whatever listens to it."""

    def __init__(self) -> None:
        # Green of phases 1 and 3 from 0, yellow from 10 s, all red from 13 s, phase 2 from 15 s.
        self.now_ms = START_MS // 30_000 * 30_000
        junction = FixedJunction(
            (Stage((1, 3), 10_000, walks=(1,)), Stage((2,), 10_000)),
            self.now_ms,
            overlaps={1: (1, 2)},
            detectors=2,
            per_hour=1200,
        )
        self.truth: list[dict[str, Any]] = []
        self.unit = Unit(junction, self.now_ms, self.truth.append)
        self.server = Server(self.unit, utc_ms=lambda: self.now_ms)
        self.url = ""
        self.readings: list[Reading] = []
        self.degraded: list[tuple[Cause | None, str]] = []
        self.task: asyncio.Task[None] | None = None

    def step(self, seconds: float) -> None:
        """Let the junction's time pass."""
        self.now_ms += round(seconds * 1000)

    def fault(self, **order: Any) -> None:
        self.server.faults.switch(self.unit, self.server.mib, order)

    def start(self, **keys: Any) -> "asyncio.Task[None]":
        """Drive it."""
        keys = {"phases": [1, 2], "poll_hz": 20, "slow_s": 0.2, **keys}
        driver = build(self.url, lambda *told: self.degraded.append(told), **keys)
        self.task = asyncio.create_task(driver.run(self.readings.append))
        return self.task

    @property
    def signals(self) -> list[SignalReading]:
        return [r for r in self.readings if isinstance(r, SignalReading)]

    @property
    def conditions(self) -> dict[str, bool]:
        return {r.code: r.active for r in self.readings if isinstance(r, ConditionReading)}

    @property
    def counts(self) -> list[tuple[int | None, str | None]]:
        return [
            (r.count, r.why)
            for r in self.readings
            if isinstance(r, DetectorReading) and r.occupied is None
        ]

    def shown(self) -> str:
        """Aspects of phases 1 and 2 as told last."""
        last = self.signals[-1].phases
        return f"{last[1]} {last[2]}"

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait for a condition, with a deadline."""
        deadline = time.monotonic() + DEADLINE_S
        while not holds():
            if self.task is not None and self.task.done():
                await self.task
            assert time.monotonic() < deadline, self.readings[-3:]
            await asyncio.sleep(0.01)

    async def shows(self, aspects: str) -> None:
        """Wait until phases 1 and 2 were told like this."""
        await self.until(lambda: self.shown() == aspects)

    def number(self, kind: type[Reading]) -> int:
        """Readings of a kind so far."""
        return sum(isinstance(reading, kind) for reading in self.readings)

    async def more(self, kind: type[Reading], than: int) -> None:
        """Wait for another reading of a kind."""
        await self.until(lambda: self.number(kind) > than)

    async def counted(self, than: int) -> None:
        """Wait for another count."""
        await self.until(lambda: len(self.counts) > than)

    async def looks(self, count: int) -> None:
        """Wait until the driver has asked this often from now."""
        target = self.server.agent.counts["get"] + count
        await self.until(lambda: self.server.agent.counts["get"] >= target)


@asynccontextmanager
async def stand(tscbm: int | None = None) -> AsyncIterator[Stand]:
    """A running controller; its driver ends with the block."""
    made = Stand()
    made.url = await made.server.open(tscbm=("127.0.0.1", tscbm) if tscbm else None)
    try:
        yield made
    finally:
        if made.task is not None:
            made.task.cancel()
            await asyncio.gather(made.task, return_exceptions=True)
        await made.server.close()
