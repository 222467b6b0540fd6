"""Is the box itself ill: too hot, held back, its storage worn, full, or written to too much?"""

from collections.abc import Iterator

from edge_agent.alarming.level import Level
from edge_agent.alarming.rules import Rules, shipped
from edge_agent.device.readings import Severity
from edge_agent.diagnosis.finding import Diagnosis
from edge_agent.health import UnitFigures, per_day

_GB, _MB = 1e9, 1e6
_HOUR_S = 3600
_LIFE_OVER, _SPARES_GONE = 100, 80


class UnitIlls:
    """Judges the unit's own figures against the limits of its alarms.

    Args:
        unit: Its id.
        rules: With the limits.
    """

    def __init__(self, unit: str, rules: Rules) -> None:
        self._unit = unit
        self._hot = Level(rules.of(unit, "unit-hot"))
        self._worn = Level(rules.of(unit, "storage-worn"))
        self._writes = Level(rules.of(unit, "storage-writes"))
        self._full = Level(rules.of(unit, "disk-low"), below=True)
        self._throttles: int | None = None

    def look(self, now: UnitFigures) -> Iterator[Diagnosis]:
        """What can be said now; of what was not measured nothing is said."""
        heat = None if now.temperature is None else now.temperature / 10
        yield from self._say("unit-hot", self._hot.judge(heat), f"{heat} °C")
        slowed = self._slowed(now)
        yield from self._say("unit-throttled", slowed, "the processor runs slower than it could")
        yield from self._say("under-voltage", now.under_voltage, "the supply's voltage is too low")
        free = None if now.disk_free is None else now.disk_free / _MB
        yield from self._say("disk-low", self._full.judge(free), f"{free or 0:.0f} MB free")
        yield from self._worn_out(now)
        daily = _daily(now)
        yield from self._say(
            "storage-writes", self._writes.judge(daily), f"{daily or 0:.1f} GB are written a day"
        )

    def _worn_out(self, now: UnitFigures) -> Iterator[Diagnosis]:
        used, spares = now.life_used, now.spares_used
        worn = self._worn.judge(used)
        if worn is None and spares is None:
            return
        few = spares is not None and spares >= _SPARES_GONE
        over = (used or 0) > _LIFE_OVER or few
        words = "more than its life is used" if (used or 0) > _LIFE_OVER else f"{used} % used"
        text = ", ".join(
            part for part in (words if used else "", "few spare blocks left" if few else "") if part
        )
        yield from self._say(
            "storage-worn", bool(worn) or few, text, "critical" if over else "warning"
        )

    def _slowed(self, now: UnitFigures) -> bool | None:
        before, self._throttles = self._throttles, now.throttles
        if now.throttles is None or before is None:
            return now.slowed
        return bool(now.slowed) or now.throttles > before

    def _say(
        self, code: str, active: bool | None, text: str, severity: Severity = "warning"
    ) -> Iterator[Diagnosis]:
        if active is None:
            return
        usual = shipped(code)
        do = usual.do.en if usual else ""
        yield Diagnosis(self._unit, code, active, text if active else "", do, severity)


def _daily(now: UnitFigures) -> float | None:
    """GB a day since the machine started; None in the first hour, which is not like the others."""
    if now.storage_written is None or now.machine_s is None or now.machine_s < _HOUR_S:
        return None
    daily = per_day(now.storage_written, now.machine_s)
    return None if daily is None else daily / _GB
