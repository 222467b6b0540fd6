"""The ports of a simulated controller: a TCP listener or one end of a pseudo-terminal."""

import asyncio
import os
import pty
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from edge_agent.simulators.orders import Answer, Order
from edge_agent.simulators.signal.faults import Faults
from edge_agent.simulators.signal.wire import (
    Asked,
    Units,
    answer,
    is_write,
    rtu_frame,
    take_rtu,
    take_tcp,
    tcp_frame,
)

_STALE_S = 0.1


class Counted(Protocol):
    """A port that counts what it was asked to change."""

    @property
    def writes(self) -> int: ...


def reporting(port: Counted, act: Callable[[Order], Answer]) -> Callable[[Order], Answer]:
    """Orders with ``{"report": true}`` among them: how many writes the port has seen."""

    def either(order: Order) -> Answer:
        return {"report": {"writes": port.writes}} if order.get("report") else act(order)

    return either


class _Port:
    """What both kinds of port do with a request."""

    def __init__(self, units: Units, faults: Faults) -> None:
        self.units = units
        self.faults = faults
        self.requests: dict[int, int] = {}
        """Requests seen, by unit."""
        self.writes = 0
        """Requests that would have changed something; all were refused."""

    async def reply(self, asked: Asked) -> bytes | None:
        self.requests[asked.unit] = self.requests.get(asked.unit, 0) + 1
        self.writes += is_write(asked.pdu)
        controller = self.units.get(asked.unit)
        if controller is None or self.faults.due("silence"):
            return None
        pdu = answer(controller, asked.pdu)
        if fault := self.faults.due("delay"):
            await asyncio.sleep(fault.value)
        unit, pdu = self.faults.spoil_pdu(asked.unit, pdu)
        if asked.mark:
            return self.faults.spoil_frame(tcp_frame(asked.mark, unit, pdu), checked=False)
        return self.faults.spoil_frame(rtu_frame(unit, pdu), checked=True)


class TcpPort(_Port):
    """A Modbus TCP server on loopback or wherever it is told to listen."""

    async def open(self, host: str, port: int) -> str:
        """Start to listen; returns the URL for a driver."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, host, port)
        where = self._server.sockets[0].getsockname()
        return f"tcp://{where[0]}:{where[1]}"

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        self._server.close()
        self.disconnect()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def disconnect(self) -> None:
        """Cut every connection; new ones are welcome."""
        for task in self._tasks:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a stream callback runs in a task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        buffer = bytearray()
        try:
            while data := await reader.read(4096):
                buffer += data
                while asked := take_tcp(buffer):
                    if self.faults.due("disconnect"):
                        return
                    frame = await self.reply(asked)
                    if frame is not None:
                        writer.write(frame)
                        await writer.drain()
        except (ConnectionError, ValueError, asyncio.CancelledError):
            pass  # the client went, sent nonsense, or was cut off: its connection ends
        finally:
            writer.transport.abort()


class PtyPort(_Port):
    """A Modbus RTU slave, or several, on a pseudo-terminal.

    A pty knows no baud; ``baud`` makes replies take as long as a real line would.
    """

    def __init__(self, units: Units, faults: Faults, baud: int = 0) -> None:
        super().__init__(units, faults)
        self._baud = baud
        self._master = -1
        self._slave = -1
        self._link: Path | None = None

    async def open(self, link: Path | None = None) -> str:
        """Make the pty, with a stable link to it if wanted; returns the URL for a driver."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._master)
        os.set_blocking(self._master, False)
        name = os.ttyname(self._slave)
        if link is not None:
            _point(link, name)
            self._link, name = link, str(link)
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue()
        asyncio.get_running_loop().add_reader(self._master, self._on_readable)
        self._task = asyncio.create_task(self._serve(), name=f"pty {name}")
        return f"pty://{name}"

    async def close(self) -> None:
        """Unplug: the far end sees an input error, the link is gone; twice is harmless."""
        if self._master < 0:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        asyncio.get_running_loop().remove_reader(self._master)
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1

    def _on_readable(self) -> None:
        with suppress(BlockingIOError):
            self._arrived.put_nowait(os.read(self._master, 4096))

    async def _serve(self) -> None:
        buffer = bytearray()
        while True:
            try:
                # Silence separates frames: what stayed incomplete will never be completed.
                async with asyncio.timeout(_STALE_S if buffer else None):
                    buffer += await self._arrived.get()
            except TimeoutError:
                buffer.clear()
                continue
            while asked := take_rtu(buffer):
                frame = await self.reply(asked)
                if frame is not None:
                    if self._baud:
                        await asyncio.sleep((len(frame) + 8) * 11 / self._baud)
                    with suppress(BlockingIOError):  # nobody reads: a line does not wait either
                        os.write(self._master, frame)


def _point(link: Path, target: str) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)
