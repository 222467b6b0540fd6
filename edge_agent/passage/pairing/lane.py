"""One lane: sights in, vehicles out, each sight in exactly one of them.

Nothing is decided before it must be: all that is open is paired anew, place by place in the
direction of driving, whenever a vehicle is due, so a late reading still finds its vehicle. A
vehicle is due when the horizon after its last place has passed, or at once when nothing more can
come and nobody else could have had what it has.
"""

import math
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from edge_agent.passage.pairing.assign import assign
from edge_agent.passage.pairing.cost import (
    MISS,
    Cost,
    Expectation,
    begin,
    cost,
    joined,
)
from edge_agent.passage.pairing.place import LanePlan, Place
from edge_agent.passage.pairing.sight import Sight
from edge_agent.passage.pairing.trust import FITS_SIGMA, Trust

Why = Literal["not-detected", "device-down", "ambiguous", "clock-off", "cannot-see"]

_CLEAR = 4.0
"""Odds of e⁴ against every other way of pairing, or the vehicle is not said to have that part."""
_AROUND_MS = 6000.0
_JUDGED_MS = 1000.0
"""By then every sensor's reading of the same moment has come, if it comes in time at all."""
_RECENT_MS = 30_000.0
_MOST = 4000
"""Sights held; a lane that has more is fed by something broken, and its oldest are given out."""
_SPEED_MEMORY = 0.1


@dataclass(slots=True)
class Vehicle:
    """All that was seen of one vehicle.

    Attributes:
        parts: Place to its sight and what it cost to believe; the first has no cost.
        missing: Place to the reason for each that has none.
        speed: m/s, as all parts together say; None when nothing measured it.
    """

    parts: dict[str, tuple[Sight, Cost | None]]
    missing: dict[str, Why]
    speed: float | None


@dataclass(slots=True)
class _Open:
    known: Expectation
    parts: dict[str, tuple[Sight, Cost | None]]
    measured: bool
    contested: bool = False
    ambiguous: set[str] = field(default_factory=set)


