"""How good the sensors are: shares and spreads, a row a light; plausible, not fitted."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Manners:
    """Shares of vehicles unless said otherwise.

    Attributes:
        unseen: A camera misses a vehicle; ``unseen_bike`` one on two wheels.
        ghost: A camera tells of a vehicle that is none.
        twice_seen: One vehicle becomes two tracks.
        confused: Class taken for a neighbouring one.
        time_ms: Deviation of a crossing's time; ``length`` that of where the middle is, of length.
        unsped: No speed was measured; ``speed`` is its relative deviation.
        unread: A clean plate is not read; ``dirty_unread`` a dirty one.
        misread: A plate is read with one wrong character.
        tag_missed: A tag is not heard.
        tag_twice: One pass becomes two readings.
        tag_second: A second tag lies in the vehicle.
        tag_across: The antenna of the next lane hears it too.
        unweighed: A scale misses a vehicle; ``axle_missed`` one axle of it.
        weight: Relative deviation of a wheel's weight: 95 % within ± 5 %.
        stutter: A device says a reading a second time.
    """

    unseen: float = 0.004
    unseen_bike: float = 0.01
    ghost: float = 0.001
    twice_seen: float = 0.001
    confused: float = 0.03
    time_ms: float = 25.0
    length: float = 0.03
    unsped: float = 0.02
    speed: float = 0.025
    unread: float = 0.04
    dirty_unread: float = 0.35
    misread: float = 0.006
    tag_missed: float = 0.004
    tag_twice: float = 0.004
    tag_second: float = 0.004
    tag_across: float = 0.003
    unweighed: float = 0.004
    axle_missed: float = 0.003
    weight: float = 0.0255
    stutter: float = 0.003


_DAY = Manners()

LIGHTS: dict[str, Manners] = {
    "day": _DAY,
    "night-rain": replace(
        _DAY,
        unseen=0.02, unseen_bike=0.05, ghost=0.004, twice_seen=0.003, confused=0.08,
        time_ms=45.0, length=0.05, unsped=0.06, speed=0.04,
        unread=0.12, dirty_unread=0.6, misread=0.015, tag_missed=0.006,
    ),
}  # fmt: skip
"""Rain and darkness trouble cameras; readers and scales hardly notice."""
