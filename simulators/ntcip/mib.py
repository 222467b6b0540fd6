"""The objects that the simulated controller serves, in order: MIB-II, NTCIP 1201 and 1202 v02."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from edge_agent.simulators.ntcip.asn1 import (
    INTEGER,
    OCTETS,
    TICKS,
    Name,
    put_number,
    wrap,
)
from edge_agent.simulators.ntcip.junction import View
from edge_agent.simulators.ntcip.unit import Unit

ASC: Name = (1, 3, 6, 1, 4, 1, 1206, 4, 2, 1)
GLOBAL: Name = (1, 3, 6, 1, 4, 1, 1206, 4, 2, 6)
TSCBM_ENABLE: Name = (1, 3, 6, 1, 4, 1, 1206, 3, 5, 2, 9, 44, 1, 0)
"""Private to one maker, who set the practice: 0 off, 2 broadcast, 6 with pedestrian masks."""

DESCRIPTION = b"Roadside Simulators NTCIP 1202 v02 controller"
_CONTROL_COLUMNS = {2: "omit", 3: "ped-omit", 4: "hold", 5: "force", 6: "call", 7: "ped-call"}
_PHASE_COLUMNS = {4: "min", 8: "yellow", 9: "red"}
_PHASE_TIMES = {"min": 5, "yellow": 30, "red": 20}


@dataclass(frozen=True)
class Cell:
    """One object instance.

    Attributes:
        read: Its value as TLV.
        write: Takes a new value; None where it is read-only.
        low: Smallest value that may be written.
        high: Largest one.
    """

    read: Callable[[], bytes]
    write: Callable[[int], None] | None = None
    low: int = 0
    high: int = 255


class Mib:
    """All instances of one unit, by name and in lexicographic order."""

    def __init__(self, unit: Unit, groups: int = 2) -> None:
        self._unit = unit
        self._groups = groups
        self.torn = False
        self.tscbm_mode = 2
        self._cells: dict[Name, Cell] = {}
        self._system()
        self._unit_objects()
        self._lamps()
        self._detectors()
        self._controls()
        self._order = sorted(self._cells)

    def get(self, name: Name) -> Cell | None:
        return self._cells.get(name)

    def after(self, name: Name) -> tuple[Name, Cell] | None:
        """The first instance behind this name."""
        at = bisect_right(self._order, name)
        if at == len(self._order):
            return None
        return self._order[at], self._cells[self._order[at]]

    def _put(self, name: Name, value: Callable[[], int], tag: int = INTEGER) -> None:
        self._cells[name] = Cell(lambda: put_number(value(), tag))

    def _text(self, name: Name, text: bytes) -> None:
        self._cells[name] = Cell(lambda: wrap(OCTETS, text))

    def _system(self) -> None:
        unit = self._unit
        self._text((1, 3, 6, 1, 2, 1, 1, 1, 0), DESCRIPTION)
        self._put((1, 3, 6, 1, 2, 1, 1, 3, 0), lambda: unit.up_ms // 10, TICKS)
        for column, text in ((3, b"Roadside Simulators"), (4, b"SIM-1202"), (5, b"1.0")):
            self._text((*GLOBAL, 1, 3, 1, column, 1), text)
        self._put((*GLOBAL, 3, 1, 0), lambda: unit.now_ms // 1000)

    def _unit_objects(self) -> None:
        unit = self._unit
        self._put((*ASC, 1, 1, 0), lambda: 8 * self._groups)
        self._put((*ASC, 1, 3, 0), lambda: self._groups)
        for phase, beside in sorted(unit.beside.items()):
            self._text((*ASC, 1, 2, 1, 23, phase), bytes(beside))
            for column, key in _PHASE_COLUMNS.items():
                self._put((*ASC, 1, 2, 1, column, phase), partial(_PHASE_TIMES.__getitem__, key))
        self._put((*ASC, 3, 5, 0), lambda: unit.control_status)
        self._put((*ASC, 3, 6, 0), lambda: unit.flash_status)
        self._put((*ASC, 3, 7, 0), lambda: unit.octet("unit2"))
        self._put((*ASC, 3, 8, 0), lambda: unit.octet("unit1"))
        self._put((*ASC, 3, 9, 0), self._short_alarm)
        self._put((*ASC, 4, 10, 0), lambda: unit.pattern)
        self._put((*ASC, 4, 12, 0), lambda: unit.view.cycle_ms // 1000)

    def _short_alarm(self) -> int:
        value = self._unit.octet("short")
        self._unit.alarms["short"] &= ~0b100  # local cycle zero clears when read
        return value

    def _lamps(self) -> None:
        for group in range(1, self._groups + 1):
            for index in range(3):
                self._mask((*ASC, 1, 4, 1, 2 + index, group), "phase", group, index)
                self._mask((*ASC, 1, 4, 1, 5 + index, group), "walk", group, index)
                self._mask((*ASC, 9, 4, 1, 2 + index, group), "overlap", group, index)

    def _mask(self, name: Name, kind: str, group: int, index: int) -> None:
        self._put(name, lambda: self.mask(kind, index) >> 8 * (group - 1) & 0xFF)

    def mask(self, kind: str, index: int) -> int:
        """Lamps of one colour (0 red, 1 yellow, 2 green) of all heads of a kind."""
        unit = self._unit
        # Torn: an agent that composes its reply while the lamps change has the reds of before.
        view: View = unit.before if self.torn and index == 0 else unit.view
        heads = {"phase": view.phases, "overlap": view.overlaps, "walk": view.walks}[kind]
        return sum(1 << n - 1 for n in heads if unit.lamp(view, kind, n)[index])

    def _detectors(self) -> None:
        unit = self._unit
        detectors = sorted(unit.view.volumes)
        self._put((*ASC, 2, 5, 1, 0), lambda: unit.period.sequence)
        self._put((*ASC, 2, 5, 2, 0), lambda: unit.period_s)
        self._put((*ASC, 2, 5, 3, 0), lambda: len(detectors))
        for n in detectors:
            self._put((*ASC, 2, 5, 4, 1, 1, n), partial(unit.volume, n))
            self._put((*ASC, 2, 5, 4, 1, 2, n), partial(unit.occupancy, n))
        for group in sorted({(n - 1) // 8 + 1 for n in detectors}):
            self._put((*ASC, 2, 4, 1, 2, group), partial(self._active, group))

    def _active(self, group: int) -> int:
        present = (n - 1 - 8 * (group - 1) for n in self._unit.view.present)
        return sum(1 << bit for bit in present if 0 <= bit < 8)  # noqa: PLR2004 - an octet

    def _controls(self) -> None:
        unit = self._unit
        for group in range(1, self._groups + 1):
            for column, key in _CONTROL_COLUMNS.items():
                self._control((*ASC, 1, 5, 1, column, group), f"{key}-{group}")
        self._control((*ASC, 3, 10, 0), "unit-control")
        self._control((*ASC, 4, 14, 0), "pattern")
        self._control((*ASC, 4, 15, 0), "sync")
        self._cells[(*ASC, 3, 3, 0)] = Cell(
            lambda: put_number(unit.backup_s), self._set_backup, high=65535
        )
        self._cells[TSCBM_ENABLE] = Cell(lambda: put_number(self.tscbm_mode), self._set_tscbm)

    def _control(self, name: Name, key: str) -> None:
        unit = self._unit
        self._cells[name] = Cell(
            lambda: put_number(unit.control.get(key, 0)), lambda value: unit.written(key, value)
        )

    def _set_backup(self, value: int) -> None:
        self._unit.backup_s = value

    def _set_tscbm(self, value: int) -> None:
        self.tscbm_mode = value
