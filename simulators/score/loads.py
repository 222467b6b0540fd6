"""Which vehicle is truly too heavy: beyond doubt, or by some reading of the law.

The limits are those by which the world loads its vehicles (``world.axles``). How a row of axles
falls into groups, and what body a vehicle has, can be read in several ways; "surely" holds in the
mildest, with what a station of class A(5) may err on top; "over" in the strictest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.simulators.score.items import Line
from edge_agent.simulators.world.axles import allowed

_RIGID = {2: 16_000, 3: 24_000, 4: 30_000}
_ARTICULATED = {3: 26_000, 4: 34_000, 5: 44_000}
_MOST_RIGID, _MOST_ARTICULATED = 34_000, 48_000
_GROUP_CM = 180
_DOUBT_CM = 6
_GROSS_FROM, _AXLE_FROM = 1.10, 1.20
"""Shares of a limit from which it is punished."""
_GROSS_ERROR, _AXLE_ERROR = 1.05, 1.08
_NEARLY = 0.95


@dataclass(frozen=True, slots=True)
class Weighed:
    """One vehicle on a scale."""

    t: int
    vehicle: int
    over: bool
    surely: bool


def overloads(axles: Sequence[Line]) -> Weighed:
    """Judge a vehicle by its true axles, in the order of driving."""
    kilos = [axle["left"] + axle["right"] for axle in axles]
    count, gross = len(axles), sum(kilos)
    mildest = max(_ARTICULATED.get(count, _MOST_ARTICULATED), _RIGID.get(count, _MOST_RIGID))
    if count in _RIGID and count not in _ARTICULATED:
        mildest = _RIGID[count]
    strictest = _RIGID.get(count, _MOST_RIGID)
    surely = gross > mildest * _GROSS_FROM * _GROSS_ERROR
    over = gross > strictest * _NEARLY
    for group in _groups(axles):
        weight = sum(kilos[place] for place in group)
        spacings = [axles[place]["spacing"] for place in group[1:]]
        wide, close = max(spacings, default=0), min(spacings, default=0)
        most, least = (
            allowed(len(group), spacing)
            for spacing in (wide + _DOUBT_CM, max(0, close - _DOUBT_CM))
        )
        surely |= weight > most * _AXLE_FROM * _AXLE_ERROR
        over |= weight > least * _NEARLY
    first = axles[0]
    return Weighed(first["t"], first["vehicle"], over, surely)


def _groups(axles: Sequence[Line]) -> list[list[int]]:
    groups: list[list[int]] = []
    for place, axle in enumerate(axles):
        if groups and (axle["spacing"] or _GROUP_CM + 1) <= _GROUP_CM:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups
