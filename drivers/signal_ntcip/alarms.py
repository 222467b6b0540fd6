"""Follows the alarm objects and tells what begins and ends. Pure."""

from collections.abc import Mapping

from edge_agent.clock import Stamp
from edge_agent.device.readings import ConditionReading, Severity
from edge_agent.drivers.signal_ntcip import objects
from edge_agent.drivers.signal_ntcip.codec import (
    FLASH,
    NOT_FLASHING,
    SHORT_ALARMS,
    UNIT_ALARMS_1,
    UNIT_ALARMS_2,
    Alarm,
)
from edge_agent.drivers.signal_ntcip.snmp import Value

_TABLES = {
    objects.SHORT_ALARM: SHORT_ALARMS,
    objects.UNIT_ALARM_1: UNIT_ALARMS_1,
    objects.UNIT_ALARM_2: UNIT_ALARMS_2,
}
NAMES = tuple(_TABLES)

_INTENDED = frozenset((3, 4, 7, 8))
"""Reasons to flash that somebody wanted: by plan, by hand, at start, for a preemption."""


class Alarms:
    """Remembers which conditions stand; the first look tells each of them, on or off."""

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}

    def take(self, values: Mapping[bytes, Value], at: Stamp) -> list[ConditionReading]:
        """Conditions that changed. An object that the controller lacks says nothing."""
        told = []
        for name, table in _TABLES.items():
            octet = values.get(name)
            if isinstance(octet, int):
                told += [self._told(alarm, bool(octet >> alarm.bit & 1), at) for alarm in table]
        flash = values.get(objects.UNIT_FLASH_STATUS)
        if isinstance(flash, int):
            told.append(self._told(_flash(flash), flash != NOT_FLASHING, at))
        return [reading for reading in told if reading is not None]

    def _told(self, alarm: Alarm, active: bool, at: Stamp) -> ConditionReading | None:
        if self._known.get(alarm.code) == active:
            return None
        self._known[alarm.code] = active
        return ConditionReading(at, alarm.code, active, alarm.severity, alarm.text, alarm.do)


def _flash(status: int) -> Alarm:
    if status == NOT_FLASHING:
        return Alarm(0, "flash", "info", "The heads do not flash")
    severity: Severity = "warning" if status in _INTENDED else "critical"
    reason = FLASH.get(status, "other")
    return Alarm(0, "flash", severity, f"The heads flash: {reason}", "Look at the cabinet")
