"""A driver on a real wire against the simulator, everything it says kept."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog

from edge_agent.clock import SystemClock
from edge_agent.device.driver import DeviceContext
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import (
    ConditionReading,
    DetectorReading,
    FigureReading,
    InventoryReading,
    Reading,
    SignalReading,
)
from edge_agent.drivers.signal_modbus import KIND
from edge_agent.drivers.signal_modbus.settings import Settings
from edge_agent.errors import Cause, DeviceError
from edge_agent.simulators.signal.controller import Controller
from edge_agent.simulators.signal.faults import Faults
from edge_agent.simulators.signal.plan import four_arms
from edge_agent.simulators.signal.server import PtyPort, TcpPort
from edge_agent.simulators.signal.timebase import SteppedTime

DEADLINE_S = 15.0


class Stand:
    """A simulated controller behind a port, on time that the test steps."""

    def __init__(self, *units: int) -> None:
        self.time = SteppedTime()
        self.truth: list[dict[str, Any]] = []
        self.controllers = {
            unit: Controller(four_arms(), self.time, self.truth.append, per_hour=0.001)
            for unit in units or (1,)
        }
        self.controller = next(iter(self.controllers.values()))
        self.faults = Faults()
        self.port: TcpPort | PtyPort
        self.url = ""

    @asynccontextmanager
    async def on(
        self, wire: str, link: Path | None = None, baud: int = 0
    ) -> AsyncIterator["Stand"]:
        """Listen on ``tcp`` or ``pty``."""
        if wire == "tcp":
            self.port = port = TcpPort(self.controllers, self.faults)
            self.url = await port.open("127.0.0.1", 0)
        else:
            self.port = serial = PtyPort(self.controllers, self.faults, baud)
            self.url = await serial.open(link)
        try:
            yield self
        finally:
            await self.port.close()

    def switch(self, **order: Any) -> None:
        """A fault, as the command would get it."""
        self.faults.switch(self.controller, order)


class Heard:
    """What one driver said."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self.alive = 0
        self.limping: list[tuple[Cause | None, str]] = []
        self._news = asyncio.Event()

    def emit(self, reading: Reading) -> None:
        self.readings.append(reading)
        self._news.set()

    def sign(self) -> None:
        self.alive += 1
        self._news.set()

    def limp(self, cause: Cause | None, detail: str) -> None:
        self.limping.append((cause, detail))
        self._news.set()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait for a condition on what was heard."""
        async with asyncio.timeout(DEADLINE_S):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def polls(self, count: int = 2) -> None:
        """Wait for whole polls from now on."""
        until = self.alive + count
        await self.until(lambda: self.alive >= until)

    def signals(self) -> list[SignalReading]:
        return [r for r in self.readings if isinstance(r, SignalReading)]

    def detectors(self) -> list[DetectorReading]:
        return [r for r in self.readings if isinstance(r, DetectorReading)]

    def figures(self) -> list[FigureReading]:
        return [r for r in self.readings if isinstance(r, FigureReading)]

    def inventory(self) -> list[InventoryReading]:
        return [r for r in self.readings if isinstance(r, InventoryReading)]

    def conditions(self) -> dict[str, bool]:
        return {r.code: r.active for r in self.readings if isinstance(r, ConditionReading)}


def context(heard: Heard, ports: PortBook) -> DeviceContext:
    return DeviceContext(
        "ctl", SystemClock(), structlog.get_logger("test"), ports, heard.sign, heard.limp
    )


def settings(url: str, **facts: Any) -> Settings:
    base = {"kind": "signal_modbus", "url": url, "profile": "generic_v1", "poll_hz": 50}
    return Settings.model_validate(base | {"timeout_s": 0.3} | facts)


@asynccontextmanager
async def driving(
    url: str, ports: PortBook | None = None, **facts: Any
) -> AsyncIterator[tuple[Heard, "asyncio.Task[None]"]]:
    """A driver at work."""
    heard, own = Heard(), ports or PortBook()
    driver = KIND.build(settings(url, **facts), context(heard, own))
    task = asyncio.create_task(driver.run(heard.emit), name="driver")
    try:
        yield heard, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def failure(task: "asyncio.Task[None]") -> DeviceError:
    """How the driver ended."""
    async with asyncio.timeout(DEADLINE_S):
        try:
            await task
        except DeviceError as error:
            return error
    raise AssertionError("the driver ended without a word")
