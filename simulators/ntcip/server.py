"""A controller on the network: its SNMP port, its broadcast and the faults between."""

import asyncio
import time
from collections.abc import Callable

from edge_agent.simulators.ntcip.agent import Agent
from edge_agent.simulators.ntcip.asn1 import cut
from edge_agent.simulators.ntcip.broadcast import message
from edge_agent.simulators.ntcip.faults import Faults
from edge_agent.simulators.ntcip.junction import TICK_MS
from edge_agent.simulators.ntcip.mib import Mib
from edge_agent.simulators.ntcip.unit import Unit

Address = tuple[str, int]


def system_utc_ms() -> int:
    """The machine's UTC, ms."""
    return time.time_ns() // 1_000_000


class Server(asyncio.DatagramProtocol):
    """Serves one unit until closed.

    Attributes:
        sent: Broadcast messages sent.
    """

    def __init__(
        self,
        unit: Unit,
        *,
        community: str = "public",
        groups: int = 2,
        faults: Faults | None = None,
        utc_ms: Callable[[], int] = system_utc_ms,
    ) -> None:
        self.unit = unit
        self.mib = Mib(unit, groups)
        self.agent = Agent(self.mib, community.encode())
        self.faults = faults or Faults()
        self.sent = 0
        self._utc_ms = utc_ms
        self._transport: asyncio.DatagramTransport | None = None
        self._broadcast: asyncio.DatagramTransport | None = None
        self._held: list[tuple[bytes, Address]] = []
        self._ticker: asyncio.Task[None] | None = None
        self._sequence = 0

    async def open(
        self, host: str = "127.0.0.1", port: int = 0, tscbm: Address | None = None
    ) -> str:
        """Listen, and broadcast where told; gives the URL."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(host, port)
        )
        if tscbm is not None:
            self._broadcast, _ = await loop.create_datagram_endpoint(
                asyncio.DatagramProtocol, remote_addr=tscbm, local_addr=(host, 0)
            )
        self._ticker = asyncio.create_task(self._tick(), name="ntcip ticks")
        bound = self._transport.get_extra_info("sockname")
        return f"udp://{bound[0]}:{bound[1]}"

    async def close(self) -> None:
        """Stop serving."""
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
        for transport in (self._transport, self._broadcast):
            if transport is not None:
                transport.abort()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.unit.advance(self._utc_ms())
        faults = self.faults
        if not self.unit.view.powered or faults.silent(self.unit):
            return
        self.agent.limit = faults.limit
        reply = self.agent.answer(data)
        if reply is None:
            return
        held, self._held = self._held, []
        if faults.due("late"):
            # Sent behind the answer to the next question: too late, and it must not pass for it.
            self._held.append((reply, addr))
            return
        if faults.due("garbage-before"):
            self._send(faults.rng.randbytes(len(reply)), addr)
        reply = self._spoiled(reply)
        delay = faults.due("delay")
        for _ in range(2 if faults.due("duplicate") else 1):
            if delay is None:
                self._send(reply, addr)
            else:
                asyncio.get_running_loop().call_later(delay.value, self._send, reply, addr)
        for old, where in held:
            self._send(old, where)

    def _spoiled(self, reply: bytes) -> bytes:
        faults, community = self.faults, self.agent.community
        if faults.due("wrong-id"):
            reply = other_id(reply)
        if faults.due("wrong-community"):
            reply = reply.replace(community, bytes(len(community)), 1)
        if faults.due("truncated"):
            reply = reply[: faults.rng.randrange(1, len(reply))]
        if faults.due("garbage"):
            reply = faults.rng.randbytes(len(reply))
        return reply

    def _send(self, data: bytes, addr: Address) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, addr)

    async def _tick(self) -> None:
        while True:
            now = self._utc_ms()
            self.unit.advance(now)
            self._tell()
            await asyncio.sleep((TICK_MS - now % TICK_MS) / 1000)

    def _tell(self) -> None:
        if self._broadcast is None or not self.mib.tscbm_mode or not self.unit.view.powered:
            return
        faults = self.faults
        clock = faults.due("tscbm-clock")
        datagram = message(
            self.unit,
            self.mib,
            self._sequence,
            clock_ms=0 if clock is None else round(clock.value),
            jump=faults.jumps % 2,
        )
        self._sequence += 1
        if faults.due("tscbm-drop"):
            return
        if faults.due("tscbm-garbage"):
            datagram = faults.rng.randbytes(len(datagram))
        for _ in range(2 if faults.due("tscbm-duplicate") else 1):
            self._broadcast.sendto(datagram)
            self.sent += 1


def other_id(reply: bytes) -> bytes:
    """The reply with another request id, otherwise sound."""
    message = cut(reply)
    pdu = cut(message.body, cut(message.body, cut(message.body).end).end)
    number = cut(pdu.body)
    at = reply.index(pdu.body) + number.end - 1
    return reply[:at] + bytes((reply[at] ^ 0x5A,)) + reply[at + 1 :]
