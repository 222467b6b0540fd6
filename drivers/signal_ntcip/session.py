"""Asks one controller over UDP, one question in flight: ids matched, retries within a deadline."""

import asyncio
import errno
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from edge_agent.clock import Clock
from edge_agent.drivers.signal_ntcip.ber import BerError
from edge_agent.drivers.signal_ntcip.snmp import (
    FIRST_ID,
    LAST_ID,
    ErrorStatus,
    Missing,
    Question,
    Reply,
    Value,
    Version,
    decode_reply,
)
from edge_agent.errors import Cause, DeviceError


class TooBig(DeviceError):  # noqa: N818 - named after the error-status
    """The agent cannot put that many values into one reply."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Values by name; the agent read them between the two moments (monotonic ns)."""

    values: dict[bytes, Value]
    asked_ns: int
    answered_ns: int


class SnmpSession:
    """A connected UDP socket to one agent. Use as an async context manager.

    Attributes:
        figures: Counts since the start: asked, answered, retried, late, duplicate, damaged,
            foreign, refused.
    """

    def __init__(
        self,
        host: str,
        port: int,
        version: Version,
        community: bytes,
        clock: Clock,
        timeout_s: float,
        retries: int,
    ) -> None:
        self.figures: Counter[str] = Counter()
        self._where = f"udp://{host}:{port}"
        self._address = (host, port)
        self._version = version
        self._community = community
        self._clock = clock
        self._timeout_s = timeout_s
        self._retries = retries
        self._id = random.randint(FIRST_ID, LAST_ID)  # noqa: S311 - differs after a restart
        self._last = 0
        self._waiting: asyncio.Future[tuple[Reply, int]] | None = None
        self._absent: set[bytes] = set()
        self._too_big: set[tuple[tuple[bytes, ...], ...]] = set()
        self._questions: dict[tuple[bytes, ...], Question] = {}
        self._transport: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: _Ear(self), remote_addr=self._address
            )
        except OSError as error:
            detail = f"{self._where}: {error.strerror or error}"
            raise DeviceError(Cause.GONE, detail) from None
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def get(self, names: Sequence[bytes]) -> Answer:
        """Values of these names, all from one reply.

        A name that the agent does not know comes back as ``Missing.ABSENT``. A v1 agent refuses
        the whole question for it: it is asked again without, and not asked for it any more.

        Raises:
            TooBig: They do not fit into one reply.
            DeviceError: TIMEOUT, REFUSED, PARSE, PROTOCOL or GONE.
        """
        while True:
            asked = tuple(name for name in names if name not in self._absent)
            if not asked:
                now = self._clock.mono_ns()
                return Answer(dict.fromkeys(names, Missing.ABSENT), now, now)
            reply, asked_ns, answered_ns = await self._ask(asked)
            if reply.error == ErrorStatus.NO_SUCH_NAME and 0 < reply.index <= len(asked):
                self._absent.add(asked[reply.index - 1])
                continue
            self._check(reply, asked)
            values = dict.fromkeys(names, Missing.ABSENT) | dict(reply.values)
            return Answer(values, asked_ns, answered_ns)

    async def get_together(self, bundles: Sequence[tuple[bytes, ...]]) -> Answer:
        """Values of all bundles from one reply, or from one each where the agent cannot do that.

        Values of one bundle never come from different replies.
        """
        key = tuple(bundles)
        if key not in self._too_big:
            try:
                return await self.get([name for bundle in key for name in bundle])
            except TooBig:
                if len(key) == 1:
                    raise
                self._too_big.add(key)
        answers = [await self.get(bundle) for bundle in key]
        values = {name: value for answer in answers for name, value in answer.values.items()}
        return Answer(values, answers[0].asked_ns, answers[-1].answered_ns)

    @property
    def peer(self) -> str:
        """Address of the agent, resolved."""
        if self._transport is None:
            raise DeviceError(Cause.GONE, f"{self._where}: not open")
        host: str = self._transport.get_extra_info("peername")[0]
        return host

    def forget_absent(self) -> None:
        """Ask for everything again: the agent has restarted and may know more now."""
        self._absent.clear()

    def heard(self, datagram: bytes) -> None:
        """Take a datagram from the socket."""
        now = self._clock.mono_ns()
        try:
            reply = decode_reply(datagram, self._version, self._community)
        except BerError:
            self.figures["damaged"] += 1
            return
        if reply is None:
            self.figures["foreign"] += 1
        elif reply.request == self._id and self._waiting is not None and not self._waiting.done():
            self._last = reply.request
            self._waiting.set_result((reply, now))
        elif reply.request == self._last:
            self.figures["duplicate"] += 1
        else:
            self.figures["late"] += 1

    def failed(self, error: Exception) -> None:
        """Take an error from the socket: an ICMP message that says that nobody listens."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)

    async def _ask(self, names: tuple[bytes, ...]) -> tuple[Reply, int, int]:
        question = self._questions.get(names)
        if question is None:
            question = Question(self._version, self._community, names)
            self._questions[names] = question
        damaged = self.figures["damaged"]
        refused = False
        for turn in range(self._retries + 1):
            self.figures["retried" if turn else "asked"] += 1
            asked_ns = self._clock.mono_ns()
            try:
                reply, answered_ns = await self._once(question)
            except TimeoutError:
                continue
            except OSError as error:
                if error.errno != errno.ECONNREFUSED:
                    raise DeviceError(Cause.GONE, f"{self._where}: {error.strerror}") from None
                refused = True
                self.figures["refused"] += 1
                continue
            self.figures["answered"] += 1
            return reply, asked_ns, answered_ns
        raise self._silence(damaged=self.figures["damaged"] > damaged, refused=refused)

    async def _once(self, question: Question) -> tuple[Reply, int]:
        if self._transport is None or self._transport.is_closing():
            raise DeviceError(Cause.GONE, f"{self._where}: the socket was closed")
        # A new id each time: a late answer to an earlier try must not pass for a fresh one.
        self._id = FIRST_ID if self._id >= LAST_ID else self._id + 1
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._timeout_s):
                self._transport.sendto(question.encode(self._id))
                return await self._waiting
        finally:
            self._waiting.cancel()

    def _silence(self, *, damaged: bool, refused: bool) -> DeviceError:
        tries = f"{self._retries + 1} × {self._timeout_s:g} s"
        if refused:
            return DeviceError(Cause.REFUSED, f"{self._where}: nobody listens on this port")
        if damaged:
            return DeviceError(Cause.PARSE, f"{self._where}: only damaged replies in {tries}")
        hint = "an agent also stays silent when the community is wrong"
        return DeviceError(Cause.TIMEOUT, f"{self._where}: no answer in {tries}; {hint}")

    def _check(self, reply: Reply, asked: tuple[bytes, ...]) -> None:
        if reply.error == ErrorStatus.TOO_BIG:
            detail = f"{self._where}: {len(asked)} objects do not fit into one reply"
            raise TooBig(Cause.PROTOCOL, detail)
        if reply.error:
            detail = f"{self._where}: error-status {reply.error} about object {reply.index}"
            raise DeviceError(Cause.REFUSED, detail)
        if tuple(name for name, _ in reply.values) != asked:
            detail = f"{self._where}: the reply holds other objects than were asked for"
            raise DeviceError(Cause.PROTOCOL, detail)


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, session: SnmpSession) -> None:
        self._session = session

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002 - asyncio's
        self._session.heard(data)

    def error_received(self, exc: Exception) -> None:
        self._session.failed(exc)
