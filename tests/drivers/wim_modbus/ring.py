"""A station on stepped time behind a real Modbus port, and a driver that listens to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog

from edge_agent.clock import SystemClock
from edge_agent.device.driver import DeviceContext
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import (
    AxlesReading,
    ConditionReading,
    FiguresReading,
    InventoryReading,
    Reading,
)
from edge_agent.drivers.wim_modbus import KIND
from edge_agent.errors import Cause, DeviceError
from edge_agent.simulators.signal.server import PtyPort, TcpPort
from edge_agent.simulators.wim.faults import Switchboard
from edge_agent.simulators.wim.registers import Registers
from edge_agent.simulators.wim.scale import Scale
from edge_agent.simulators.wim.station import Station
from edge_agent.simulators.wim.traffic import Passing, TrueAxle

DEADLINE_S = 15.0


class ByHand:
    """Vehicles that the test sends."""

    def __init__(self) -> None:
        self.waiting: list[Passing] = []

    def until(self, utc_ms: int) -> list[Passing]:
        found, self.waiting = self.waiting, []
        return found


def lorry(t_ms: int, lane: int = 1, axles: int = 3, **facts: Any) -> Passing:
    """A plausible lorry."""
    wheels = tuple(TrueAxle(2500 + 10 * n, 2400 + 10 * n, 420 if n else None) for n in range(axles))
    return Passing(t_ms, t_ms + 500, lane, wheels, 450, 420 * axles + 200, **facts)


class Ring:
    """A simulated station and its switches."""

    def __init__(self, slots: int = 8, accuracy: float = 0.0) -> None:
        self.clock = SystemClock()
        self.truth: list[dict[str, Any]] = []
        self.traffic = ByHand()
        self.station = Station(
            self.traffic,
            Scale(accuracy=accuracy),
            self.clock.utc_ms,
            self.truth.append,
            slots=slots,
        )
        self.registers = Registers(self.station)
        self.board = Switchboard(self.station, self.registers)
        self.port: TcpPort | PtyPort
        self.url = ""

    def drive(self, count: int = 1, **facts: Any) -> None:
        """So many lorries pass now."""
        for _ in range(count):
            self.traffic.waiting.append(lorry(self.clock.utc_ms(), **facts))
            self.station.advance()

    def records(self) -> list[dict[str, Any]]:
        return [entry for entry in self.truth if entry["what"] == "vehicle"]

    @asynccontextmanager
    async def on(self, wire: str = "tcp") -> AsyncIterator["Ring"]:
        """Listen on ``tcp`` or ``pty``."""
        if wire == "tcp":
            self.port = port = TcpPort({1: self.registers}, self.board.wire)
            self.url = await port.open("127.0.0.1", 0)
        else:
            self.port = serial = PtyPort({1: self.registers}, self.board.wire)
            self.url = await serial.open()
        try:
            yield self
        finally:
            await self.port.close()


class Heard:
    """What drivers of one device said."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self.alive = 0
        self.limping: list[Cause | None] = []
        self._news = asyncio.Event()

    def emit(self, reading: Reading) -> None:
        self.readings.append(reading)
        self._news.set()

    def sign(self) -> None:
        self.alive += 1
        self._news.set()

    def limp(self, cause: Cause | None, detail: str) -> None:
        self.limping.append(cause)
        self._news.set()

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def polls(self, count: int = 2) -> None:
        until = self.alive + count
        await self.until(lambda: self.alive >= until)

    def axles(self) -> list[AxlesReading]:
        return [r for r in self.readings if isinstance(r, AxlesReading)]

    def numbers(self) -> list[int]:
        return [reading.number for reading in self.axles()]

    def conditions(self) -> dict[str, bool]:
        return {r.code: r.active for r in self.readings if isinstance(r, ConditionReading)}

    def figures(self) -> dict[str, int]:
        told = [r.figures for r in self.readings if isinstance(r, FiguresReading)]
        return told[-1] if told else {}

    def inventory(self) -> list[InventoryReading]:
        return [r for r in self.readings if isinstance(r, InventoryReading)]


def context(heard: Heard, ports: PortBook) -> DeviceContext:
    return DeviceContext(
        "wim1", SystemClock(), structlog.get_logger("test"), ports, heard.sign, heard.limp
    )


@asynccontextmanager
async def driving(
    url: str, heard: Heard | None = None, ports: PortBook | None = None, **facts: Any
) -> AsyncIterator[tuple[Heard, "asyncio.Task[None]"]]:
    """A driver at work; given the same ears and ports it is the next one of the same device."""
    heard = heard or Heard()
    base = {"kind": "wim_modbus", "url": url, "poll_hz": 50, "timeout_s": 0.3, "figures_s": 0.1}
    settings = KIND.settings.model_validate(base | facts)
    driver = KIND.build(settings, context(heard, ports or PortBook()))
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
