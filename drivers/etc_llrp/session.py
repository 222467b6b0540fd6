"""One connection to an LLRP reader: greeting, questions with their answers, what comes unasked."""

import asyncio
from collections import Counter
from collections.abc import Callable

from edge_agent.clock import Clock
from edge_agent.device.endpoint import TcpEndpoint
from edge_agent.device.stream import Stream, open_stream
from edge_agent.drivers.etc_llrp import codec, wire
from edge_agent.drivers.etc_llrp.codec import Notice, Status
from edge_agent.drivers.etc_llrp.numbers import Type
from edge_agent.drivers.etc_llrp.wire import Framer, Message, WireError
from edge_agent.errors import Cause, DeviceError

Unasked = Callable[[Message, int], None]
"""Takes a message that answers no question, and the monotonic ns of its arrival."""

_OURS, _READERS_OWN = 2, 1
_REFUSALS = {
    _READERS_OWN: "the reader has called a client of its own; it takes one at a time",
    _OURS: "another client is connected; a reader takes one at a time",
}


class RefusedError(DeviceError):
    """The reader answered a request with an error."""

    def __init__(self, what: Type, status: Status) -> None:
        super().__init__(Cause.PROTOCOL, f"{what.name}: {status}")
        self.status = status


class Session:
    """An open connection that the reader has accepted."""

    def __init__(self, stream: Stream, clock: Clock, timeout_s: float, unasked: Unasked) -> None:
        self._stream = stream
        self._clock = clock
        self._timeout_s = timeout_s
        self._unasked = unasked
        self._framer = Framer()
        self._number = 0
        self._awaited = 0
        self._answers: list[Message] = []
        self.version = 1
        self.counts: Counter[str] = Counter()

    @classmethod
    async def open(
        cls, endpoint: TcpEndpoint, clock: Clock, timeout_s: float, unasked: Unasked
    ) -> "Session":
        """Connect and hear the reader's welcome.

        Raises:
            DeviceError: REFUSED when somebody else is connected, otherwise as it fails.
        """
        stream = await open_stream(endpoint, timeout_s)
        session = cls(stream, clock, timeout_s, unasked)
        try:
            await session._welcome(endpoint)
        except BaseException:
            stream.close()
            raise
        return session

    async def ask(self, what: Type, body: bytes, *, version: int | None = None) -> Message:
        """Send a request and wait for its answer; what comes between is handed on.

        Raises:
            RefusedError: The reader answered with an error.
            DeviceError: TIMEOUT, GONE, PARSE, PROTOCOL.
        """
        self._number += 1
        self._awaited = self._number
        self.tell(what, body, self._number, version)
        deadline = self._deadline()
        while not self._answers:
            await self._read(deadline, f"no answer to {what.name}")
        answer = self._answers.pop()
        status = self._status(answer)
        if answer.type != Type.ERROR_MESSAGE and answer.type != _answer_of(what):
            raise DeviceError(Cause.PROTOCOL, f"{what.name} answered by message {answer.type}")
        if status.code or answer.type == Type.ERROR_MESSAGE:
            raise RefusedError(what, status)
        return answer

    def tell(
        self, what: Type, body: bytes = b"", number: int = 0, version: int | None = None
    ) -> None:
        """Send without waiting; raises DeviceError(GONE) when the connection is lost."""
        message = Message(what, number, body, version or self.version)
        self._stream.write(wire.encode(message))

    async def listen(self, seconds: float) -> bool:
        """Wait for what comes unasked; False when nothing came in this time."""
        try:
            async with asyncio.timeout(seconds):
                data = await self._stream.read()
        except TimeoutError:
            return False
        self._take(data)
        return True

    def close(self) -> None:
        """End the connection."""
        self._stream.close()

    async def _welcome(self, endpoint: TcpEndpoint) -> None:
        heard: list[Notice] = []

        def unasked(message: Message, arrived_ns: int) -> None:
            if message.type == Type.READER_EVENT_NOTIFICATION and not heard:
                told = codec.notice(message.body)
                if told.attempt is not None:
                    heard.append(told)
            later(message, arrived_ns)

        later, self._unasked = self._unasked, unasked
        deadline = self._deadline()
        try:
            while not heard:
                await self._read(deadline, f"{endpoint}: connected, but no LLRP welcome")
        except WireError as error:
            raise DeviceError(Cause.PARSE, f"{endpoint}: no LLRP: {error}") from None
        self._unasked = later
        attempt = heard[0].attempt
        if attempt:
            detail = _REFUSALS.get(attempt, f"the reader refuses the connection ({attempt})")
            raise DeviceError(Cause.REFUSED, f"{endpoint}: {detail}")

    async def _read(self, deadline: float, complaint: str) -> None:
        try:
            async with asyncio.timeout_at(deadline):
                data = await self._stream.read()
        except TimeoutError:
            detail = f"{complaint} within {self._timeout_s:g} s"
            raise DeviceError(Cause.TIMEOUT, detail) from None
        self._take(data)

    def _take(self, data: bytes) -> None:
        arrived_ns = self._clock.mono_ns()
        try:
            for message in self._framer.feed(data):
                self.counts["messages"] += 1
                if self._awaited and message.id == self._awaited and _is_answer(message):
                    self._awaited = 0
                    self._answers.append(message)
                elif message.type == Type.KEEPALIVE:
                    self.tell(Type.KEEPALIVE_ACK, number=message.id)
                elif _is_answer(message):
                    self.counts["stray-answers"] += 1
                else:
                    self._unasked(message, arrived_ns)
        except WireError as error:
            raise DeviceError(Cause.PARSE, str(error)) from None

    def _status(self, answer: Message) -> Status:
        body = answer.body
        if answer.type == Type.GET_SUPPORTED_VERSION_RESPONSE:
            body = body[2:]
        try:
            return codec.status(body)
        except WireError as error:
            raise DeviceError(Cause.PARSE, f"message {answer.type}: {error}") from None

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._timeout_s


def _is_answer(message: Message) -> bool:
    """Whether it could answer a question: what readers say unasked cannot."""
    return message.type not in (
        Type.RO_ACCESS_REPORT,
        Type.KEEPALIVE,
        Type.READER_EVENT_NOTIFICATION,
    )


def _answer_of(what: Type) -> int:
    """Type of the message that answers a request."""
    return Type.CLOSE_CONNECTION_RESPONSE if what is Type.CLOSE_CONNECTION else what + 10
