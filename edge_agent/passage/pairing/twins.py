"""Two readings of one vehicle at one place: a track that broke, a second tag behind the windscreen.

Where two vehicles one behind the other cannot be, it was one; two wheels ride abreast, so of them
only the plate can tell.
"""

from collections.abc import Iterable, Iterator

from edge_agent.passage.pairing.cost import differ
from edge_agent.passage.pairing.place import Place
from edge_agent.passage.pairing.sight import Sight

LEAST_GAP_M = 4.0
"""From front to front, of the shortest car and whoever follows it bumper to bumper."""
_ALIKE = 1
"""Characters by which two readings of one plate differ at most."""
_ABREAST_MS = 1000.0

Group = tuple[Sight, ...]
"""A sight and its twins, the first of them first."""


def grouped(sights: Iterable[Sight], place: Place, typical: float) -> Iterator[Group]:
    """Sights of one place, in the order of time, by vehicle.

    Args:
        sights: In the order of time.
        place: Theirs.
        typical: Speed of who was not measured, m/s.
    """
    group: list[Sight] = []
    for sight in sights:
        if group and (place.kind == "axles" or not _same(group[0], sight, place, typical)):
            yield tuple(group)
            group = []
        group.append(sight)
    if group:
        yield tuple(group)


def _same(one: Sight, two: Sight, place: Place, typical: float) -> bool:
    apart_ms = two.t_ms - one.t_ms
    if one.plate and two.plate:
        alike = differ(one.plate, two.plate) <= _ALIKE
        return alike and apart_ms < max(_ABREAST_MS, _gap_ms(one, two, typical))
    if apart_ms >= _gap_ms(one, two, typical):
        return False
    # A tag is heard from vehicles on four wheels alone.
    return place.kind == "tag" or (
        "two-wheels" not in one.builds | two.builds and bool(one.builds & two.builds)
    )


def _gap_ms(one: Sight, two: Sight, typical: float) -> float:
    return LEAST_GAP_M / max(one.speed or two.speed or typical, 0.5) * 1000
