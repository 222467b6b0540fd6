"""Byte streams to devices: TCP and serial behind one small face.

Errors come out as DeviceError with the cause that a technician can act upon. Bytes that arrive
while nobody reads are kept up to a bound; beyond it a TCP device is made to wait, and on a serial
line, which cannot wait, the oldest are of no use and are dropped.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from typing import Protocol

import serial

from edge_agent.device.endpoint import Endpoint, SerialEndpoint, TcpEndpoint
from edge_agent.errors import Cause, DeviceError

_KEEP = 65536


class Stream(Protocol):
    """An open connection to a device."""

    def write(self, data: bytes) -> None:
        """Send; raises DeviceError(GONE) when the connection is lost."""

    async def read(self) -> bytes:
        """Everything that has arrived, at least one byte; raises DeviceError(GONE) at the end."""

    def discard(self) -> int:
        """Throw away what has arrived; returns how many bytes."""

    def close(self) -> None:
        """Give the connection back; twice is harmless."""


async def open_stream(endpoint: Endpoint, timeout_s: float) -> Stream:
    """Open a connection.

    Raises:
        DeviceError: TIMEOUT, REFUSED or GONE, with words for the person at the cabinet.
    """
    if isinstance(endpoint, SerialEndpoint):
        return _SerialStream(endpoint)
    return await _open_tcp(endpoint, timeout_s)


class _Inbox:
    """What has arrived and who waits for it."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._buffer = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._lost: str | None = None

    @property
    def full(self) -> bool:
        return len(self._buffer) >= _KEEP

    def put(self, data: bytes) -> None:
        self._buffer += data
        self._wake()

    def trim(self) -> None:
        del self._buffer[:-_KEEP]

    def lose(self, why: str) -> None:
        if self._lost is None:
            self._lost = why
        self._wake()

    def check(self) -> None:
        if self._lost is not None:
            raise DeviceError(Cause.GONE, f"{self._where}: {self._lost}")

    async def get(self) -> bytes:
        while not self._buffer:
            self.check()
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        data = bytes(self._buffer)
        self._buffer.clear()
        return data

    def discard(self) -> int:
        dropped = len(self._buffer)
        self._buffer.clear()
        return dropped

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class _TcpStream(asyncio.Protocol):
    def __init__(self, endpoint: TcpEndpoint) -> None:
        self._inbox = _Inbox(str(endpoint))
        self._transport: asyncio.Transport | None = None
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows asyncio's own type
        self._transport = transport
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def data_received(self, data: bytes) -> None:
        self._inbox.put(data)
        if self._inbox.full and self._transport is not None:
            self._transport.pause_reading()
            self._paused = True

    def connection_lost(self, exc: Exception | None) -> None:
        self._inbox.lose(f"connection lost ({exc})" if exc else "closed by the device")

    def write(self, data: bytes) -> None:
        self._inbox.check()
        if self._transport is not None:
            self._transport.write(data)

    async def read(self) -> bytes:
        data = await self._inbox.get()
        self._go_on()
        return data

    def discard(self) -> int:
        dropped = self._inbox.discard()
        self._go_on()
        return dropped

    def _go_on(self) -> None:
        if self._paused and self._transport is not None and not self._transport.is_closing():
            self._paused = False
            self._transport.resume_reading()

    def close(self) -> None:
        if self._transport is not None:
            # abort, not close: nothing that is still unsent is worth a lingering socket.
            self._transport.abort()


async def _open_tcp(endpoint: TcpEndpoint, timeout_s: float) -> _TcpStream:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout_s):
            _, stream = await loop.create_connection(
                lambda: _TcpStream(endpoint), endpoint.host, endpoint.port
            )
    except TimeoutError:
        detail = f"{endpoint}: no connection within {timeout_s:g} s"
        raise DeviceError(Cause.TIMEOUT, detail) from None
    except ConnectionRefusedError:
        detail = f"{endpoint}: connection refused, nobody listens on this port"
        raise DeviceError(Cause.REFUSED, detail) from None
    except OSError as error:
        raise DeviceError(Cause.GONE, f"{endpoint}: {error.strerror or error}") from None
    return stream


class _SerialStream:
    """A serial port read by the event loop; pyserial only sets the line up."""

    def __init__(self, endpoint: SerialEndpoint) -> None:
        self._inbox = _Inbox(endpoint.path)
        self._unsent = bytearray()
        self._loop = asyncio.get_running_loop()
        self._port: serial.Serial | None = _open_port(endpoint)
        self._fd: int = self._port.fileno()
        self._loop.add_reader(self._fd, self._on_readable)

    def write(self, data: bytes) -> None:
        self._inbox.check()
        self._unsent += data
        self._on_writable()

    async def read(self) -> bytes:
        return await self._inbox.get()

    def discard(self) -> int:
        self._guarded(self._take)
        return self._inbox.discard()

    def close(self) -> None:
        if self._port is None:
            return
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        port, self._port = self._port, None
        port.close()
        self._inbox.lose("closed")

    def _on_readable(self) -> None:
        self._guarded(self._take_ready)

    def _on_writable(self) -> None:
        self._guarded(self._give)

    def _guarded(self, action: Callable[[], object]) -> None:
        if self._port is None:
            return
        try:
            action()
        except BlockingIOError:
            return
        except OSError as error:
            # EIO is what the kernel says when the adapter was pulled or the pty's far end closed.
            gone = error.errno in (errno.EIO, errno.ENXIO, errno.ENODEV, errno.EBADF)
            self._inbox.lose("unplugged" if gone else str(error.strerror or error))
            self.close()

    def _take(self) -> bool:
        data = os.read(self._fd, 4096)
        if data:
            self._inbox.put(data)
            self._inbox.trim()
        return bool(data)

    def _take_ready(self) -> None:
        if not self._take():
            # Said to be readable, yet empty: the far end hung up.
            raise OSError(errno.EIO, "hung up")

    def _give(self) -> None:
        del self._unsent[: os.write(self._fd, self._unsent)]
        if self._unsent:
            self._loop.add_writer(self._fd, self._on_writable)
        else:
            self._loop.remove_writer(self._fd)


def _open_port(endpoint: SerialEndpoint) -> serial.Serial:
    try:
        return serial.Serial(
            endpoint.path,
            baudrate=endpoint.baud,
            bytesize=endpoint.bits,
            parity=endpoint.parity,
            stopbits=endpoint.stop,
            timeout=0,
            write_timeout=0,
            exclusive=True,
        )
    except (OSError, ValueError) as error:
        raise _cannot_open(endpoint, error) from None


def _cannot_open(endpoint: SerialEndpoint, error: Exception) -> DeviceError:
    match getattr(error, "errno", None):
        case errno.ENOENT | errno.ENXIO | errno.ENODEV | errno.EIO:
            return DeviceError(
                Cause.GONE, f"{endpoint.path}: not there; is the adapter plugged in?"
            )
        case errno.EACCES | errno.EPERM:
            detail = f"{endpoint.path}: no permission; the agent's user must be in group dialout"
            return DeviceError(Cause.REFUSED, detail)
        case errno.EAGAIN | errno.EBUSY:
            return DeviceError(Cause.REFUSED, f"{endpoint.path}: another program has it open")
        case _:
            return DeviceError(Cause.GONE, f"{endpoint.path}: {error}")
