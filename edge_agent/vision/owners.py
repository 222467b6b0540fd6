"""Whose plate is it? Boxes of vehicles overlap in dense traffic; a plate belongs to one of them."""

from collections.abc import Mapping, Sequence
from math import log

_Box = tuple[float, float, float, float]

_HIGHEST = 0.25
"""A plate sits below this share of its vehicle's height."""
_USUAL = 0.28
"""Width of a plate as a share of its vehicle's: 0.2 on cars, 0.25–0.4 on motorbikes."""
_FORBIDDEN = 1.2
_SAME = 0.4
"""Overlap (IoU) from which two finds are one plate."""


def owners(plates: Sequence[_Box], vehicles: Mapping[int, _Box]) -> dict[int, int]:
    """Plate (its place in ``plates``) to the vehicle that it is on.

    Each vehicle gets at most one plate and each plate at most one vehicle: the pair that fits best
    goes first. A plate fits where its centre lies low and in the middle of a vehicle's box, and is
    as wide as plates of vehicles of that width are. One plate found twice, by way of two
    overlapping vehicles, is given once.
    """
    pairs = sorted(
        (cost, number, track)
        for number, plate in enumerate(plates)
        for track, vehicle in vehicles.items()
        if (cost := _cost(plate, vehicle)) < _FORBIDDEN
    )
    result: dict[int, int] = {}
    taken: set[int] = set()
    for _, number, track in pairs:
        known = number in result or track in taken
        if known or any(_overlap(plates[number], plates[other]) > _SAME for other in result):
            continue
        result[number] = track
        taken.add(track)
    return result


def _cost(plate: _Box, vehicle: _Box) -> float:
    """0 for the usual place and width; grows with how odd it would be."""
    width, height = vehicle[2] - vehicle[0], vehicle[3] - vehicle[1]
    if width <= 0 or height <= 0 or plate[2] <= plate[0]:
        return _FORBIDDEN
    across = ((plate[0] + plate[2]) / 2 - vehicle[0]) / width
    down = ((plate[1] + plate[3]) / 2 - vehicle[1]) / height
    if not (0 <= across <= 1 and _HIGHEST <= down <= 1.05):  # noqa: PLR2004 - a box may end a little above its wheels
        return _FORBIDDEN
    odd = abs(log((plate[2] - plate[0]) / width / _USUAL))
    return abs(2 * across - 1) * 0.6 + 0.3 * odd + 0.1 * abs(down - 0.7)


def _overlap(a: _Box, b: _Box) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    area = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return both / (area - both)
