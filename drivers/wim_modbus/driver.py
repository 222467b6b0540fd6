"""The session with a station on Modbus: look at the newest sequence, fetch what is new."""

from edge_agent.clock import Stamp
from edge_agent.device.driver import DeviceContext, Driver, Emit
from edge_agent.device.memory import remembered
from edge_agent.device.modbus import Answer, ModbusBus, bus
from edge_agent.device.modbus_frames import MAX_REGISTERS, Read
from edge_agent.device.readings import InventoryReading
from edge_agent.device.weighstation import Desk
from edge_agent.drivers.wim_modbus import codec
from edge_agent.drivers.wim_modbus.cursor import Cursor
from edge_agent.drivers.wim_modbus.settings import Settings
from edge_agent.errors import Cause, DeviceError

_PATIENCE = 3
"""Polls that may fail in a row before the device is given up as down."""

_TRIES = 5
"""Times that a slot is read again because the station was writing it."""

_PER_READ = MAX_REGISTERS // codec.SLOT_LENGTH
_MAKER, _PRODUCT, _REVISION, _PRODUCT_NAME, _MODEL = 0, 1, 2, 4, 5


class WimModbus(Driver):
    """Reads a ring of vehicles; it contains no code that writes to a station."""

    def __init__(self, settings: Settings, context: DeviceContext) -> None:
        self._settings = settings
        self._context = context
        self._clock = context.clock
        self._desk = Desk(settings, context)
        self._asked_ns: int | None = None

    async def run(self, emit: Emit) -> None:
        key = f"wim_modbus:{self._context.id}:{self._settings.url}"
        cursor = await remembered(self._context.ports, key, Cursor)
        async with bus(self._context.ports, self._settings.endpoint, self._clock) as line:
            interval_ns = round(1e9 / self._settings.poll_hz)
            due_ns, failures, introduced = self._clock.mono_ns(), 0, False
            while True:
                try:
                    header = await self._poll(line, cursor, emit)
                    if not introduced:
                        introduced = True
                        emit(await self._inventory(line, header))
                    failures = 0
                    self._context.degraded(None, "")
                except DeviceError as error:
                    failures += 1
                    self._desk.counts[f"failed-{error.cause}"] += 1
                    self._context.degraded(error.cause, error.detail)
                    if failures >= _PATIENCE or error.cause is Cause.GONE:
                        raise
                due_ns = await self._until(due_ns + interval_ns, interval_ns)

    async def probe(self) -> InventoryReading:
        async with bus(self._context.ports, self._settings.endpoint, self._clock) as line:
            answer = await self._read(line, codec.HEADER)
            return await self._inventory(line, codec.header(answer.values))

    async def _poll(self, line: ModbusBus, cursor: Cursor, emit: Emit) -> codec.Header:
        answer = await self._read(line, codec.HEADER)
        header = codec.header(answer.values)
        self._context.alive()
        self._desk.counts["polls"] += 1
        self._desk.station_clock.look(header.time_ms, answer.asked_ns, answer.answered_ns)
        due = cursor.due(header)
        if due.restarted:
            self._desk.restarted(header.boot, emit)
        if due.lost:
            self._lost(due.lost, emit)
            cursor.done(due.lost[-1])
        await self._fetch(line, header, due.sequences, cursor, emit)
        self._desk.state(header.states, header.temperature, emit, clock_set=header.clock_set)
        self._asked_ns = answer.asked_ns
        return header

    async def _fetch(
        self, line: ModbusBus, header: codec.Header, wanted: range, cursor: Cursor, emit: Emit
    ) -> None:
        at = wanted.start
        while at < wanted.stop:
            first = header.slot(at)
            # Neighbours in the ring share a request, up to its end and the protocol's most.
            room = header.slots - (at - 1) % header.slots
            count = min(_PER_READ, room, wanted.stop - at)
            block = Read(first.table, first.address, count * codec.SLOT_LENGTH)
            answer = await self._read(line, block)
            for index in range(count):
                words = answer.values[index * codec.SLOT_LENGTH : (index + 1) * codec.SLOT_LENGTH]
                await self._take(line, header, at + index, words, emit)
                cursor.done(at + index)
            at += count

    async def _take(
        self,
        line: ModbusBus,
        header: codec.Header,
        wanted: int,
        words: tuple[int, ...],
        emit: Emit,
    ) -> None:
        """One slot: told, or read again while it is being written, or lost."""
        for _ in range(_TRIES):
            found = codec.sequence(words)
            if found is not None and found >= wanted:
                break
            self._desk.counts["torn"] += 1
            words = (await self._read(line, header.slot(wanted))).values
        if found != wanted:
            self._lost(range(wanted, wanted + 1), emit)
            return
        try:
            record = codec.record(words)
        except DeviceError:
            # Sound on the wire and senseless all the same: reading it again changes nothing.
            self._desk.counts["senseless"] += 1
            self._lost(range(wanted, wanted + 1), emit)
            return
        now_ns = self._clock.mono_ns()
        since_ns = now_ns if self._asked_ns is None else self._asked_ns
        self._desk.vehicle(record, self._between(since_ns, now_ns), emit)

    def _lost(self, which: range, emit: Emit) -> None:
        names = f"{which[0]}" if len(which) == 1 else f"{which[0]}…{which[-1]}"
        self._desk.lost(len(which), names, emit)

    async def _read(self, line: ModbusBus, block: Read) -> Answer:
        return await line.read(self._settings.unit_id, block, self._settings.pace)

    async def _inventory(self, line: ModbusBus, header: codec.Header) -> InventoryReading:
        asked_ns = self._clock.mono_ns()
        told: dict[int, str] = {}
        if self._settings.identify:
            try:
                told = await line.identify(self._settings.unit_id, self._settings.pace)
            except DeviceError as error:
                if error.cause is Cause.GONE:
                    raise
                self._desk.counts["identify-refused"] += 1
        revision = told.get(_REVISION, "")
        versions = {"profile": "1", "lanes": str(len(header.states))}
        return InventoryReading(
            self._between(asked_ns, self._clock.mono_ns()),
            maker=told.get(_MAKER, ""),
            model=told.get(_MODEL) or told.get(_PRODUCT_NAME) or told.get(_PRODUCT, ""),
            versions=versions | ({"revision": revision} if revision else {}),
        )

    async def _until(self, due_ns: int, interval_ns: int) -> int:
        now_ns = self._clock.mono_ns()
        if now_ns > due_ns:
            missed = (now_ns - due_ns) // interval_ns
            self._desk.counts["ticks-missed"] += missed
            due_ns += missed * interval_ns
        await self._clock.sleep(max(0.0, (due_ns - now_ns) / 1e9))
        return due_ns

    def _between(self, from_ns: int, to_ns: int) -> Stamp:
        middle_ns = (from_ns + to_ns) // 2
        ago_ms = round((self._clock.mono_ns() - middle_ns) / 1e6)
        return Stamp(self._clock.utc_ms() - ago_ms, middle_ns, -((from_ns - to_ns) // 2_000_000))
