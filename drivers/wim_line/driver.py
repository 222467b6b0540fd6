"""The session with a station that sends lines: take each record once, acknowledge every copy."""

import asyncio
from collections import deque

from edge_agent.clock import stamp
from edge_agent.device.driver import DeviceContext, Driver, Emit
from edge_agent.device.memory import remembered
from edge_agent.device.readings import InventoryReading
from edge_agent.device.stream import Stream, open_stream
from edge_agent.device.weighstation import Desk
from edge_agent.drivers.wim_line.codec import (
    Framer,
    Heartbeat,
    Introduction,
    Weighed,
    acknowledgement,
    message,
)
from edge_agent.drivers.wim_line.ledger import Heard, Ledger
from edge_agent.drivers.wim_line.settings import Settings
from edge_agent.errors import Cause, DeviceError

_PROBE_S = 12.0
"""An introduction comes every 10 s on a serial line."""


class WimLine(Driver):
    """Listens; the only thing that it ever sends is an acknowledgement."""

    def __init__(self, settings: Settings, context: DeviceContext) -> None:
        self._settings = settings
        self._context = context
        self._clock = context.clock
        self._desk = Desk(settings, context)
        self._framer = Framer()
        self._owed: deque[tuple[int, int, int]] = deque()
        self._heard_ns = 0
        self._noise = 0

    async def run(self, emit: Emit) -> None:
        key = f"wim_line:{self._context.id}:{self._settings.url}"
        ledger = await remembered(self._context.ports, key, Ledger)
        stream = await open_stream(self._settings.endpoint, self._settings.timeout_s)
        self._heard_ns = self._clock.mono_ns()
        try:
            while True:
                data = await self._arrivals(stream)
                for body in self._framer.feed(data):
                    self._take(body, ledger, emit)
                self._desk.counts.update(self._framer.counts)
                self._framer.counts.clear()
                await self._pay(stream)
        finally:
            stream.close()

    async def probe(self) -> InventoryReading:
        stream = await open_stream(self._settings.endpoint, self._settings.timeout_s)
        sound = 0
        try:
            async with asyncio.timeout(_PROBE_S):
                while True:
                    for body in self._framer.feed(await stream.read()):
                        sound += 1
                        told = message(body)
                        if isinstance(told, Introduction):
                            return self._inventory(told)
        except TimeoutError:
            raise self._silence(_PROBE_S, sound) from None
        finally:
            stream.close()

    async def _arrivals(self, stream: Stream) -> bytes:
        """What has arrived; empty when an acknowledgement is due first."""
        now_ns = self._clock.mono_ns()
        quiet_s = self._settings.timeout_s - (now_ns - self._heard_ns) / 1e9
        if quiet_s <= 0:
            raise self._silence(self._settings.timeout_s, 0)
        due_s = (self._owed[0][0] - now_ns) / 1e9 if self._owed else quiet_s
        try:
            async with asyncio.timeout(max(0.0, min(quiet_s, due_s))):
                return await stream.read()
        except TimeoutError:
            return b""

    def _take(self, body: bytes, ledger: Ledger, emit: Emit) -> None:
        try:
            told = message(body)
        except DeviceError as error:
            if error.cause is Cause.PROTOCOL:
                raise
            self._desk.counts["senseless"] += 1
            self._context.degraded(error.cause, error.detail)
            return
        self._heard_ns = self._clock.mono_ns()
        self._noise = self._noise_so_far()
        self._context.alive()
        match told:
            case Introduction():
                emit(self._inventory(told))
            case Heartbeat():
                self._heartbeat(told, ledger, emit)
            case Weighed():
                self._weighed(told, ledger, emit)

    def _heartbeat(self, told: Heartbeat, ledger: Ledger, emit: Emit) -> None:
        self._context.degraded(None, "")
        _check_numbers(ledger, told.oldest, told.newest)
        delay_ns = self._settings.delay_ms * 1_000_000
        self._desk.station_clock.look(told.time_ms, self._heard_ns - delay_ns, self._heard_ns)
        self._account(ledger.status(told.boot, told.oldest, told.newest), told.boot, emit)
        self._desk.state(told.states, told.temperature, emit, clock_set=told.clock_set)

    def _weighed(self, told: Weighed, ledger: Ledger, emit: Emit) -> None:
        _check_numbers(ledger, told.oldest, told.sequence)
        heard = ledger.record(told.boot, told.sequence, told.oldest)
        self._account(heard, told.boot, emit)
        if heard.new and told.record is not None:
            self._desk.vehicle(told.record, stamp(self._clock), emit)
        elif heard.new:
            self._desk.counts["senseless"] += 1
            self._desk.lost(1, f"{told.sequence} makes no sense", emit)
        else:
            self._desk.counts["repeated"] += 1
        self._owe(told)

    def _account(self, heard: Heard, boot: int, emit: Emit) -> None:
        if heard.restarted:
            self._owed.clear()  # of another numbering
            self._desk.restarted(boot, emit)
        if heard.lost:
            self._desk.lost(heard.lost, "the station keeps them no longer", emit)

    def _owe(self, told: Weighed) -> None:
        if any((boot, sequence) == (told.boot, told.sequence) for _, boot, sequence in self._owed):
            return
        due_ns = self._clock.mono_ns() + round(self._settings.ack_after_s * 1e9)
        self._owed.append((due_ns, told.boot, told.sequence))

    async def _pay(self, stream: Stream) -> None:
        """Acknowledge what is due, once it is durable."""
        now_ns = self._clock.mono_ns()
        if not self._owed or self._owed[0][0] > now_ns:
            return
        await self._context.durable()
        while self._owed and self._owed[0][0] <= now_ns:
            _, boot, sequence = self._owed.popleft()
            stream.write(acknowledgement(boot, sequence))

    def _inventory(self, told: Introduction) -> InventoryReading:
        return InventoryReading(
            stamp(self._clock),
            maker=told.maker,
            model=told.model,
            serial=told.serial,
            versions={"profile": "1", "firmware": told.firmware},
        )

    def _silence(self, seconds: float, sound: int) -> DeviceError:
        """Why nothing came: silence, or noise."""
        if not sound and self._noise_so_far() > self._noise:
            detail = f"no sound frame for {seconds:g} s, yet bytes arrive; baud, parity, wiring?"
            return DeviceError(Cause.CHECKSUM, detail)
        return DeviceError(Cause.TIMEOUT, f"nothing heard for {seconds:g} s")

    def _noise_so_far(self) -> int:
        counts = self._framer.counts + self._desk.counts
        return counts["bad-checksum"] + counts["stray-bytes"]


def _check_numbers(ledger: Ledger, oldest: int, newest: int) -> None:
    if not ledger.sane(oldest, newest):
        detail = f"the station says that it keeps {oldest}…{newest}"
        raise DeviceError(Cause.PROTOCOL, detail)