class LanePairer:
    """State of one lane.

    Attributes:
        overflows: Sights given out early because too many were held.
    """

    def __init__(self, plan: LanePlan) -> None:
        self._plan = plan
        self._held: dict[str, list[Sight]] = {place.key: [] for place in plan.places}
        self._trust = {place.key: Trust() for place in plan.places}
        cameras = [place.key for place in plan.places if place.kind == "camera"]
        self._anchor = cameras[0] if cameras else plan.places[0].key
        self._down: set[str] = set()
        self._typical = plan.typical_ms
        self._recent: deque[Sight] = deque()
        self._unjudged: list[Sight] = []
        self._due: float | None = None
        self.overflows = 0

    def down(self, place: str, *, down: bool) -> None:
        """A sensor went down or came back."""
        (self._down.add if down else self._down.discard)(place)

    def clock_of(self, place: str) -> tuple[bool | None, float | None]:
        """Whether a place's clock is believed, and by how many ms it seems to be off."""
        if place == self._anchor:
            return True, None
        trust = self._trust[place]
        return trust.trusted, trust.shift_ms() if trust.trusted is False else None

    def add(self, sight: Sight) -> None:
        """Take a sight; late ones and those out of order as well.

        Raises:
            KeyError: The lane has no such place.
        """
        held = self._held[sight.place]
        at = len(held)
        while at and held[at - 1].t_ms > sight.t_ms:
            at -= 1
        held.insert(at, sight)
        if sight.place == self._anchor:
            self._recent.append(sight)
        else:
            self._unjudged.append(sight)
        # Whether anybody is due now can only be told by looking again.
        self._due = sight.t_ms

    def take(self, now_ms: float, *, everything: bool = False) -> list[Vehicle]:
        """Vehicles that are due, in the order in which they came."""
        if self._due is None or (now_ms < self._due and not everything):
            return []
        self._judge(now_ms)
        vehicles = self._pair()
        leaving = [vehicle for vehicle in vehicles if everything or self._leaves(vehicle, now_ms)]
        excess = sum(map(len, self._held.values())) - _MOST
        if excess > 0:
            self.overflows += excess
            leaving = vehicles[: max(len(leaving), excess)]
        result = [self._closed(vehicle) for vehicle in leaving]
        self._drop(leaving)
        staying = vehicles[:] if not leaving else [v for v in vehicles if v not in leaving]
        self._due = min((self._due_of(vehicle) for vehicle in staying), default=None)
        return result

    def _pair(self) -> list[_Open]:
        vehicles: list[_Open] = []
        for place in self._plan.places:
            sights = self._held[place.key]
            if not self._believed(place.key):
                vehicles += [self._lone(sight, place) for sight in sights]
                continue
            self._join(vehicles, sights, place)
        vehicles.sort(key=lambda vehicle: vehicle.known.t_ms - vehicle.known.at / self._typical)
        return vehicles

    def _join(self, vehicles: list[_Open], sights: list[Sight], place: Place) -> None:
        found = self._costs(vehicles, sights, place)
        rivals = Counter([row for row, _ in found] + [-1 - column for _, column in found])
        taken: set[int] = set()
        for pair in assign({key: value.total for key, value in found.items()}, MISS):
            vehicle, sight = vehicles[pair.row], sights[pair.column]
            if pair.margin < _CLEAR:
                vehicle.ambiguous.add(place.key)
                continue
            taken.add(pair.column)
            vehicle.known = joined(vehicle.known, sight, place)
            vehicle.parts[place.key] = sight, found[pair.row, pair.column]
            vehicle.measured = True
            vehicle.contested |= rivals[pair.row] > 1 or rivals[-1 - pair.column] > 1
        vehicles += [
            self._lone(sight, place) for column, sight in enumerate(sights) if column not in taken
        ]

    def _costs(
        self, vehicles: list[_Open], sights: list[Sight], place: Place
    ) -> dict[tuple[int, int], Cost]:
        found: dict[tuple[int, int], Cost] = {}
        for row, vehicle in enumerate(vehicles):
            if vehicle.known.at > place.at or not self._joins(vehicle):
                continue
            if not place.two_wheels and vehicle.known.builds == {"two-wheels"}:
                continue
            for column, sight in enumerate(sights):
                value = cost(vehicle.known, sight, place)
                if value is not None:
                    found[row, column] = value
        return found

    def _joins(self, vehicle: _Open) -> bool:
        return all(self._believed(place) for place in vehicle.parts)

    def _believed(self, place: str) -> bool:
        return place == self._anchor or self._trust[place].trusted is True

    def _lone(self, sight: Sight, place: Place) -> _Open:
        known = begin(sight, place, self._plan, self._typical)
        return _Open(known, {place.key: (sight, None)}, sight.speed is not None)

    def _leaves(self, vehicle: _Open, now_ms: float) -> bool:
        return now_ms >= self._due_of(vehicle)

    def _due_of(self, vehicle: _Open) -> float:
        known = vehicle.known
        if not vehicle.contested and not vehicle.ambiguous and self._complete(vehicle):
            return known.t_ms
        left_ms = (self._plan.last - known.at) / known.speed * 1000
        return known.t_ms + left_ms + self._plan.horizon_ms

    def _complete(self, vehicle: _Open) -> bool:
        rides = vehicle.known.builds == {"two-wheels"}
        return all(
            place.key in vehicle.parts or (rides and not place.two_wheels)
            for place in self._plan.places
        )

    def _closed(self, vehicle: _Open) -> Vehicle:
        if vehicle.measured:
            self._typical += _SPEED_MEMORY * (vehicle.known.speed - self._typical)
        missing: dict[str, Why] = {
            place.key: self._why(place, vehicle)
            for place in self._plan.places
            if place.key not in vehicle.parts
        }
        return Vehicle(vehicle.parts, missing, vehicle.known.speed if vehicle.measured else None)

    def _why(self, place: Place, vehicle: _Open) -> Why:
        if place.key in vehicle.ambiguous:
            return "ambiguous"
        if place.key in self._down:
            return "device-down"
        if not place.two_wheels and vehicle.known.builds == {"two-wheels"}:
            return "cannot-see"
        if not self._believed(place.key) and self._trust[place.key].trusted is False:
            return "clock-off"
        return "not-detected"

    def _judge(self, now_ms: float) -> None:
        """Evidence for the clocks: does each reading lie where an anchor's vehicle must be?"""
        while self._recent and self._recent[0].t_ms < now_ms - _RECENT_MS:
            self._recent.popleft()
        waiting = []
        for sight in self._unjudged:
            if sight.t_ms > now_ms - _JUDGED_MS:
                waiting.append(sight)
                continue
            differences = tuple(self._differences(sight))
            fits, sigma = self._fits(sight)
            density = len(differences) / (2 * _AROUND_MS)
            self._trust[sight.place].saw(
                fits=fits,
                by_chance=1 - math.exp(-density * 2 * FITS_SIGMA * sigma),
                differences_ms=differences,
            )
        self._unjudged = waiting

    def _fits(self, sight: Sight) -> tuple[bool, float]:
        """Whether an anchor's vehicle was there then, and the sigma of "then", ms."""
        anchor, place = self._plan.by_key[self._anchor], self._plan.by_key[sight.place]
        sigma = 0.0
        for other in self._recent:
            if anchor.at <= place.at:
                known = begin(other, anchor, self._plan, self._typical)
                value = cost(known, sight, place)
            else:
                known = begin(sight, place, self._plan, self._typical)
                value = cost(known, other, anchor)
            if value is not None:
                sigma = value.sigma_ms
                if abs(value.residual_ms) <= FITS_SIGMA * sigma and value.total < 2 * MISS:
                    return True, sigma
        return False, sigma

    def _differences(self, sight: Sight) -> Iterator[float]:
        gone = self._plan.by_key[sight.place].at - self._plan.by_key[self._anchor].at
        drive_ms = gone / (sight.speed or self._typical) * 1000
        for other in self._recent:
            difference = sight.t_ms - other.t_ms - drive_ms
            if abs(difference) <= _AROUND_MS:
                yield difference

    def _drop(self, vehicles: list[_Open]) -> None:
        for vehicle in vehicles:
            for key, (sight, _) in vehicle.parts.items():
                self._held[key].remove(sight)
