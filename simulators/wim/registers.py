"""The station as input registers: a header and a ring of slots, see docs/wim-profile.md."""

from collections.abc import Mapping
from dataclasses import dataclass

from edge_agent.simulators.wim.station import Numbered, Station

BASE = 64
SLOT = 54
MOST_AXLES = 12
_MARK, _VERSION = 22345, 1
_NONE, _NONE_S16, _NONE_S32 = 0xFFFF, 0x8000, 0x80000000


@dataclass
class Registers:
    """What a Modbus port shows of a station.

    Attributes:
        torn: Looks at the ring that still find the newest slot half written.
    """

    station: Station
    torn: int = 0

    @property
    def identity(self) -> Mapping[int, str]:
        return self.station.identity

    def bits(self) -> list[bool]:
        """The profile has no bits."""
        return []

    def registers(self) -> list[int]:
        """Input registers from address 0."""
        station = self.station
        station.advance()
        cells = [0] * (BASE + station.slots * SLOT)
        clock = station.clock()
        temperature = station.scale.temperature
        cells[0:10] = [
            _MARK, _VERSION, station.boot, int(station.clock_set), *_two(station.newest),
            station.slots, BASE, SLOT, len(station.lanes),
        ]  # fmt: skip
        cells[10:14] = [
            *_two(clock // 1000),
            clock % 1000,
            _NONE_S16 if temperature is None else temperature & 0xFFFF,
        ]
        cells[14] = station.lanes[0]
        for index, lane in enumerate(station.lanes):
            counted = station.counts.get(lane, 0) & 0xFFFF
            cells[16 + 2 * index : 18 + 2 * index] = [station.state(lane), counted]
        for numbered in station.recent:
            at = BASE + (numbered.sequence - 1) % station.slots * SLOT
            cells[at : at + SLOT] = slot(numbered)
        if self.torn > 0 and station.newest:
            self.torn -= 1
            at = BASE + (station.newest - 1) % station.slots * SLOT
            cells[at + SLOT - 2 : at + SLOT] = _two(max(0, station.newest - station.slots))
        return cells


def slot(numbered: Numbered) -> list[int]:
    """The registers of one record."""
    told = numbered.told
    gross = _NONE_S32 if told.gross is None else told.gross & 0xFFFFFFFF
    cells = [
        *_two(numbered.sequence),
        *_two(told.t_ms // 1000),
        told.t_ms % 1000,
        told.lane,
        len(told.axles),
        _or_none(told.speed),
        *_two(gross),
        _or_none(told.length),
        _NONE_S16 if told.temperature is None else told.temperature & 0xFFFF,
        told.flags,
        int(told.reverse),
        0,
        0,
    ]
    for axle in told.axles:
        cells += [_or_none(value) for value in axle]
    cells += [_NONE] * (3 * (MOST_AXLES - len(told.axles)))
    return [*cells, *_two(numbered.sequence)]


def _two(number: int) -> list[int]:
    return [number >> 16 & 0xFFFF, number & 0xFFFF]


def _or_none(value: int | None) -> int:
    return _NONE if value is None else value
