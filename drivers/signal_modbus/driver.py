"""The session with a Modbus signal controller: poll, decode, follow. It never writes."""

from collections import Counter

from edge_agent.clock import Stamp
from edge_agent.device.driver import DeviceContext, Driver, Emit
from edge_agent.device.modbus import ModbusBus, bus
from edge_agent.device.modbus_frames import Read
from edge_agent.device.readings import (
    Colour,
    FigureReading,
    FiguresReading,
    InventoryReading,
)
from edge_agent.device.registers import Plan
from edge_agent.drivers.signal_modbus.codec import Codec, Sample
from edge_agent.drivers.signal_modbus.follow import Follower
from edge_agent.drivers.signal_modbus.map import load_map
from edge_agent.drivers.signal_modbus.settings import Settings
from edge_agent.errors import Cause, DeviceError

_PATIENCE = 3
"""Polls that may fail in a row before the device is given up as down."""

_PASSES = 3
"""Passes over the lamps before a poll that never stands still is given up."""

_MAKER, _PRODUCT, _REVISION, _PRODUCT_NAME, _MODEL = 0, 1, 2, 4, 5


class SignalModbus(Driver):
    """Reads a controller at a steady rate and tells what changes."""

    def __init__(self, settings: Settings, context: DeviceContext) -> None:
        self._settings = settings
        self._context = context
        self._clock = context.clock
        self._map = load_map(settings.profile)
        self._codec = Codec(self._map)
        self._counts: Counter[str] = Counter()

    async def run(self, emit: Emit) -> None:
        async with bus(self._context.ports, self._settings.endpoint, self._clock) as line:
            follower = Follower(self._map, self._between)
            interval_ns = round(1e9 / self._settings.poll_hz)
            due_ns = figures_due_ns = self._clock.mono_ns()
            failures = 0
            inventory_due = self._settings.identify
            while True:
                try:
                    await self._poll(line, follower, emit)
                    failures = 0
                    if inventory_due:
                        inventory_due = False
                        emit(await self._inventory(line))
                    if self._clock.mono_ns() >= figures_due_ns:
                        figures_due_ns = self._clock.mono_ns() + round(
                            self._settings.figures_s * 1e9
                        )
                        await self._figures(line, emit)
                except DeviceError as error:
                    failures += 1
                    self._counts[f"failed-{error.cause}"] += 1
                    if failures >= _PATIENCE or error.cause is Cause.GONE:
                        raise
                due_ns = await self._until(due_ns + interval_ns, interval_ns)

    async def probe(self) -> InventoryReading:
        async with bus(self._context.ports, self._settings.endpoint, self._clock) as line:
            await self._sample(line)
            return await self._inventory(line)

    async def _poll(self, line: ModbusBus, follower: Follower, emit: Emit) -> None:
        sample, asked_ns, answered_ns = await self._sample(line)
        if Colour.CONFLICT in sample.aspects.values():
            # Outputs that switch one after the other look like this for a moment: look again.
            self._counts["conflict-rechecks"] += 1
            sample, asked_ns, answered_ns = await self._sample(line)
        self._counts["polls"] += 1
        self._context.alive()
        for reading in follower.take(sample, asked_ns, answered_ns):
            emit(reading)

    async def _sample(self, line: ModbusBus) -> tuple[Sample, int, int]:
        """One consistent picture, and the two moments between which the lamps were read."""
        reads = self._codec.plan.reads
        lamps, asked_ns, answered_ns = await self._read(line, reads[: self._codec.lamp_reads])
        if self._codec.lamp_reads > 1:
            # Several requests can fall on both sides of a change; two equal passes did not.
            for _ in range(_PASSES):
                again, asked_again_ns, answered_again_ns = await self._read(
                    line, reads[: self._codec.lamp_reads]
                )
                if again == lamps:
                    answered_ns = answered_again_ns
                    break
                self._counts["torn"] += 1
                lamps, asked_ns = again, asked_again_ns
            else:
                raise DeviceError(Cause.PROTOCOL, "the lamps change faster than they can be read")
        others, _, _ = await self._read(line, reads[self._codec.lamp_reads :])
        return self._codec.sample([*lamps, *others]), asked_ns, answered_ns

    async def _read(
        self, line: ModbusBus, reads: tuple[Read, ...]
    ) -> tuple[list[tuple[int, ...]], int, int]:
        blocks = []
        asked_ns = answered_ns = 0
        for read in reads:
            answer = await line.read(self._settings.unit_id, read, self._settings.pace)
            blocks.append(answer.values)
            asked_ns = asked_ns or answer.asked_ns
            answered_ns = answer.answered_ns
        return blocks, asked_ns, answered_ns

    async def _figures(self, line: ModbusBus, emit: Emit) -> None:
        plan: Plan = self._codec.figures
        try:
            blocks, asked_ns, answered_ns = await self._read(line, plan.reads)
        except DeviceError as error:
            if error.cause is Cause.GONE:
                raise
            # The lamps are what counts; they were just read and will be read again.
            self._counts["figures-failed"] += 1
            self._context.degraded(error.cause, f"figures: {error.detail}")
            return
        self._context.degraded(None, "")
        at = self._between(asked_ns, answered_ns)
        for name, unit, measured in self._codec.figure_values(blocks):
            value = None if measured.value is None else round(measured.value)
            emit(FigureReading(at, name, value, unit, measured.why))
        emit(
            FiguresReading(at, {**self._counts, **{f"bus-{k}": v for k, v in line.figures.items()}})
        )

    async def _inventory(self, line: ModbusBus) -> InventoryReading:
        asked_ns = self._clock.mono_ns()
        told: dict[int, str] = {}
        if self._settings.identify:
            try:
                told = await line.identify(self._settings.unit_id, self._settings.pace)
            except DeviceError as error:
                if error.cause is Cause.GONE:
                    raise
                self._counts["identify-refused"] += 1
        revision = told.get(_REVISION, "")
        return InventoryReading(
            self._between(asked_ns, self._clock.mono_ns()),
            maker=told.get(_MAKER, ""),
            model=told.get(_MODEL) or told.get(_PRODUCT_NAME) or told.get(_PRODUCT, ""),
            versions={"revision": revision} if revision else {},
        )

    async def _until(self, due_ns: int, interval_ns: int) -> int:
        """Wait for the next tick; ticks that passed meanwhile are counted, not caught up."""
        now_ns = self._clock.mono_ns()
        if now_ns > due_ns:
            missed = (now_ns - due_ns) // interval_ns
            self._counts["ticks-missed"] += missed
            due_ns += missed * interval_ns
        await self._clock.sleep(max(0.0, (due_ns - now_ns) / 1e9))
        return due_ns

    def _between(self, from_ns: int, to_ns: int) -> Stamp:
        """The middle of the interval, with half of it as spread."""
        middle_ns = (from_ns + to_ns) // 2
        ago_ms = round((self._clock.mono_ns() - middle_ns) / 1e6)
        spread_ms = -((from_ns - to_ns) // 2_000_000)
        return Stamp(self._clock.utc_ms() - ago_ms, middle_ns, spread_ms)
