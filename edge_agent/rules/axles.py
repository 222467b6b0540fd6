"""From axles to groups of axles: which carry together, and which spacing counts.

Where a spacing lies so near a step that the scale may have it on the wrong side, there is more
than one way to read the vehicle. All ways are listed; the judge takes the mildest and tells of the
others.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edge_agent.rules.limits import AxleLimits, LoadBand

MOST_DOUBTS = 9
"""Gaps that may be read two ways before a vehicle is not judged: more is a broken sensor."""
_SINGLE, _TANDEM, _TRIDEM = 1, 2, 3


@dataclass(frozen=True, slots=True)
class AxleGroup:
    """Axles that carry together, and what the law lets them.

    Attributes:
        first: Number of its first axle, from 1.
        last: Number of its last.
        limit: What it may weigh, kg: the most that its spacings may mean. None where the law
            knows no such group.
        other: The least that they may mean, kg; the same where there is no doubt.
    """

    first: int
    last: int
    limit: int | None
    other: int | None

    @property
    def name(self) -> str:
        """As an excess tells it: ``axle-1``, ``group-2-3``."""
        if self.first == self.last:
            return f"axle-{self.first}"
        return f"group-{self.first}-{self.last}"


def readings(
    spacings: Sequence[int], spread: int, limits: AxleLimits
) -> list[tuple[AxleGroup, ...]] | None:
    """All ways to read a vehicle's axles.

    Args:
        spacings: Between neighbours, cm.
        spread: How well they are known, cm.
        limits: Of the table.

    Returns:
        At least one way; None when there are too many.
    """
    ways = [_joined(spacing, spread, limits.group_to_cm) for spacing in spacings]
    if sum(len(way) > 1 for way in ways) > MOST_DOUBTS:
        return None
    return [tuple(_groups(joins, spacings, spread, limits)) for joins in itertools.product(*ways)]


def _joined(spacing: int, spread: int, most: int) -> tuple[bool, ...]:
    """Whether two neighbours carry together, in every way that the spacing may be read."""
    return tuple(
        dict.fromkeys((spacing <= most, spacing - spread <= most, spacing + spread <= most))
    )


def _groups(
    joins: Sequence[bool], spacings: Sequence[int], spread: int, limits: AxleLimits
) -> Iterator[AxleGroup]:
    first = 0
    for axle in range(len(spacings) + 1):
        if axle < len(spacings) and joins[axle]:
            continue
        most, least = _limit(spacings[first:axle], spread, limits)
        yield AxleGroup(first + 1, axle + 1, most, least)
        first = axle + 1


def _limit(
    inner: Sequence[int], spread: int, limits: AxleLimits
) -> tuple[int, int] | tuple[None, None]:
    """The most and the least that a group with these inner spacings may weigh, kg."""
    axles = len(inner) + 1
    if axles == _SINGLE:
        return limits.single_kg, limits.single_kg
    if axles > _TRIDEM:
        return None, None
    table = limits.tandem if axles == _TANDEM else limits.tridem
    possible = [kg for spacing in inner for kg in _possible(spacing, spread, table)]
    return max(possible), min(possible)


def _possible(spacing: int, spread: int, table: Sequence[LoadBand]) -> Iterator[int]:
    """Limits of every band that the spacing may lie in."""
    for band in table:
        low, high = band.low, band.high
        reaches = low is None or spacing + spread > low[0] or band.holds(spacing + spread)
        begins = high is None or spacing - spread < high[0] or band.holds(spacing - spread)
        if reaches and begins:
            yield band.kg
