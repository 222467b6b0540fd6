"""Names of the objects that are read: MIB-II, NTCIP 1201 and NTCIP 1202 v02.

A group holds eight phases, overlaps or detectors; groups count from 1, the lowest bit is the
first of the eight (NTCIP 1202 v02 §2.2.5). Sources are in ``vectors.toml``.
"""

from collections.abc import Callable

from edge_agent.drivers.signal_ntcip.ber import oid

_ASC = "1.3.6.1.4.1.1206.4.2.1"
_GLOBAL = "1.3.6.1.4.1.1206.4.2.6"

SYS_DESCR = oid("1.3.6.1.2.1.1.1.0")
SYS_UP_TIME = oid("1.3.6.1.2.1.1.3.0")
"""Hundredths of a second since the agent started; wraps after 497 days."""

MAX_PHASES = oid(f"{_ASC}.1.1.0")
MAX_PHASE_GROUPS = oid(f"{_ASC}.1.3.0")
UNIT_CONTROL_STATUS = oid(f"{_ASC}.3.5.0")
UNIT_FLASH_STATUS = oid(f"{_ASC}.3.6.0")
UNIT_ALARM_2 = oid(f"{_ASC}.3.7.0")
UNIT_ALARM_1 = oid(f"{_ASC}.3.8.0")
SHORT_ALARM = oid(f"{_ASC}.3.9.0")
"""Reading it clears its own bit 2, "local cycle zero", for every other reader too."""
COORD_PATTERN_STATUS = oid(f"{_ASC}.4.10.0")
VOLUME_SEQUENCE = oid(f"{_ASC}.2.5.1.0")
VOLUME_PERIOD = oid(f"{_ASC}.2.5.2.0")
GLOBAL_TIME = oid(f"{_GLOBAL}.3.1.0")
"""Seconds since 1970, UTC."""

PER_GROUP = 8


Column = Callable[[int], bytes]
"""Names of a table's column by index."""


def _column(prefix: str) -> Column:
    """Names of a table's column, by group, detector or module."""
    return lambda index: oid(f"{prefix}.{index}")


phase_concurrency = _column(f"{_ASC}.1.2.1.23")
phase_reds = _column(f"{_ASC}.1.4.1.2")
phase_yellows = _column(f"{_ASC}.1.4.1.3")
phase_greens = _column(f"{_ASC}.1.4.1.4")
dont_walks = _column(f"{_ASC}.1.4.1.5")
ped_clears = _column(f"{_ASC}.1.4.1.6")
walks = _column(f"{_ASC}.1.4.1.7")
overlap_reds = _column(f"{_ASC}.9.4.1.2")
overlap_yellows = _column(f"{_ASC}.9.4.1.3")
overlap_greens = _column(f"{_ASC}.9.4.1.4")
detectors_active = _column(f"{_ASC}.2.4.1.2")
detector_volume = _column(f"{_ASC}.2.5.4.1.1")
detector_occupancy = _column(f"{_ASC}.2.5.4.1.2")
module_make = _column(f"{_GLOBAL}.1.3.1.3")
module_model = _column(f"{_GLOBAL}.1.3.1.4")
module_version = _column(f"{_GLOBAL}.1.3.1.5")


def group_of(number: int) -> int:
    """Group that holds phase, overlap or detector ``number``."""
    return (number - 1) // PER_GROUP + 1
