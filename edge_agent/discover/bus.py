"""Which units answer on a Modbus bus: reads alone, one at a time, within a deadline."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from edge_agent.clock import Clock
from edge_agent.device.discovery import Found, Recogniser, Spot, line_url
from edge_agent.device.endpoint import parse
from edge_agent.device.modbus import ModbusBus, Pace
from edge_agent.device.modbus_frames import Read, Table
from edge_agent.errors import Cause, DeviceError

LINES = (
    (9600, "N"), (19_200, "E"), (9600, "E"), (19_200, "N"), (115_200, "N"), (38_400, "N"),
    (115_200, "E"), (38_400, "E"), (57_600, "N"), (4800, "N"), (9600, "O"), (19_200, "O"),
)  # fmt: skip
"""Line settings, likeliest first: 19200 8E1 is the standard's, 9600 8N1 is the field's."""

_LIKELY = 8
"""Units that are asked at every line setting before the others are asked at any."""
_TCP_PACE, _RTU_PACE, _QUICK = Pace(0.2), Pace(0.2), Pace(0.1)
"""The likely units get the time of a slow device; 247 of them would take a minute."""
_KNOCK = Read(Table.INPUT, 0, 1)
_UNLIKELY = (247, 246, 245)
"""All of these answering alike is one device that does not look at the unit."""
_NO_MODBUS = 2
"""So many answers of another sort, and the other end speaks something else."""

UnitFound = tuple[int, Found]


@dataclass(frozen=True, slots=True)
class Sweep:
    """How units are looked for.

    Attributes:
        looks: Kinds that may recognise a unit: name and way.
        deadline: Loop time at which asking ends.
        unasked: Told in words what was left out.
    """

    clock: Clock
    units: Sequence[int]
    looks: Sequence[tuple[str, Recogniser]]
    deadline: float
    unasked: Callable[[str], None]

    async def over_tcp(self, url: str) -> AsyncIterator[tuple[str, UnitFound]]:
        """Kind, unit and what speaks for it, of every unit behind a TCP port."""
        bus = ModbusBus(parse(url), self.clock)
        try:
            found: dict[int, dict[int, str]] = {}
            foreign = 0
            likely = self.units[:_LIKELY]
            for unit in (*self.units, *(u for u in (255, 0) if u not in self.units)):
                if foreign >= _NO_MODBUS or (unit in (255, 0) and found):
                    break
                if self._over():
                    self.unasked(f"{url}: units from {unit} on")
                    break
                answer = await _alive(bus, unit, _TCP_PACE if unit in likely else _QUICK)
                foreign += answer is None
                if answer:
                    found[unit] = await _told(bus, unit, _TCP_PACE)
                    if len(found) == 1 and await self._deaf(bus, found[unit]):
                        break
            for unit, told in found.items():
                async for each in self._recognised(bus, url, unit, told):
                    yield each
        finally:
            await bus.close()

    async def over_line(self, url: str) -> AsyncIterator[tuple[str, str, UnitFound]]:
        """Kind, address with line settings, and unit of everything on a serial line."""
        likely, rest = self.units[:_LIKELY], self.units[_LIKELY:]
        for baud, parity in LINES:
            if self._over():
                self.unasked(f"{url}: {baud} {parity} and the settings after it")
                return
            address = line_url(url, baud, parity)
            bus = ModbusBus(parse(address), self.clock)
            try:
                found = await self._on_line(bus, likely, _RTU_PACE)
                if not found:
                    continue
                for unit in rest:
                    if self._over():
                        self.unasked(f"{address}: units from {unit} on")
                        break
                    found += await self._on_line(bus, (unit,), _QUICK)
                for unit in found:
                    told = await _told(bus, unit, _RTU_PACE)
                    async for kind, each in self._recognised(bus, address, unit, told):
                        yield kind, address, each
                return
            finally:
                await bus.close()
        if rest:
            self.unasked(f"{url}: units above {likely[-1]}, as no line setting had an answer")

    async def _on_line(self, bus: ModbusBus, units: Sequence[int], pace: Pace) -> list[int]:
        return [unit for unit in units if await _alive(bus, unit, pace)]

    async def _recognised(
        self, bus: ModbusBus, url: str, unit: int, told: dict[int, str]
    ) -> AsyncIterator[tuple[str, UnitFound]]:
        spot = Spot(url, self.clock, bus, unit, told)
        for kind, way in self.looks:
            found = None
            with suppress(DeviceError):
                found = await way.look(spot)
            if found is not None:
                yield kind, (unit, found)

    async def _deaf(self, bus: ModbusBus, first: dict[int, str]) -> bool:
        """Whether the device answers under any unit."""
        for unit in _UNLIKELY:
            if not await _alive(bus, unit, _TCP_PACE):
                return False
            if await _told(bus, unit, _TCP_PACE) != first:
                return False
        return True

    def _over(self) -> bool:
        return asyncio.get_running_loop().time() >= self.deadline


async def _alive(bus: ModbusBus, unit: int, pace: Pace) -> bool | None:
    """Whether a unit answers, be it with a refusal; None when something else answered."""
    try:
        await bus.read(unit, _KNOCK, pace)
    except DeviceError as error:
        if error.cause is Cause.REFUSED:
            return "gateway" not in error.detail and "refused" not in error.detail
        return False if error.cause is Cause.TIMEOUT else None
    return True


async def _told(bus: ModbusBus, unit: int, pace: Pace) -> dict[int, str]:
    try:
        return await bus.identify(unit, pace)
    except DeviceError:
        return {}
