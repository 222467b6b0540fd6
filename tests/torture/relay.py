"""A toxic proxy: TCP between a unit and its broker, with the faults of a real line.

Every field may be changed while connections are up. The relay runs on the event loop of the test.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Line:
    """What the line does to bytes, in both directions.

    Attributes:
        latency_s: Delay of every piece, one way.
        jitter_s: Added at random, up to this.
        slice_bytes: Largest piece; 0 passes them as they come.
        bytes_per_s: Rate; 0 is without limit.
        hole: Take everything, deliver nothing: a half-open connection.
        cuts: Each new connection takes the first and is reset after so many bytes up.
        double: Send every PUBACK and PUBLISH of the broker twice.
        refuse: Close new connections at once.
    """

    latency_s: float = 0.0
    jitter_s: float = 0.0
    slice_bytes: int = 0
    bytes_per_s: int = 0
    hole: bool = False
    cuts: list[int] = field(default_factory=list)
    double: bool = False
    refuse: bool = False


Pair = tuple[asyncio.StreamWriter, asyncio.StreamWriter]
"""The unit's end and the broker's end of a connection."""

TWICE = frozenset({3, 4})
"""PUBLISH and PUBACK."""


class Packets:
    """Cuts a stream of MQTT into whole packets."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        self._rest += data
        whole = []
        while (size := self._size()) is not None and len(self._rest) >= size:
            whole.append(self._rest[:size])
            self._rest = self._rest[size:]
        return whole

    def _size(self) -> int | None:
        length = 0
        for at, byte in enumerate(self._rest[1:5]):
            length |= (byte & 0x7F) << (7 * at)
            if byte < 0x80:  # the last byte of the length
                return length + 2 + at
        return None


@dataclass
class Relay:
    """Listens on a free port and passes on to ``port``."""

    port: int
    line: Line = field(default_factory=Line)
    rng: random.Random = field(default_factory=lambda: random.Random(7))
    connections: int = 0
    passed_up: int = 0

    def __post_init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._pairs: set[Pair] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"mqtt://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def reset(self) -> None:
        """RST on every connection that is up."""
        for pair in list(self._pairs):
            _abort(pair)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._connect(reader, writer)
        except asyncio.CancelledError:
            # Only __aexit__ cancels; asyncio would report a cancelled handler as a mistake.
            writer.transport.abort()
        finally:
            self._tasks.discard(task)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.line.refuse:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, far_writer)
        self._pairs.add(pair)
        cut = self.line.cuts.pop(0) if self.line.cuts else None
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._up(reader, pair, cut))
                group.create_task(self._down(far_reader, pair))
        finally:
            self._pairs.discard(pair)
            _abort(pair)

    async def _up(self, reader: asyncio.StreamReader, pair: Pair, cut: int | None) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := await reader.read(4096):
                for piece in self._pieces(data if cut is None else data[: cut - passed]):
                    await self._send(pair[1], piece)
                    passed += len(piece)
                    self.passed_up += len(piece)
                if cut is not None and passed >= cut:
                    break
        _abort(pair)

    async def _down(self, reader: asyncio.StreamReader, pair: Pair) -> None:
        packets = Packets()
        with contextlib.suppress(OSError):
            while data := await reader.read(4096):
                for packet in packets.feed(data):
                    twice = self.line.double and packet[0] >> 4 in TWICE
                    for piece in self._pieces(packet * 2 if twice else packet):
                        await self._send(pair[0], piece)
        _abort(pair)

    async def _send(self, writer: asyncio.StreamWriter, piece: bytes) -> None:
        while self.line.hole:  # noqa: ASYNC110 - a field of the test's, polled on purpose
            await asyncio.sleep(0.05)  # as on a dead line: what was sent is not lost, it waits
        await self._delay(len(piece))
        writer.write(piece)
        await writer.drain()

    def _pieces(self, data: bytes) -> list[bytes]:
        size = self.line.slice_bytes or len(data)
        return [data[at : at + size] for at in range(0, len(data), size)]

    async def _delay(self, size: int) -> None:
        wait_s = self.line.latency_s + self.rng.uniform(0, self.line.jitter_s)
        if self.line.bytes_per_s:
            wait_s += size / self.line.bytes_per_s
        if wait_s:
            await asyncio.sleep(wait_s)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.reset()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()


def _abort(pair: Pair) -> None:
    for writer in pair:
        if not writer.transport.is_closing():
            writer.transport.abort()


@contextlib.asynccontextmanager
async def relayed(port: int, **line: object) -> AsyncIterator[Relay]:
    """A relay before a broker, with a line as described."""
    async with Relay(port, Line(**line)) as relay:  # type: ignore[arg-type]
        yield relay
