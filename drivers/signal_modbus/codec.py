"""Registers to meaning: pure functions over the replies of one poll."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from edge_agent.device.readings import Colour
from edge_agent.device.registers import Bit, Blocks, Measured, Number, Plan
from edge_agent.drivers.signal_modbus.aspects import aspect
from edge_agent.drivers.signal_modbus.map import Map

_NOTHING = Measured(None, "not-in-map")


@dataclass(frozen=True, slots=True)
class Sample:
    """What one poll said, before anything is made of its history.

    Attributes:
        aspects: Phase to the aspect of this instant.
        uneven: Phases whose heads disagree: one is lit and its twin is not.
        presence: Detector to presence.
        counters: Detector to raw counter.
        alarms: Alarm code to state.
        mode: In the map's words, or the raw number as text; None when unknown.
    """

    aspects: dict[int, Colour]
    uneven: frozenset[int]
    presence: dict[str, bool]
    counters: dict[str, Measured]
    alarms: dict[str, bool]
    plan: int | None
    cycle_ms: int | None
    mode: str | None
    uptime_s: float | None


class Codec:
    """A map made ready: which blocks to read, and how to read them.

    Attributes:
        plan: Reads of every poll, those with lamps first.
        lamp_reads: How many of them hold lamps.
        figures: Reads of the slow figures.
    """

    def __init__(self, map_: Map) -> None:
        lamps = list(map_.lamps().values())
        cells = [*lamps, *map_.status().values()]
        everything = Plan.of(cells, map_.gap, map_.most)
        with_lamps = {everything.reads[everything.place(lamp)[0]] for lamp in lamps}
        others = [read for read in everything.reads if read not in with_lamps]
        self.plan = Plan((*sorted(with_lamps, key=lambda r: (r.table, r.address)), *others))
        self.lamp_reads = len(with_lamps)
        self.figures = Plan.of(map_.figures().values(), map_.gap, map_.most)

        def bits(cells: tuple[Bit, ...]) -> list[Callable[[Blocks], bool]]:
            return [self.plan.bit(cell) for cell in cells]

        def number(cell: Number | None) -> Callable[[Blocks], Measured]:
            return (lambda _blocks: _NOTHING) if cell is None else self.plan.number(cell)

        self._phases = [
            (phase.number, bits(phase.red), bits(phase.yellow), bits(phase.green))
            for phase in map_.phase
        ]
        self._presence = [(d.name, self.plan.bit(d.presence)) for d in map_.detector if d.presence]
        self._counters = [(d.name, number(d.counter)) for d in map_.detector if d.counter]
        self._alarms = [(alarm.code, self.plan.bit(alarm.at)) for alarm in map_.alarm]
        self._plan_number = number(map_.plan)
        self._cycle = number(map_.cycle)
        self._mode = number(map_.mode)
        self._uptime = number(map_.uptime)
        self._mode_names = map_.mode_names
        self._figures = [
            (figure.name, figure.at.unit, self.figures.number(figure.at)) for figure in map_.figure
        ]

    def sample(self, blocks: Blocks) -> Sample:
        """Make sense of the replies to ``plan``."""
        aspects: dict[int, Colour] = {}
        uneven: set[int] = set()
        for number, reds, yellows, greens in self._phases:
            red = [lit(blocks) for lit in reds]
            yellow = [lit(blocks) for lit in yellows]
            green = [lit(blocks) for lit in greens]
            aspects[number] = aspect(red=any(red), yellow=any(yellow), green=any(green))
            if any(any(heads) and not all(heads) for heads in (red, yellow, green)):
                uneven.add(number)
        return Sample(
            aspects=aspects,
            uneven=frozenset(uneven),
            presence={name: read(blocks) for name, read in self._presence},
            counters={name: read(blocks) for name, read in self._counters},
            alarms={code: read(blocks) for code, read in self._alarms},
            plan=_whole(self._plan_number(blocks)),
            cycle_ms=_whole(self._cycle(blocks)),
            mode=self._word(self._mode(blocks)),
            uptime_s=self._uptime(blocks).value,
        )

    def figure_values(self, blocks: Blocks) -> list[tuple[str, str, Measured]]:
        """Name, unit and value of every figure, from the replies to ``figures``."""
        return [(name, unit, read(blocks)) for name, unit, read in self._figures]

    def lamps_of(self, blocks: Blocks) -> tuple[int, ...]:
        """All cells of the blocks with lamps, to compare two passes."""
        return tuple(chain.from_iterable(blocks[: self.lamp_reads]))

    def _word(self, mode: Measured) -> str | None:
        number = _whole(mode)
        return None if number is None else self._mode_names.get(str(number), str(number))


def _whole(measured: Measured) -> int | None:
    return None if measured.value is None else round(measured.value)
