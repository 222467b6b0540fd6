"""One thing that a device says, when it reaches the unit, and what it truly is about."""

from dataclasses import dataclass
from typing import Any, Literal

Wire = dict[str, Any]

BOOT_MS = 60_000
"""The unit had been running for so long when the road began."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a reading is about: what a score is judged by.

    Attributes:
        t: When it truly was, UTC ms.
        id: The device's own number of the reading, as a passage's part names it.
        kind: Of the sensor, as a passage's part names it.
        vehicle: None for a ghost.
        lane: As the site file names it.
        place: Sensor within the lane: a line, an antenna, a scale.
        judge: Rules that this reading is enough for, where they are judged.
    """

    t: int
    id: str
    kind: Literal["camera", "axles", "tag"]
    vehicle: int | None
    lane: str
    place: str
    judge: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A reading on its way.

    Attributes:
        at_ms: When it reaches the unit.
        reading: As it travels between a driver and the unit.
        about: None where it is about no vehicle.
    """

    at_ms: int
    device: str
    reading: Wire
    about: Subject | None = None


class DeviceClocks:
    """Stamps as devices make them: of the moment, by clocks that may be off.

    Args:
        start_ms: UTC of the world's first moment.
        off_ms: Device to how far its clock is ahead.
    """

    def __init__(self, start_ms: int, off_ms: dict[str, int]) -> None:
        self._boot_ms = start_ms - BOOT_MS
        self._off_ms = dict(off_ms)

    def stamp(self, device: str, t_ms: float, spread_ms: int) -> Wire:
        """A stamp; ``t_ms`` is UTC as the device's sensor felt it."""
        own = t_ms + self._off_ms.get(device, 0)
        mono_ns = int((own - self._boot_ms) * 1_000_000)
        return {"utc_ms": int(own), "mono_ns": mono_ns, "spread_ms": spread_ms}
