"""What the kernel tells of the box: how worn its storage is, whether its processor is held back.

Sources: eMMC's ``life_time`` and ``pre_eol_info`` (JEDEC JESD84-B51, EXT_CSD 267 to 269; Linux,
mmc-dev-attrs), ``stat`` of block devices (Linux, block/stat), ``get_throttled`` of the Raspberry
Pi's firmware, cooling devices and throttle counters of other boards (Linux, thermal/sysfs-api).
Memory cards, and disks without eMMC's words, tell only what is written to them.
"""

import os
from dataclasses import dataclass
from pathlib import Path

SYS = Path("/sys")
_SECTOR = 512
_WRITTEN_FIELD = 6
_LIFE_EXCEEDED = 0x0B
_SPARES_USED = {0x01: 0, 0x02: 80, 0x03: 90}
_UNDER_VOLTAGE, _SLOWED = 0x1, 0x2 | 0x4 | 0x8


@dataclass(frozen=True, slots=True)
class Storage:
    """The disk on which a folder lies; None is not told.

    Attributes:
        written: Bytes written to all of it since the machine started, by anybody.
        life_used: At most so much of its life is used, percent; 110 when it has exceeded it.
        spares_used: At least so many of its spare blocks are used, percent.
    """

    written: int | None = None
    life_used: int | None = None
    spares_used: int | None = None


@dataclass(frozen=True, slots=True)
class Power:
    """Whether the processor runs as fast as it may; None is not told.

    Attributes:
        slowed: It is held back now, by heat or by a weak supply.
        under_voltage: The supply is too low now.
        throttles: How often it was held back since the machine started, where that is counted.
    """

    slowed: bool | None = None
    under_voltage: bool | None = None
    throttles: int | None = None


def storage(folder: Path, sys: Path = SYS) -> Storage:
    """Of the disk under a folder; nothing where it lies in memory or on the network."""
    disk = _disk(folder, sys)
    if disk is None:
        return Storage()
    words = _text(disk / "stat").split()
    written = int(words[_WRITTEN_FIELD]) * _SECTOR if len(words) > _WRITTEN_FIELD else None
    # Two estimates, of two kinds of cells, in steps of a tenth; 0 is: not told.
    steps = [_hex(word) or 0 for word in _text(disk / "device" / "life_time").split()]
    life = max(steps, default=0)
    spares = _hex(_text(disk / "device" / "pre_eol_info"))
    return Storage(
        written,
        10 * life if 0 < life <= _LIFE_EXCEEDED else None,
        None if spares is None else _SPARES_USED.get(spares),
    )


def power(sys: Path = SYS) -> Power:
    """Of the processor."""
    firmware = next(sys.glob("devices/platform/soc*/*firmware/get_throttled"), None)
    bits = None if firmware is None else _hex(_text(firmware))
    states = [
        _number(_text(device / "cur_state"))
        for device in sys.glob("class/thermal/cooling_device*")
        if "cpufreq" in (kind := _text(device / "type").strip()) or kind == "Processor"
    ]
    known = [state > 0 for state in states if state is not None]
    if bits is not None:
        known.append(bool(bits & _SLOWED))
    counts = [
        _number(_text(file))
        for file in sys.glob("devices/system/cpu/cpu*/thermal_throttle/core_throttle_count")
    ]
    return Power(
        any(known) if known else None,
        None if bits is None else bool(bits & _UNDER_VOLTAGE),
        sum(count or 0 for count in counts) if counts else None,
    )


def _disk(folder: Path, sys: Path) -> Path | None:
    """The whole disk below a file system: partition to disk, mapped volume to what carries it."""
    try:
        device = os.stat(folder).st_dev  # noqa: PTH116 - the number, as the kernel has it
    except OSError:
        return None
    place = sys / "dev" / "block" / f"{os.major(device)}:{os.minor(device)}"
    if not place.exists():
        return None
    place = place.resolve()
    carriers = sorted((place / "slaves").glob("*"))
    if carriers:
        place = carriers[0].resolve()
    return place.parent if (place / "partition").exists() else place


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _hex(text: str) -> int | None:
    try:
        return int(text, 16)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
