"""Many readings of one vehicle become one: its class, its speed, its plate, and what is missing."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from edge_agent.contract.events import Missing
from edge_agent.device.readings import (
    AxlesReading,
    CrossingReading,
    NoPlate,
    NoSpeed,
    Plate,
    VehicleClass,
)
from edge_agent.passage.fused import Member
from edge_agent.passage.pairing.lane import Why
from edge_agent.passage.telling import is_plate

NO_PLATE: Mapping[NoPlate, Missing] = {
    "": "not-detected",
    "off": "no-sensor",
    "no-model": "no-sensor",
    "withheld": "withheld",
    "too-small": "too-small",
    "not-found": "not-detected",
    "not-tried": "overload",
    "unreadable": "unreadable",
    "disagree": "ambiguous",
}
NO_SPEED: Mapping[NoSpeed, Missing] = {
    "": "not-detected",
    "no-ground": "no-sensor",
    "too-short": "not-detected",
    "unsteady": "ambiguous",
}
MISSING: Mapping[Why, Missing] = {
    "not-detected": "not-detected",
    "device-down": "device-down",
    "ambiguous": "ambiguous",
    "clock-off": "clock-off",
    "cannot-see": "no-sensor",
}
_TELLING: tuple[Missing, ...] = (
    "unreadable",
    "ambiguous",
    "too-small",
    "overload",
    "withheld",
    "device-down",
    "clock-off",
    "not-detected",
    "no-sensor",
)
"""Of several reasons the first of these is told: how near it came to be known."""
_CAMERA_SPREAD = 0.05
_SCALE_SPREAD = 0.02
"""Relative standard errors of speeds whose sensor does not tell its own."""


def vehicle_class(looks: Iterable[CrossingReading]) -> tuple[VehicleClass, int]:
    """Class by weighted vote, and its confidence, per mille; (unknown, 0) without a look."""
    votes: defaultdict[VehicleClass, int] = defaultdict(int)
    best: defaultdict[VehicleClass, int] = defaultdict(int)
    for look in looks:
        weight = 0 if look.vehicle is VehicleClass.UNKNOWN else max(1, look.confidence)
        votes[look.vehicle] += weight
        best[look.vehicle] = max(best[look.vehicle], look.confidence)
    if not votes:
        return VehicleClass.UNKNOWN, 0
    winner = max(votes, key=lambda vehicle: votes[vehicle])
    share = votes[winner] / sum(votes.values()) if votes[winner] else 1.0
    return winner, round(best[winner] * share)


def speed(members: Iterable[Member]) -> tuple[int | None, int | None]:
    """Speed, 0.1 km/h, as all sensors together say, and its standard error where it is known.

    The mean weighted by inverse variance; where they differ by more than they should, the error
    grows by as much (Birge's ratio).
    """
    told: list[tuple[float, float]] = []
    known = False
    for member in members:
        reading = member.reading
        if isinstance(reading, CrossingReading) and reading.speed is not None:
            told.append((reading.speed, reading.spread or reading.speed * _CAMERA_SPREAD))
            known = known or reading.spread is not None
        elif isinstance(reading, AxlesReading) and reading.speed is not None:
            told.append((reading.speed, reading.speed * _SCALE_SPREAD))
            known = True
    if not told:
        return None, None
    weights = [1 / max(sigma, 1.0) ** 2 for _, sigma in told]
    mean = sum(w * value for w, (value, _) in zip(weights, told, strict=True)) / sum(weights)
    error = math.sqrt(1 / sum(weights))
    if len(told) > 1:
        excess = sum(w * (value - mean) ** 2 for w, (value, _) in zip(weights, told, strict=True))
        error *= math.sqrt(max(1.0, excess / (len(told) - 1)))
    return round(mean), max(1, round(error)) if known or len(told) > 1 else None


def best_plate(looks: Sequence[CrossingReading]) -> Plate | None:
    """The most confident, of those with whom another camera agrees when there are such."""
    plates = [look.plate for look in looks if look.plate is not None and is_plate(look.plate)]
    texts = [plate.text for plate in plates]
    agreed = [plate for plate in plates if texts.count(plate.text) > 1]
    return max(agreed or plates, key=lambda plate: plate.confidence, default=None)


def why_no_plate(looks: Sequence[CrossingReading]) -> list[Missing]:
    """Why each camera that saw it read none."""
    return ["unreadable" if look.plate is not None else NO_PLATE[look.no_plate] for look in looks]


def why_no_speed(looks: Sequence[CrossingReading]) -> list[Missing]:
    """Why each camera that saw it measured none."""
    return [NO_SPEED[look.no_speed] for look in looks]


def telling(reasons: Iterable[Missing]) -> Missing:
    """Of several reasons the one that came nearest; no sensor when there is none."""
    given = set(reasons)
    return next((reason for reason in _TELLING if reason in given), "no-sensor")
