"""How much of its life soldered flash (eMMC) says it has used, as the kernel tells it.

``life_time`` holds two estimates, of two kinds of cells, in steps of a tenth; ``pre_eol_info`` how
many spare blocks are gone (JEDEC JESD84-B51, EXT_CSD 267 to 269; Linux, mmc-dev-attrs). Memory
cards and most disks tell nothing here.
"""

from dataclasses import dataclass
from pathlib import Path

_EXCEEDED = 0x0B
_SPARES = {0x01: "", 0x02: "low", 0x03: "urgent"}


@dataclass(frozen=True, slots=True)
class Flash:
    """One device.

    Attributes:
        used: At most so much of its life is used, percent; 110 when it has exceeded it.
        spares: ``low`` when 80 % of the spare blocks are used, ``urgent`` when 90 %; else empty.
    """

    name: str
    used: int
    spares: str


def flashes(sys: Path) -> list[Flash]:
    """All that tell, below ``/sys/block``."""
    found = (_flash(device) for device in sorted(sys.glob("mmcblk[0-9]")))
    return [flash for flash in found if flash is not None]


def _flash(device: Path) -> Flash | None:
    try:
        told = (device / "device" / "life_time").read_text(encoding="ascii").split()
        worst = max(int(value, 16) for value in told)
    except (OSError, ValueError):
        return None
    if not 0 < worst <= _EXCEEDED:
        return None  # 0 is: not told
    try:
        spares = int((device / "device" / "pre_eol_info").read_text(encoding="ascii"), 16)
    except (OSError, ValueError):
        spares = 0
    return Flash(device.name, 10 * worst, _SPARES.get(spares, ""))
