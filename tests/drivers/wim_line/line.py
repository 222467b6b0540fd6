"""A station that sends lines, with a relay that can cut it anywhere, and a driver that listens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from edge_agent.device.ports import PortBook
from edge_agent.drivers.wim_line import KIND
from edge_agent.errors import DeviceError
from edge_agent.simulators.wim.lines import PtyLines, TcpLines
from tests.drivers.wim_modbus.ring import Heard, Ring, context


class Line(Ring):
    """The same station on the other form of the profile."""

    lines: TcpLines | PtyLines

    @asynccontextmanager
    async def on(self, wire: str = "tcp", repeat_s: float = 0.2) -> AsyncIterator["Line"]:
        if wire == "tcp":
            self.lines = port = TcpLines(self.station, self.board.wire, repeat_s)
            self.url = await port.open("127.0.0.1", 0)
        else:
            self.lines = serial = PtyLines(self.station, self.board.wire, repeat_s)
            self.url = await serial.open()
        try:
            yield self
        finally:
            await self.lines.close()


class Cutter:
    """A TCP relay that cuts each connection after so many bytes from the station."""

    def __init__(self, url: str, first: int, step: int) -> None:
        self._target = int(url.rpartition(":")[2])
        self._after, self._step = first, step
        self.cuts = 0

    @asynccontextmanager
    async def on(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left, self._after = self._after, self._after + self._step
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        back = asyncio.create_task(_pump(reader, far_writer), name="back")
        try:
            while left > 0 and (data := await far_reader.read(left)):
                left -= len(data)
                writer.write(data)
                await writer.drain()
            self.cuts += 1
        except (ConnectionError, asyncio.CancelledError):
            pass  # either end may go first
        finally:
            back.cancel()
            await asyncio.gather(back, return_exceptions=True)
            writer.transport.abort()
            far_writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4096):
        writer.write(data)


def build(url: str, heard: Heard, ports: PortBook, **facts: Any) -> Any:
    base = {"kind": "wim_line", "url": url, "timeout_s": 2, "ack_after_s": 0.02, "figures_s": 0.1}
    return KIND.build(KIND.settings.model_validate(base | facts), context(heard, ports))


@asynccontextmanager
async def listening(
    url: str, heard: Heard | None = None, ports: PortBook | None = None, **facts: Any
) -> AsyncIterator[tuple[Heard, "asyncio.Task[None]"]]:
    """A driver that is built anew whenever it fails, as the supervisor does; see ``once``."""
    heard, ports = heard or Heard(), ports or PortBook()

    async def again() -> None:
        while True:
            try:
                await build(url, heard, ports, **facts).run(heard.emit)
            except DeviceError:
                await asyncio.sleep(0.005)

    task = asyncio.create_task(again(), name="drivers")
    try:
        yield heard, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
