"""Writes the Traffic Signal Controller Broadcast Message of a unit."""

from edge_agent.simulators.ntcip.mib import Mib
from edge_agent.simulators.ntcip.unit import NOT_FLASHING, Unit

_UNKNOWN = 0xFFFF
_PHASES = 16
WITH_PEDESTRIANS = 6


def message(unit: Unit, mib: Mib, sequence: int, *, clock_ms: int = 0, jump: int = 0) -> bytes:
    """The message of the last tick.

    Args:
        unit: Whose state.
        mib: Composes the masks.
        sequence: 0…255.
        clock_ms: Error of the unit's clock.
        jump: The discontinuity flag.
    """
    view = unit.view
    out = bytearray((0xCD, _PHASES))
    for phase in range(1, _PHASES + 1):
        left = view.left_ms.get(phase)
        tenths = _UNKNOWN if left is None else left // 100
        out.append(phase)
        for value in (tenths, tenths, _UNKNOWN, _UNKNOWN, _UNKNOWN, _UNKNOWN):
            out += value.to_bytes(2, "big")
    for kind in ("phase", "walk", "overlap"):
        for colour in range(3):
            out += (mib.mask(kind, colour) & 0xFFFF).to_bytes(2, "big")
    for heads in (view.phases, view.overlaps):
        flashing = sum(1 << n - 1 for n, aspect in heads.items() if aspect in ("fy", "fr"))
        out += (flashing & 0xFFFF).to_bytes(2, "big")
    out += bytes((int(unit.flash_status != NOT_FLASHING), 0, jump, sequence % 256))
    seconds, millis = divmod((unit.now_ms + clock_ms) % 86_400_000, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    out += bytes((hour, minute, second)) + millis.to_bytes(2, "big")
    if mib.tscbm_mode == WITH_PEDESTRIANS:
        out += bytes(4)
    return bytes(out)
