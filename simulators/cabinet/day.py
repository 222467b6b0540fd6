"""A day as it passes in a cabinet and on the road beside it: pure functions of the time of day."""

from dataclasses import dataclass
from math import pi, sin

DAY_S = 86_400
HOUR_S = 3600

DOOR = (8 * HOUR_S + 600, 8 * HOUR_S + 1500)
OUTAGE = (13 * HOUR_S, 14 * HOUR_S + 600)
RAIN = (16 * HOUR_S, 18 * HOUR_S)
FLOOD = (17 * HOUR_S, 18 * HOUR_S + 1800)
FOG = (5 * HOUR_S, 7 * HOUR_S)
GALE = (15 * HOUR_S + 1800, 17 * HOUR_S + 1800)

_HIGHEST_MM = 180


@dataclass(frozen=True, slots=True)
class Moment:
    """What is true at one time of day.

    Attributes:
        outside: 0.1 °C.
        film: Water on the road, µm.
        water: In the cabinet's base, mm.
        visibility: m.
        wind: 0.1 m/s.
    """

    door: bool
    mains: bool
    outside: int
    film: int
    water: int
    visibility: int
    wind: int


def at(second: float) -> Moment:
    """The moment at this second of the day."""
    rain = _bump(second, RAIN)
    return Moment(
        door=_inside(second, DOOR),
        mains=not _inside(second, OUTAGE),
        outside=round(290 - 60 * sin(2 * pi * (second / DAY_S + 0.125)) - 30 * rain),
        film=round(2400 * rain),
        water=round(_HIGHEST_MM * _bump(second, FLOOD)),
        visibility=round(2000 - 1900 * _bump(second, FOG)),
        wind=round(35 + 180 * _bump(second, GALE)),
    )


def _inside(second: float, span: tuple[int, int]) -> bool:
    return span[0] <= second % DAY_S < span[1]


def _bump(second: float, span: tuple[int, int]) -> float:
    """0…1…0 over the span, 0 outside."""
    if not _inside(second, span):
        return 0.0
    return sin(pi * (second % DAY_S - span[0]) / (span[1] - span[0]))
