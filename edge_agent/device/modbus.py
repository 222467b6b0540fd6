"""One Modbus bus: one connection, one request in flight, many devices behind it.

What holds:

- A reply is used only when it is exactly the answer to the request (``modbus_frames``). Late TCP
  replies are told by their number. RTU replies have none: after an unanswered request the next one
  to that unit is first asked in another shape, so that a late reply cannot pass for it.
- Requests are served in the order in which they were made. A unit that is silent twice in a row,
  or was never heard, rests for 40 times the time that it cost, and longer the more units are
  silent, so that all dead units together cost the others less than a tenth of their polls. Alone
  on its bus, a unit never rests.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from edge_agent.clock import Clock
from edge_agent.device.endpoint import Endpoint, SerialEndpoint
from edge_agent.device.modbus_frames import (
    Identify,
    Read,
    Request,
    TcpReply,
    check_exception,
    cut_tcp_reply,
    find_rtu_reply,
    rtu_frame,
    tcp_frame,
    without_echo,
)
from edge_agent.device.modbus_unit import Unit, shape
from edge_agent.device.ports import PortBook
from edge_agent.device.stream import Stream, open_stream
from edge_agent.errors import Cause, DeviceError

_UNANSWERED_BEFORE_RECONNECT = 3
_MOST_IDENTIFY_STEPS = 16
_RTU_KEEP = 1024
_RTU_QUIET_S = 0.05
_RTU_GAP_CHARS = 3.5
_RTU_LEAST_GAP_S = 0.00175


@dataclass(frozen=True, slots=True)
class Pace:
    """How gently a device wants to be asked.

    Attributes:
        timeout_s: Deadline of one request, of connecting too.
        pause_s: Silence on the bus before each request.
        connect_pause_s: Silence after connecting.
    """

    timeout_s: float = 1.0
    pause_s: float = 0.0
    connect_pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Values of a block; the device read them between the two moments (monotonic ns)."""

    values: tuple[int, ...]
    asked_ns: int
    answered_ns: int


@asynccontextmanager
async def bus(ports: PortBook, endpoint: Endpoint, clock: Clock) -> AsyncIterator["ModbusBus"]:
    """The shared bus of this endpoint, for as long as the block runs.

    Raises:
        DeviceError: REFUSED when another device uses the port with other line settings.
    """

    async def make() -> ModbusBus:
        return ModbusBus(endpoint, clock)

    key = endpoint.key  # once: an unplugged port has another one
    shared = await ports.take(key, make)
    try:
        if isinstance(endpoint, SerialEndpoint) and str(shared.endpoint) != str(endpoint):
            detail = f"{endpoint}: another device has it open as {shared.endpoint}"
            raise DeviceError(Cause.REFUSED, detail)
        yield shared
    finally:
        await ports.give(key)


