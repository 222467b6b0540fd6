"""What one reading tells of its vehicle, in the terms of pairing."""

from dataclasses import dataclass, field
from typing import Any, Literal

Build = Literal["two-wheels", "light", "heavy"]
"""As coarse as all sensors can agree on: a bus may be weighed as a truck, never as a motorbike."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A vehicle seen at a place.

    Attributes:
        id: Of the reading; unique within its place.
        place: Key of the place.
        t_ms: When, on a clock that does not jump.
        spread_ms: Uncertainty of that moment.
        speed: m/s; None when not measured.
        builds: What it may be; empty when nothing is known.
        length: Metres; None when not measured.
        axles: None when not counted.
        plate: Text; empty when not read.
        track: Who follows the vehicle, and as which: equal at two lines of one camera, it is one
            vehicle.
        reading: What is handed back with the vehicle; not looked at.
    """

    id: str
    place: str
    t_ms: float
    spread_ms: float = 20.0
    speed: float | None = None
    builds: frozenset[Build] = frozenset()
    length: float | None = None
    axles: int | None = None
    plate: str = ""
    track: tuple[str, str] | None = None
    reading: Any = field(default=None, compare=False)
