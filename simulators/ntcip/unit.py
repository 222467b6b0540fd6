"""The controller: a junction's state and what is wrong with the unit, tick by tick, with truth."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from edge_agent.simulators.ntcip.junction import TICK_MS, Junction, View

Truth = Callable[[dict[str, Any]], None]
"""Takes one record of what really happened."""

FLASH_REASONS = {
    "other": 1,
    "automatic": 3,
    "local": 4,
    "fault": 5,
    "mmu": 6,
    "start": 7,
    "preempt": 8,
}
NOT_FLASHING = 2
BLINK_MS = 500
MOST_VOLUME = 255

SYSTEM, BACKUP, TIMEBASE = 2, 4, 6


@dataclass
class Period:
    """Detector figures of the period that ended last."""

    sequence: int = 0
    volume: dict[int, int] = field(default_factory=dict)
    occupancy: dict[int, int] = field(default_factory=dict)


class Unit:
    """One simulated controller.

    Attributes:
        view: What its lamps and detectors are at the last tick, faults included.
        before: The same one tick earlier; a torn reply mixes the two.
        control: Values of the control objects that a central has written.
        backup_s: ``unitBackupTime``; 0 is off.
        alarms: Alarm octets by object: ``short``, ``unit1``, ``unit2``.
        detector_faults: Detector to the fault code in its occupancy.
    """

    def __init__(
        self, junction: Junction, start_ms: int, truth: Truth, *, period_s: int = 5
    ) -> None:
        self._junction = junction
        self._truth = truth
        self.now_ms = self.started_ms = start_ms // TICK_MS * TICK_MS
        self.period_s = period_s
        self.period = Period()
        self.control: dict[str, int] = {}
        self.backup_s = 0
        self.alarms = {"short": 0, "unit1": 0, "unit2": 0}
        self.detector_faults: dict[int, int] = {}
        self.flash = NOT_FLASHING
        self.dark = False
        self.conflicting: set[int] = set()
        self.forced: set[int] = set()
        self.in_backup = False
        self._written_ms = self.now_ms
        self._busy: dict[int, int] = {}
        self._period_from_ms = self.now_ms
        self._shown: dict[tuple[str, int], str] = {}
        raw = junction.at(self.now_ms)
        self._marks, self._counts = dict(raw.volumes), dict(raw.volumes)
        self.before = self.view = self._with_faults(raw)
        self._tell_lamps()

    def advance(self, utc_ms: int) -> None:
        """Bring the unit up to the tick that holds this moment."""
        while self.now_ms + TICK_MS <= utc_ms:
            self.now_ms += TICK_MS
            self._tick()

    @property
    def beside(self) -> dict[int, tuple[int, ...]]:
        """Phase number to the phases that may go with it."""
        return self._junction.beside

    @property
    def up_ms(self) -> int:
        return self.now_ms - self.started_ms

    @property
    def control_status(self) -> int:
        if self.in_backup:
            return BACKUP
        return SYSTEM if self.control.get("pattern") else TIMEBASE

    @property
    def flash_status(self) -> int:
        """``unitFlashStatus``: by a fault of the unit, or as the junction says."""
        if self.flash == NOT_FLASHING and self.view.flash is not None:
            return FLASH_REASONS[self.view.flash]
        return self.flash

    def octet(self, where: str) -> int:
        """An alarm object: bits set here and those that the junction says."""
        said = sum(1 << bit for name, bit in self.view.alarms if name == where)
        return self.alarms[where] | said

    @property
    def pattern(self) -> int:
        if self.flash_status != NOT_FLASHING:
            return 255
        return self.control.get("pattern") or self.view.plan

    def volume(self, detector: int) -> int:
        """Vehicles of the period that ended last."""
        return self.period.volume.get(detector, 0)

    def occupancy(self, detector: int) -> int:
        """Occupancy of that period in half per cents, or a fault code."""
        return self.period.occupancy.get(detector, 0)

    def written(self, name: str, value: int) -> None:
        """A central wrote a control object: it is in charge for the backup time."""
        self.control[name] = value
        self._written_ms = self.now_ms
        self.in_backup = False
        if name == "pattern":
            self.set_flash("automatic" if value == 255 else None)  # noqa: PLR2004 - NTCIP: flash

    def set_flash(self, reason: str | None) -> None:
        """Flash yellow to all vehicles, for a reason of ``FLASH_REASONS``; None ends it."""
        if reason is not None and reason not in FLASH_REASONS:
            raise ValueError(f"flash {reason!r}: one of {', '.join(FLASH_REASONS)}")
        self.flash = NOT_FLASHING if reason is None else FLASH_REASONS[reason]
        self._condition("flash", self.flash != NOT_FLASHING)
        self._refresh()

    def set_dark(self, on: bool) -> None:
        """All lamps out, controller alive."""
        self.dark = on
        self._condition("dark", on)
        self._refresh()

    def set_conflict(self, phase: int, on: bool) -> None:
        """Light red and green of a phase together."""
        if phase not in self.view.phases:
            raise ValueError(f"phase {phase}: one of {sorted(self.view.phases)}")
        (self.conflicting.add if on else self.conflicting.discard)(phase)
        self._condition("conflict", bool(self.conflicting))
        self._refresh()

    def force_green(self, phase: int, on: bool) -> None:
        """Light a phase green whatever else is."""
        if phase not in self.view.phases:
            raise ValueError(f"phase {phase}: one of {sorted(self.view.phases)}")
        (self.forced.add if on else self.forced.discard)(phase)
        self._condition("forced-green", bool(self.forced))
        self._refresh()

    def set_alarm(self, where: str, bit: int, on: bool) -> None:
        """Set or clear a bit of ``short``, ``unit1`` or ``unit2``."""
        mask = 1 << bit
        self.alarms[where] = self.alarms[where] & ~mask | (mask if on else 0)
        self._condition(f"{where}-{bit}", on)

    def reboot(self) -> None:
        """Up time and sequences start at 0; the plan goes on by the time of day."""
        self.started_ms = self.now_ms
        self.control.clear()
        self.period = Period()
        self.in_backup = False
        self.tell("reboot")

    def tell(self, what: str, **facts: Any) -> None:
        """Write a record of the truth."""
        self._truth({"t": self.now_ms, "what": what, **facts})

    def lamp(self, view: View, kind: str, number: int) -> tuple[bool, bool, bool]:
        """Red, yellow and green of a head as its bits are now; a blinking lamp is lit or not."""
        heads = {"phase": view.phases, "overlap": view.overlaps, "walk": view.walks}[kind]
        aspect = heads.get(number, "d")
        lit = self.now_ms % (2 * BLINK_MS) < BLINK_MS
        return {
            "r": (True, False, False),
            "y": (False, True, False),
            "g": (False, False, True),
            "fg": (False, True, False),  # a crossing's clearance has a bit of its own
            "fr": (lit, False, False),
            "fy": (False, lit, False),
            "x": (True, False, True),
            "d": (False, False, False),
        }[aspect]

    def _tick(self) -> None:
        raw = self._junction.at(self.now_ms)
        self.before, self.view = self.view, self._with_faults(raw)
        if self.view.powered and not self.before.powered:
            self.reboot()
        self._tell_lamps()
        for detector, total in raw.volumes.items():
            for _ in range(self._counts.get(detector, 0), total):
                self._counts[detector] = self._counts.get(detector, 0) + 1
                self.tell(
                    "detector",
                    detector=self._junction.detectors[detector],
                    sq=self._counts[detector],
                )
            self._busy[detector] = self._busy.get(detector, 0) + (detector in raw.present)
        if self.period_s and self.now_ms - self._period_from_ms >= self.period_s * 1000:
            self._end_period(raw)
        held_ms = self.now_ms - self._written_ms
        if self.control and self.backup_s and held_ms >= self.backup_s * 1000:
            self.control.clear()
            self.in_backup = True
            self.set_flash(None)
            self.tell("backup")

    def _end_period(self, raw: View) -> None:
        ticks = self.period_s * 1000 // TICK_MS
        sequence = (self.period.sequence + 1) % 256
        self.period = Period(sequence)
        for detector, total in raw.volumes.items():
            count = total - self._marks.get(detector, 0)
            self.period.volume[detector] = min(count, MOST_VOLUME)
            share = round(self._busy.get(detector, 0) * 200 / ticks)
            fault = self.detector_faults.get(detector)
            self.period.occupancy[detector] = min(share, 200) if fault is None else fault
        self._marks, self._busy = dict(raw.volumes), {}
        self._period_from_ms = self.now_ms

    def _with_faults(self, raw: View) -> View:
        if self.dark:
            return replace(
                raw,
                phases=dict.fromkeys(raw.phases, "d"),
                overlaps=dict.fromkeys(raw.overlaps, "d"),
                walks=dict.fromkeys(raw.walks, "d"),
            )
        if self.flash != NOT_FLASHING:
            return replace(
                raw,
                phases=dict.fromkeys(raw.phases, "fy"),
                overlaps=dict.fromkeys(raw.overlaps, "fy"),
                walks=dict.fromkeys(raw.walks, "d"),
            )
        shown = raw.phases | dict.fromkeys(self.forced, "g") | dict.fromkeys(self.conflicting, "x")
        return replace(raw, phases=shown)

    def _refresh(self) -> None:
        self.view = self._with_faults(self._junction.at(self.now_ms))
        self._tell_lamps()

    def _tell_lamps(self) -> None:
        view = self.view
        for what, heads in (
            ("phase", view.phases),
            ("overlap", view.overlaps),
            ("walk", view.walks),
        ):
            for number, aspect in heads.items():
                if self._shown.get((what, number)) != aspect:
                    self._shown[what, number] = aspect
                    self.tell(what, phase=number, aspect=aspect)

    def _condition(self, code: str, active: bool) -> None:
        self.tell("condition", code=code, active=active)
