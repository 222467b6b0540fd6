"""The line protocol's ports: a TCP listener or a pseudo-terminal, and what they send when."""

import asyncio
import os
import pty
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from edge_agent.simulators.signal.faults import Faults
from edge_agent.simulators.wim import frames
from edge_agent.simulators.wim.station import Station

AHEAD = 16
REPEAT_S = 2.0
HEARTBEAT_S = 1.0
INTRODUCE_S = 10.0
_TICK_S = 0.02

LINE = ("silence", "bad-crc", "half-frame", "garbage", "noise-before", "disconnect", "deaf")
"""Faults of the line; ``deaf``: acknowledgements are not heard."""

Send = Callable[[bytes], None]


class Talk:
    """One connection: what was sent and when, what to send next."""

    def __init__(self, station: Station, faults: Faults, send: Send, repeat_s: float) -> None:
        self._station = station
        self._faults = faults
        self._send = send
        self._repeat_s = repeat_s
        self._loop = asyncio.get_running_loop()
        self._sent: dict[tuple[int, int], float] = {}
        self._heard = bytearray()
        self._due = {"introduce": 0.0, "heartbeat": 0.0}

    def hear(self, data: bytes) -> None:
        """Bytes from the host."""
        self._heard += data
        for boot, sequence in frames.take_acks(self._heard):
            if boot == self._station.boot and not self._faults.due("deaf"):
                self._station.acknowledge(sequence)
                self._sent.pop((boot, sequence), None)

    def speak(self) -> bool:
        """Send what is due; False when the line shall be cut."""
        now = self._loop.time()
        self._station.advance()
        for what, every_s, build in (
            ("introduce", INTRODUCE_S, frames.inventory),
            ("heartbeat", HEARTBEAT_S, frames.heartbeat),
        ):
            if now >= self._due[what]:
                self._due[what] = now + every_s
                self._out(build(self._station))
        for numbered in list(self._station.kept)[:AHEAD]:
            key = (self._station.boot, numbered.sequence)
            if now - self._sent.get(key, -1e9) < self._repeat_s:
                continue
            if self._faults.due("disconnect"):
                return False
            self._sent[key] = now
            self._out(frames.record(self._station, numbered))
        return True

    def _out(self, data: bytes) -> None:
        if "silence" not in self._faults.active:
            self._send(self._spoil(data))

    def _spoil(self, data: bytes) -> bytes:
        if self._faults.due("bad-crc"):
            data = data[:-2] + bytes((data[-2] ^ 1,)) + data[-1:]
        return self._faults.spoil_frame(data, checked=False)


class TcpLines:
    """Listens; the newest connection is the one that is served."""

    def __init__(self, station: Station, faults: Faults, repeat_s: float = REPEAT_S) -> None:
        self._station = station
        self._faults = faults
        self._repeat_s = repeat_s
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def writes(self) -> int:
        """Acknowledgements: all that a host can change."""
        return self._station.acknowledged

    async def open(self, host: str, port: int) -> str:
        """Start to listen; returns the URL for a driver."""
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
        self.disconnect()
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a stream callback runs in a task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        talk = Talk(self._station, self._faults, writer.write, self._repeat_s)
        try:
            while talk.speak():
                with suppress(TimeoutError):
                    async with asyncio.timeout(_TICK_S):
                        data = await reader.read(4096)
                    if not data:
                        return
                    talk.hear(data)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the host went, or was cut off: its connection ends
        finally:
            writer.transport.abort()


class PtyLines:
    """One end of a pseudo-terminal."""

    def __init__(self, station: Station, faults: Faults, repeat_s: float = REPEAT_S) -> None:
        self._station = station
        self._faults = faults
        self._repeat_s = repeat_s
        self._master = self._slave = -1
        self._link: Path | None = None

    @property
    def writes(self) -> int:
        """Acknowledgements: all that a host can change."""
        return self._station.acknowledged

    async def open(self, link: Path | None = None) -> str:
        """Make the pty, with a stable link to it if wanted; returns the URL for a driver."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._master)
        os.set_blocking(self._master, False)
        name = os.ttyname(self._slave)
        if link is not None:
            _point(link, name)
            self._link, name = link, str(link)
        self._talk = Talk(self._station, self._faults, self._send, self._repeat_s)
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
            self._talk.hear(os.read(self._master, 4096))

    def _send(self, data: bytes) -> None:
        with suppress(BlockingIOError):  # nobody reads: a line does not wait either
            os.write(self._master, data)

    async def _serve(self) -> None:
        while True:
            self._talk.speak()
            await asyncio.sleep(_TICK_S)


def _point(link: Path, target: str) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)
