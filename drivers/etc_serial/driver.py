"""The session with a serial module: stop, ask, set up, stream, make passes of reads."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from edge_agent.clock import stamp
from edge_agent.device.driver import DeviceContext, Driver, Emit
from edge_agent.device.readings import ConditionReading, FiguresReading, InventoryReading
from edge_agent.device.stream import Stream, open_stream
from edge_agent.device.tagwindow import TagRead, TagWindow, reading
from edge_agent.drivers.etc_serial import codec
from edge_agent.drivers.etc_serial.codec import CodecError, Op
from edge_agent.drivers.etc_serial.frames import Frame, Framer, request
from edge_agent.drivers.etc_serial.settings import Settings
from edge_agent.errors import Cause, DeviceError

_S = 1_000_000_000
_FIGURES_NS = 60 * _S
_SILENCE_S = 0.1
"""A frame that stays incomplete this long was never one."""

_CYCLE_NS = 1_500_000_000
_LATE_MS = 20
"""Spread of a read: the module counts from a moment that we only see arrive."""

_UNTIMED_MS = 1000
_MOST_FRAMES = 4096
_TROUBLES = {
    codec.TOO_HOT: ("too-hot", "too hot to transmit", "look at sun, ventilation and power"),
    codec.RETURN_LOSS: ("antenna", "an antenna reflects too much", "look at antenna and cable"),
    codec.NO_ANTENNA: ("antenna", "no antenna is connected", "look at antenna and cable"),
}


class EtcSerial(Driver):
    """Reads one module."""

    def __init__(self, settings: Settings, context: DeviceContext) -> None:
        self._settings = settings
        self._context = context
        self._clock = context.clock
        self._window = TagWindow(settings.window_ms, settings.max_ms)
        self._framer = Framer(codec.OPCODES)
        self._frames: deque[tuple[Frame, int]] = deque(maxlen=_MOST_FRAMES)
        self._counts: Counter[str] = Counter()
        self._cycle_ns: int | None = None
        self._troubles: dict[str, bool] = {}

    async def run(self, emit: Emit) -> None:
        try:
            async with self._opened() as stream:
                # An earlier run may have left it streaming.
                await self._ask(stream, Op.STREAM, codec.stop())
                emit(await self._inventory(stream))
                await self._set_up(stream)
                await self._listen(stream, emit)
        finally:
            for pass_ in self._window.flush():
                emit(reading(pass_, self._clock))

    async def probe(self) -> InventoryReading:
        """Asks for the version; a module that streams goes on."""
        async with self._opened() as stream:
            return await self._inventory(stream)

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Stream]:
        stream = await open_stream(self._settings.endpoint, self._settings.timeout_s)
        try:
            yield stream
        finally:
            stream.close()

    async def _inventory(self, stream: Stream) -> InventoryReading:
        status, data = await self._ask(stream, Op.VERSION)
        try:
            told = codec.version(data)
        except CodecError as error:
            raise DeviceError(Cause.PARSE, str(error)) from None
        if status or not told.gen2:
            raise DeviceError(Cause.PROTOCOL, "the module does not speak Gen2")
        return InventoryReading(
            stamp(self._clock),
            model=f"hardware {told.hardware}",
            versions={
                "firmware": told.firmware,
                "firmware-date": told.date,
                "bootloader": told.bootloader,
            },
        )

    async def _set_up(self, stream: Stream) -> None:
        settings = self._settings
        wanted = [(Op.PROTOCOL, codec.gen2()), (Op.ANTENNAS, codec.antennas(settings.antennas))]
        if settings.region is not None:
            wanted.insert(0, (Op.REGION, bytes((settings.region,))))
        if settings.power_dbm is not None:
            wanted.append((Op.POWER, codec.power(round(100 * settings.power_dbm))))
        first, _ = await self._ask(stream, *wanted[0])
        if first == codec.BAD_OPCODE:
            # Its boot loader runs and knows little more than how to start the rest.
            self._counts["boots"] += 1
            await self._must(stream, Op.BOOT, b"")
        for op, data in wanted:
            await self._must(stream, op, data)
        await self._must(stream, Op.STREAM, codec.start())
        self._cycle_ns = self._clock.mono_ns()

    async def _listen(self, stream: Stream, emit: Emit) -> None:
        patience_ns = round(_CYCLE_NS + self._settings.timeout_s * _S)
        heard_ns = figures_ns = self._clock.mono_ns()
        while True:
            now_ns = self._clock.mono_ns()
            if now_ns >= figures_ns:
                figures_ns = now_ns + _FIGURES_NS
                emit(FiguresReading(stamp(self._clock), self._figures()))
            due_ns = min(figures_ns, heard_ns + patience_ns, self._window.next_ns() or figures_ns)
            await self._read(stream, (due_ns - now_ns) / _S)
            while self._frames:
                heard_ns = now_ns = self._clock.mono_ns()
                self._context.alive()
                self._take(*self._frames.popleft(), emit)
            if self._clock.mono_ns() >= heard_ns + patience_ns:
                detail = f"nothing from the module in {patience_ns / _S:g} s"
                raise DeviceError(self._why_nothing(), detail)
            for pass_ in self._window.due(self._clock.mono_ns()):
                emit(reading(pass_, self._clock))

    def _why_nothing(self) -> Cause:
        return Cause.CHECKSUM if self._framer.counts["noise-bytes"] else Cause.TIMEOUT

    def _take(self, frame: Frame, arrived_ns: int, emit: Emit) -> None:
        if frame.opcode != Op.TAG:
            self._counts["frames-unasked"] += 1
            return
        if frame.status == codec.OK:
            self._tag(frame.data, arrived_ns, emit)
            return
        self._cycle_ns = arrived_ns
        if frame.status != codec.NO_TAGS and frame.status not in _TROUBLES:
            detail = codec.STATUS.get(frame.status, "the module stopped")
            raise DeviceError(Cause.PROTOCOL, f"{detail} (status {frame.status:04X})")
        for status, (code, text, do) in _TROUBLES.items():
            active = frame.status == status
            if active or not any(frame.status == s for s, t in _TROUBLES.items() if t[0] == code):
                self._tell_trouble(code, text, do, active, emit)

    def _tell_trouble(self, code: str, text: str, do: str, active: bool, emit: Emit) -> None:
        if self._troubles.get(code) != active:
            self._troubles[code] = active
            emit(ConditionReading(stamp(self._clock), code, active, "critical", text, do))

    def _tag(self, data: bytes, arrived_ns: int, emit: Emit) -> None:
        try:
            tag = codec.tag(data)
        except CodecError:
            self._counts["frames-unreadable"] += 1
            return
        antennas = self._settings.antennas
        antenna = tag.antenna or (antennas[0] if len(antennas) == 1 else None)
        if antenna is None:
            self._counts["tags-without-antenna"] += 1
            return
        self._counts["reports"] += 1
        at_ns, spread_ms = self._moment(tag.cycle_ms, arrived_ns)
        read = TagRead(antenna, tag.epc, at_ns, at_ns, tag.reads, tag.rssi, spread_ms)
        for pass_ in self._window.see(read, arrived_ns):
            emit(reading(pass_, self._clock))

    def _moment(self, cycle_ms: int | None, arrived_ns: int) -> tuple[int, int]:
        """Monotonic time of a read, and its spread."""
        if cycle_ms is None or self._cycle_ns is None:
            return arrived_ns, _UNTIMED_MS
        at_ns = self._cycle_ns + cycle_ms * 1_000_000
        if arrived_ns - _CYCLE_NS <= at_ns <= arrived_ns + _LATE_MS * 1_000_000:
            return min(at_ns, arrived_ns), _LATE_MS
        # The end of a cycle was lost, or this module counts from elsewhere.
        self._counts["tags-untimed"] += 1
        return arrived_ns, _UNTIMED_MS

    async def _must(self, stream: Stream, op: Op, data: bytes) -> None:
        status, _ = await self._ask(stream, op, data)
        if status:
            told = codec.STATUS.get(status, "refused")
            raise DeviceError(Cause.PROTOCOL, f"{op.name}: {told} (status {status:04X})")

    async def _ask(self, stream: Stream, op: Op, data: bytes = b"") -> tuple[int, bytes]:
        """Status and data of the answer; frames that stream meanwhile are dropped."""
        stream.write(request(op, data))
        deadline = asyncio.get_running_loop().time() + self._settings.timeout_s
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            await self._read(stream, left)
            while self._frames:
                frame, _ = self._frames.popleft()
                if frame.opcode == op:
                    return frame.status, frame.data
        noisy = self._framer.counts["noise-bytes"] > 0
        cause = Cause.CHECKSUM if noisy else Cause.TIMEOUT
        hint = "; what arrives is no frame: baud rate?" if noisy else ""
        raise DeviceError(cause, f"{op.name}: no answer in {self._settings.timeout_s:g} s{hint}")

    async def _read(self, stream: Stream, seconds: float) -> None:
        """Wait for bytes; silence within a frame ends it."""
        if self._framer.waiting:
            seconds = min(seconds, _SILENCE_S)
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                found = self._framer.feed(await stream.read())
        except TimeoutError:
            found = self._framer.idle()
        arrived_ns = self._clock.mono_ns()
        self._frames += [(frame, arrived_ns) for frame in found]

    def _figures(self) -> dict[str, int]:
        return {
            **self._counts,
            **self._framer.counts,
            "passes-open": len(self._window),
            "passes-early": self._window.early,
        }
