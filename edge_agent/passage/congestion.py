"""How congested a lane is: a level from speed and occupancy, which does not flutter at a threshold.

Pure functions. The thresholds are the site's (``[lane.<id>.congestion]``); the handbook's levels A
to F need a capacity that nobody has measured for mixed traffic.
"""

from collections.abc import Sequence
from typing import Literal

from edge_agent.passage.lanes import Congestion

Level = Literal["free", "dense", "slow", "jammed"]

LEVELS: tuple[Level, ...] = ("free", "dense", "slow", "jammed")
"""From good to bad."""

MARGIN = 1.15
"""How much faster than its threshold a lane must be before it counts as better than it was."""
ENOUGH = 3
"""Vehicles whose mean speed speaks for a lane."""
_OCC_MARGIN = 100
"""Per mille of occupancy by which a jam must have thinned before it is over."""


def level(
    before: Level | None, speeds: Sequence[int], occupancy: int | None, limits: Congestion
) -> Level | None:
    """The level of an interval.

    Args:
        before: That of the interval before; None when it is not known.
        speeds: Of the interval's vehicles, 0.1 km/h.
        occupancy: Per mille; None when not measured.
        limits: The site's thresholds.

    Returns:
        None when too little was seen to tell: a lone slow rider is no congestion, while a lone
        one that is surely fast proves a free road, whatever was before.
    """
    jam = limits.jammed_occ - (_OCC_MARGIN if before == "jammed" else 0)
    if occupancy is not None and occupancy >= jam:
        return "jammed"
    if len(speeds) >= ENOUGH:
        return _by_speed(before, sum(speeds) / len(speeds) / 10, limits)
    if speeds and max(speeds) / 10 >= limits.dense_kmh * MARGIN:
        return "free"
    return "free" if occupancy == 0 and not speeds else None


def _by_speed(before: Level | None, kmh: float, limits: Congestion) -> Level:
    """Worse at once, better only with a margin."""
    floors = {"free": limits.dense_kmh, "dense": limits.slow_kmh, "slow": limits.jammed_kmh}
    worst = LEVELS.index(before) if before is not None else 0
    for place, name in enumerate(LEVELS[:-1]):
        if kmh >= floors[name] * (MARGIN if place < worst else 1):
            return name
    return "jammed"
