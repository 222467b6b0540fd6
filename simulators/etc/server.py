"""The simulated LLRP reader on TCP: one client, reports as tags pass, keepalives, faults."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from edge_agent.simulators.etc.faults import WIRE, Faults
from edge_agent.simulators.etc.field import TagField
from edge_agent.simulators.etc.reader import CLOSE, Reader
from edge_agent.simulators.etc.wire import take

_TICK_S = 0.01
_FULL = 1 << 22
"""Bytes that wait for a client that does not read; beyond it the reader's buffer is full."""


class LlrpPort:
    """A reader that listens.

    Args:
        reader: What it is.
        field: What passes it.
        utc_ms: Time of the field.
    """

    def __init__(
        self, reader: Reader, field: TagField, utc_ms: Callable[[], float], faults: Faults
    ) -> None:
        self.reader = reader
        self.faults = faults
        self.busy = False
        self._field = field
        self._utc_ms = utc_ms
        self._client: asyncio.StreamWriter | None = None
        self._late: deque[tuple[float, bytes]] = deque()
        self._alive_ms = 0.0
        self._down_until_ms = 0.0
        self._address = ("127.0.0.1", 0)
        self._server: asyncio.Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen; returns the URL for a driver."""
        await self._listen(host, port)
        self._task = asyncio.create_task(self._tick(), name="reader")
        return f"tcp://{self._address[0]}:{self._address[1]}"

    async def close(self) -> None:
        """Stop; twice is harmless."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._unlisten()
        self.drop()

    def drop(self) -> None:
        """Cut the client off."""
        if self._client is not None:
            self._client.transport.abort()
            self._client = None

    def switch(self, order: dict[str, Any]) -> None:
        """Obey an order of the command; ValueError or KeyError when it is unclear."""
        name, on = order.get("fault"), bool(order.get("on", True))
        reader = self.reader
        deeds: dict[str, Callable[[], None]] = {
            "drop": self.drop,
            "reboot": lambda: self._reboot(float(order.get("value", 0))),
            "antenna": lambda: self._cable(int(order["antenna"]), not on),
            "exception": lambda: self._write(reader.exception(str(order.get("text", "")))),
            "overflow": lambda: self._write(reader.overflow()),
            "warning": lambda: self._write(reader.warning(int(order.get("value", 90)))),
            "closing": lambda: self._write(reader.closing()),
            "end-rospec": lambda: self._write(b"".join(reader.end_rospecs())),
            "busy": lambda: setattr(self, "busy", on),
            "refuse": lambda: setattr(reader, "refuse", int(order.get("times", 1)) if on else 0),
            "clock": lambda: self._step_clock(float(order.get("value", 0)) if on else 0.0),
        }
        if order.get("clear"):
            self._clear()
        elif name in WIRE:
            self.faults.switch(order)
        elif name in deeds:
            deeds[name]()
        else:
            raise ValueError(f"fault {name!r}: one of {', '.join((*WIRE, *deeds))}")

    def _clear(self) -> None:
        self.faults.clear()
        self.busy, self.reader.refuse = False, 0
        self._step_clock(0)
        for port in tuple(self.reader.unplugged):
            self._cable(port, connected=True)

    def _cable(self, port: int, connected: bool) -> None:
        if port not in self.reader.ports:
            raise ValueError(f"no antenna {port}")
        self._write(self.reader.antenna(port, connected=connected))
        (self._field.dead.discard if connected else self._field.dead.add)(port)

    def _step_clock(self, seconds: float) -> None:
        self.reader.clock_error_us = round(seconds * 1e6)

    def _reboot(self, seconds: float) -> None:
        self.drop()
        self._unlisten()
        self.reader.reboot()
        self._late.clear()
        self._down_until_ms = self._utc_ms() + seconds * 1000

    async def _listen(self, host: str, port: int) -> None:
        self._server = await asyncio.start_server(self._serve, host, port)
        self._address = self._server.sockets[0].getsockname()[:2]

    def _unlisten(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            now_ms = self._utc_ms()
            if self._server is None:
                self._field.skip_to(int(now_ms))
                if now_ms >= self._down_until_ms:
                    with suppress(OSError):  # the port is still held: the next tick tries again
                        await self._listen(*self._address)
                continue
            self._pass_on(now_ms)
            keepalive_ms = self.reader.keepalive_ms
            if keepalive_ms and self._client and now_ms - self._alive_ms >= keepalive_ms:
                self._alive_ms = now_ms
                if not self.faults.due("no-keepalive"):
                    self._write(self.reader.keepalive())

    def _pass_on(self, now_ms: float) -> None:
        late_ms = 1000 * self.faults.value("late")
        for message in self.reader.report(self._field.reads(int(now_ms))):
            self._late.append((now_ms + late_ms, message))
        while self._late and self._late[0][0] <= now_ms:
            self._report(self._late.popleft()[1])

    def _report(self, message: bytes) -> None:
        if self._client is None:
            self.reader.keep(message)
            return
        if self.faults.due("garbage"):
            self._write(self.faults.noise())
        if self.faults.due("half"):
            self._write(message[: len(message) // 2])
            self._client.transport.close()
            self._client = None
            return
        if self.faults.due("damage"):
            message = self.faults.damaged(message)
        self._write(message * (2 if self.faults.due("duplicate") else 1))

    def _write(self, data: bytes) -> None:
        if self._client is None or not data:
            return
        if self._client.transport.get_write_buffer_size() > _FULL:
            self.reader.counts["reports-lost"] += 1
            return
        self._client.write(data)

    async def _serve(self, incoming: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.busy or self._client is not None:
            writer.write(self.reader.welcome(2))
            self._write(self.reader.another())
            self.reader.counts["turned-away"] += 1
            with suppress(ConnectionError):
                await writer.drain()
            writer.close()
            return
        self._client = writer
        self._alive_ms = self._utc_ms()
        self.reader.counts["clients"] += 1
        self._write(self.reader.welcome())
        for message in self.reader.kept():
            self._write(message)
        with suppress(ConnectionError, ValueError):  # it went, or spoke no LLRP: both end it
            await self._converse(incoming)
        if self._client is writer:
            self._client = None
        writer.close()

    async def _converse(self, incoming: asyncio.StreamReader) -> None:
        buffer = bytearray()
        while data := await incoming.read(65_536):
            buffer += data
            while (asked := take(buffer)) is not None:
                if self.faults.due("silence"):
                    continue
                for message in self.reader.answer(*asked):
                    self._write(message)
                if asked[1] == CLOSE:
                    return

    def counts(self) -> dict[str, int]:
        """What happened so far."""
        return {**self.reader.counts, **self.faults.applied}
