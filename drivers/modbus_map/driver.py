"""The session with a mapped device: poll, decode, follow. It never writes."""

from collections import Counter

from edge_agent.clock import Stamp
from edge_agent.device.driver import DeviceContext, Driver, Emit
from edge_agent.device.modbus import ModbusBus, bus
from edge_agent.device.readings import FiguresReading, InventoryReading
from edge_agent.drivers.modbus_map.codec import Codec
from edge_agent.drivers.modbus_map.follow import Follower
from edge_agent.drivers.modbus_map.map import load_map
from edge_agent.drivers.modbus_map.settings import Settings
from edge_agent.errors import Cause, DeviceError

_PATIENCE = 3
"""Polls that may fail in a row before the device is given up as down."""

_FIGURES_NS = 60_000_000_000
_MAKER, _PRODUCT, _REVISION, _PRODUCT_NAME, _MODEL = 0, 1, 2, 4, 5


class ModbusMap(Driver):
    """Reads whatever a map describes."""

    def __init__(self, settings: Settings, context: DeviceContext) -> None:
        self._settings = settings
        self._context = context
        self._clock = context.clock
        self._map = load_map(settings.profile)
        self._codec = Codec(self._map)
        self._counts: Counter[str] = Counter()
        self._before: list[tuple[int, ...]] = []

    async def run(self, emit: Emit) -> None:
        async with bus(self._context.ports, self._settings.endpoint, self._clock) as line:
            follower = Follower(self._map, self._settings.report_s, self._between)
            interval_ns = round(self._settings.poll_s * 1e9)
            due_ns = figures_due_ns = self._clock.mono_ns()
            failures, introduced = 0, False
            while True:
                try:
                    answered_ns = await self._poll(line, follower, emit)
                    if failures:
                        failures = 0
                        self._context.degraded(None, "")
                    if not introduced:
                        introduced = True
                        emit(await self._inventory(line))
                    if answered_ns >= figures_due_ns:
                        figures_due_ns = answered_ns + _FIGURES_NS
                        self._figures(line, emit)
                except DeviceError as error:
                    failures += 1
                    self._counts[f"failed-{error.cause}"] += 1
                    self._context.degraded(error.cause, error.detail)
                    if failures >= _PATIENCE or error.cause is Cause.GONE:
                        raise
                due_ns = await self._until(due_ns + interval_ns, interval_ns)

    async def probe(self) -> InventoryReading:
        async with bus(self._context.ports, self._settings.endpoint, self._clock) as line:
            await self._blocks(line)
            return await self._inventory(line)

    async def _poll(self, line: ModbusBus, follower: Follower, emit: Emit) -> int:
        """One look at every cell; returns the moment of its last reply."""
        blocks, asked_ns, answered_ns = await self._blocks(line)
        self._counts["polls"] += 1
        self._context.alive()
        if blocks == self._before and follower.still(asked_ns, answered_ns):
            return answered_ns
        self._before = blocks
        for reading in follower.take(self._codec.sample(blocks), asked_ns, answered_ns):
            emit(reading)
        return answered_ns

    async def _blocks(self, line: ModbusBus) -> tuple[list[tuple[int, ...]], int, int]:
        """Replies to the plan, and the moments between which all of them were read."""
        blocks = []
        asked_ns = answered_ns = 0
        for read in self._codec.plan.reads:
            answer = await line.read(self._settings.unit_id, read, self._settings.pace)
            blocks.append(answer.values)
            asked_ns = asked_ns or answer.asked_ns
            answered_ns = answer.answered_ns
        return blocks, asked_ns, answered_ns

    def _figures(self, line: ModbusBus, emit: Emit) -> None:
        now_ns = self._clock.mono_ns()
        bus_figures = {f"bus-{name}": count for name, count in line.figures.items()}
        emit(FiguresReading(self._between(now_ns, now_ns), {**self._counts, **bus_figures}))

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
            versions={"map": self._map.title} | ({"revision": revision} if revision else {}),
        )

    async def _until(self, due_ns: int, interval_ns: int) -> int:
        """Wait for the next tick; ticks that passed meanwhile are counted, not caught up."""
        now_ns = self._clock.mono_ns()
        if now_ns > due_ns:
            missed = (now_ns - due_ns) // interval_ns
            self._counts["ticks-missed"] += missed
            return due_ns + missed * interval_ns  # the next read waits for its device anyway
        await self._clock.sleep((due_ns - now_ns) / 1e9)
        return due_ns

    def _between(self, from_ns: int, to_ns: int) -> Stamp:
        """The middle of the interval, with half of it as spread."""
        middle_ns = (from_ns + to_ns) // 2
        ago_ms = round((self._clock.mono_ns() - middle_ns) / 1e6)
        return Stamp(self._clock.utc_ms() - ago_ms, middle_ns, -((from_ns - to_ns) // 2_000_000))