class ModbusBus:
    """Read-only master of one TCP endpoint or one RTU line."""

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self.endpoint = endpoint
        self.figures: Counter[str] = Counter()
        """Counts since the start: asked, answered, late, connects, and failures by cause."""
        self._clock = clock
        self._rtu = isinstance(endpoint, SerialEndpoint)
        self._gap_s = _gap_s(endpoint)
        self._lock = asyncio.Lock()
        self._units: dict[int, Unit] = {}
        self._stream: Stream | None = None
        self._buffer = bytearray()
        self._transaction = 0
        self._unanswered = 0
        self._free_ns = 0
        self._closed = False

    async def read(self, unit: int, request: Read, pace: Pace) -> Answer:
        """Read one block.

        Raises:
            DeviceError: TIMEOUT, CHECKSUM, REFUSED (exception reply), PROTOCOL or GONE.
        """
        reply, asked_ns, answered_ns = await self._ask(unit, request, pace)
        return Answer(request.parse(reply), asked_ns, answered_ns)

    async def identify(self, unit: int, pace: Pace) -> dict[int, str]:
        """Identification objects by number (0 maker, 1 product code, 2 revision, 5 model name).

        Raises:
            DeviceError: As ``read``; REFUSED from the many devices that do not offer it.
        """
        objects: dict[int, str] = {}
        request: Identify | None = Identify(level=2)
        for _ in range(_MOST_IDENTIFY_STEPS):
            if request is None:
                break
            reply, _, _ = await self._ask(unit, request, pace)
            identity = request.parse(reply)
            objects |= identity.objects
            request = None if identity.following is None else Identify(2, identity.following)
        return objects

    async def close(self) -> None:
        self._closed = True
        self._drop()

    async def _ask(self, number: int, request: Request, pace: Pace) -> tuple[bytes, int, int]:
        unit = self._units.setdefault(number, Unit(number))
        unit.refuse_while_resting(self._clock.mono_ns())
        async with self._lock:
            began_ns = self._clock.mono_ns()
            try:
                stream = await self._connected(pace)
                await self._wait_for_gap(pace)
                if unit.owed and isinstance(request, Read):
                    await self._settle(stream, unit, request, pace)
                asked_ns = self._clock.mono_ns()
                self.figures["asked"] += 1
                reply = await self._exchange(stream, unit, request, pace)
                answered_ns = self._clock.mono_ns()
                check_exception(request, reply)
            except DeviceError as error:
                self.figures[error.cause.value] += 1
                self._failed(unit, error, began_ns)
                raise
            finally:
                self._free_ns = self._clock.mono_ns()
        self.figures["answered"] += 1
        unit.answered()
        return reply, asked_ns, answered_ns

    def _failed(self, unit: Unit, error: DeviceError, began_ns: int) -> None:
        if self._stream is None:
            return  # nobody was asked
        if error.cause is Cause.GONE:
            self._drop()
            return
        if error.cause is Cause.REFUSED:
            unit.answered()  # an exception reply is a sign of life and costs no time
            return
        others = [other for other in self._units.values() if other is not unit]
        unit.failed(error.cause, began_ns, self._clock.mono_ns(), others)
        if self._unanswered >= _UNANSWERED_BEFORE_RECONNECT and not self._rtu:
            self._drop()  # a half-open connection never tells

    async def _connected(self, pace: Pace) -> Stream:
        if self._closed:
            raise DeviceError(Cause.GONE, f"{self.endpoint}: no longer in use")
        if self._stream is None:
            self._stream = await open_stream(self.endpoint, pace.timeout_s)
            self.figures["connects"] += 1
            self._buffer.clear()
            self._unanswered = 0
            if pace.connect_pause_s:
                await asyncio.sleep(pace.connect_pause_s)
        return self._stream

    async def _wait_for_gap(self, pace: Pace) -> None:
        gap_s = max(self._gap_s, pace.pause_s)
        left_s = gap_s - (self._clock.mono_ns() - self._free_ns) / 1e9
        if gap_s and left_s > 0:
            await asyncio.sleep(left_s)

    async def _settle(self, stream: Stream, unit: Unit, request: Read, pace: Pace) -> None:
        """Make sure that no reply to an earlier request can pass for the next one."""
        other = unit.other_shape(request)
        if other is None:
            await asyncio.sleep(pace.timeout_s)  # too small to be asked otherwise: let it arrive
        else:
            await self._exchange(stream, unit, other, pace)
        unit.owed.clear()

    async def _exchange(self, stream: Stream, unit: Unit, request: Request, pace: Pace) -> bytes:
        if not self._rtu:
            return await self._exchange_tcp(stream, unit.number, request, pace)
        # Noted before sending: a cancelled driver leaves a reply on its way as well.
        earlier = set(unit.owed)
        if isinstance(request, Read):
            unit.owed.add(shape(request))
        reply = await self._exchange_rtu(stream, unit.number, request, pace)
        unit.owed = earlier
        return reply

    async def _exchange_tcp(
        self, stream: Stream, number: int, request: Request, pace: Pace
    ) -> bytes:
        self._transaction = self._transaction % 0xFFFF + 1
        stream.write(tcp_frame(self._transaction, number, request.pdu()))
        try:
            async with asyncio.timeout(pace.timeout_s):
                while True:
                    reply = self._next_tcp_reply()
                    if reply is not None:
                        break
                    self._buffer += await stream.read()
        except TimeoutError:
            self._unanswered += 1
            raise _no_answer(number, pace) from None
        self._unanswered = 0
        if reply.unit != number:
            raise DeviceError(Cause.PROTOCOL, f"unit {reply.unit} answered for unit {number}")
        return reply.pdu

    def _next_tcp_reply(self) -> TcpReply | None:
        while (reply := self._cut()) is not None:
            del self._buffer[: reply.size]
            if reply.transaction == self._transaction:
                return reply
            self.figures["late"] += 1
        return None

    def _cut(self) -> TcpReply | None:
        try:
            return cut_tcp_reply(self._buffer)
        except DeviceError:
            self._drop()  # a stream that lost its frames never finds them again
            raise

    async def _exchange_rtu(
        self, stream: Stream, number: int, request: Request, pace: Pace
    ) -> bytes:
        frame = rtu_frame(number, request.pdu())
        self.figures["stray-bytes"] += stream.discard()
        stream.write(frame)
        received = b""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + pace.timeout_s
        try:
            while True:
                # Enough bytes but no answer in them: damaged; more than a pause will not mend it.
                body = without_echo(received, frame)
                whole = len(body) >= request.reply_length(body[1:]) + 3
                due = min(deadline, loop.time() + _RTU_QUIET_S) if whole else deadline
                async with asyncio.timeout_at(due):
                    received = (received + await stream.read())[-_RTU_KEEP:]
                reply = find_rtu_reply(without_echo(received, frame), number, request)
                if reply is not None:
                    return reply
        except TimeoutError:
            raise _diagnosis(without_echo(received, frame), number, request, pace) from None

    def _drop(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        for unit in self._units.values():
            unit.owed.clear()


def _gap_s(endpoint: Endpoint) -> float:
    if not isinstance(endpoint, SerialEndpoint):
        return 0.0
    char_s = (2 + endpoint.bits + endpoint.stop) / endpoint.baud
    return max(_RTU_LEAST_GAP_S, _RTU_GAP_CHARS * char_s)


def _no_answer(number: int, pace: Pace) -> DeviceError:
    return DeviceError(Cause.TIMEOUT, f"unit {number}: no answer within {pace.timeout_s:g} s")


def _diagnosis(received: bytes, number: int, request: Request, pace: Pace) -> DeviceError:
    if not received:
        return _no_answer(number, pace)
    if received[0] != number and find_rtu_reply(received, received[0], request) is not None:
        return DeviceError(Cause.PROTOCOL, f"unit {received[0]} answered for unit {number}")
    detail = f"unit {number}: {len(received)} bytes without a sound frame; baud, parity, wiring?"
    return DeviceError(Cause.CHECKSUM, detail)
