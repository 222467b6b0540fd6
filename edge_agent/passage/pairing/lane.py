"""One lane: sights in, vehicles out, each sight in exactly one of them.

Nothing is decided before it must be: all that is open is paired anew, place by place in the
direction of driving, whenever a vehicle is due, so a late reading still finds its vehicle. A
vehicle is due when the horizon after its last place has passed, or at once when nothing more can
come and nobody else could have had what it has.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from edge_agent.passage.pairing.assign import assign
from edge_agent.passage.pairing.clocks import Clocks
from edge_agent.passage.pairing.cost import MISS, Cost, Expectation, begin, cost, joined
from edge_agent.passage.pairing.place import LanePlan, Place
from edge_agent.passage.pairing.sight import Sight
from edge_agent.passage.pairing.survey import Survey
from edge_agent.passage.pairing.twins import Group, grouped

Doubt = Literal["ambiguous", "clock-off"]
Parts = dict[str, tuple[Sight, Cost | None]]
Why = Literal["not-detected", "device-down", "ambiguous", "clock-off", "cannot-see"]

CLEAR = 4.0
"""Odds of e⁴ against every other way of pairing, or the vehicle is not said to have that part."""
_MOST = 4000
"""Sights held; a lane that has more is fed by something broken, and its oldest are given out."""
_SPEED_MEMORY = 0.1
_LONGEST_MS = 120_000.0
"""Nobody who crawls is waited for longer than this, beyond the horizon."""


@dataclass(slots=True)
class Vehicle:
    """All that was seen of one vehicle.

    Attributes:
        parts: Place to its sight and what it cost to believe; the first has no cost.
        missing: Place to the reason for each that has none.
        speed: m/s, as all parts together say; None when nothing measured it.
        known: What would be expected of it further on.
        twins: Further sights of it at places of its parts.
        doubt: Of a sight that stands alone, why it may be no vehicle of its own: it may belong to
            one of several, or its sensor's clock is not believed.
    """

    parts: Parts
    missing: dict[str, Why]
    speed: float | None
    known: Expectation
    twins: list[Sight] = field(default_factory=list)
    doubt: Doubt | None = None


@dataclass(slots=True)
class _Open:
    known: Expectation
    parts: Parts
    measured: bool
    contested: bool = False
    ambiguous: set[str] = field(default_factory=set)
    twins: list[Sight] = field(default_factory=list)
    doubt: Doubt | None = None


class LanePairer:
    """State of one lane in one direction.

    Args:
        plan: Where its sensors are.
        clocks: Which of them are believed; left out when nobody else asks.
        judges: Whether what comes here is evidence for the clocks.

    Attributes:
        clocks: Likewise.
        overflows: Sights given out early because too many were held.
    """

    def __init__(
        self, plan: LanePlan, clocks: Clocks | None = None, *, judges: bool = True
    ) -> None:
        self._plan = plan
        self._judges = judges
        self.clocks = clocks or Clocks(plan)
        self._held: dict[str, list[Sight]] = {place.key: [] for place in plan.places}
        self._down: set[str] = set()
        self._typical = plan.typical_ms
        self._survey = Survey(plan)
        self._open: list[_Open] = []
        self._due: float | None = None
        self.overflows = 0

    def down(self, place: str, *, down: bool) -> None:
        """A sensor went down or came back."""
        (self._down.add if down else self._down.discard)(place)

    def due_of(self, sight: Sight) -> float:
        """Until when readings of the vehicle of a sight are waited for, monotonic ms."""
        left_ms = (self._plan.last - self._plan.by_key[sight.place].at) / self._typical * 1000
        return sight.t_ms + left_ms + self._plan.horizon_ms

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
        if self._judges:
            self.clocks.saw(sight)
        # Whether anybody is due now can only be told by looking again.
        self._due = sight.t_ms

    def take(self, now_ms: float, *, everything: bool = False) -> list[Vehicle]:
        """Vehicles that are due, in the order in which they came."""
        if self._due is None or (now_ms < self._due and not everything):
            return []
        if self._judges:
            self.clocks.judge(now_ms, self._typical)
        vehicles = self._pair()
        leaving = [each for each in vehicles if everything or now_ms >= self._due_of(each)]
        excess = sum(map(len, self._held.values())) - _MOST
        if excess > 0:
            self.overflows += excess
            leaving = vehicles[: max(len(leaving), excess)]
        gone = set(map(id, leaving))
        self._open = [each for each in vehicles if id(each) not in gone]
        self._due = min(map(self._due_of, self._open), default=None)
        for vehicle in leaving:
            self._drop(vehicle)
            self._learn(vehicle)
        return [self._closed(vehicle) for vehicle in leaving]

    def discard(self, sight: Sight) -> bool:
        """Forget a sight; whether it was still here."""
        held = self._held[sight.place]
        for number, each in enumerate(held):
            if each is sight:
                del held[number]
                return True
        return False

    def waiting(self) -> list[Vehicle]:
        """Vehicles that are not due yet, as far as they are known."""
        return [self._closed(vehicle) for vehicle in self._open]

    def withdraw(self, vehicle: Vehicle) -> None:
        """A waiting vehicle is given out elsewhere."""
        self._drop(vehicle)
        self._open = [each for each in self._open if each.parts is not vehicle.parts]

    def _pair(self) -> list[_Open]:
        vehicles: list[_Open] = []
        for declared in self._plan.places:
            place = self._survey.place(declared.key)
            groups = [*grouped(self._held[place.key], place, self._typical)]
            if self.clocks.believed(place.key):
                self._join(vehicles, groups, place)
            else:
                vehicles += [self._lone(group, place, "clock-off") for group in groups]
        vehicles.sort(key=lambda vehicle: vehicle.known.t_ms - vehicle.known.at / self._typical)
        return vehicles

    def _join(self, vehicles: list[_Open], groups: list[Group], place: Place) -> None:
        sights = [group[0] for group in groups]
        found = self._costs(vehicles, sights, place)
        rivals = Counter([row for row, _ in found] + [-1 - column for _, column in found])
        taken: set[int] = set()
        unsure: set[int] = set()
        for pair in assign({key: value.total for key, value in found.items()}, MISS):
            vehicle, sight = vehicles[pair.row], sights[pair.column]
            if pair.margin < CLEAR:
                vehicle.ambiguous.add(place.key)
                unsure.add(pair.column)
                continue
            taken.add(pair.column)
            vehicle.known = joined(vehicle.known, sight, place)
            vehicle.parts[place.key] = sight, found[pair.row, pair.column]
            vehicle.twins += groups[pair.column][1:]
            vehicle.measured = True
            vehicle.contested |= rivals[pair.row] > 1 or rivals[-1 - pair.column] > 1
        vehicles += [
            self._lone(group, place, "ambiguous" if column in unsure else None)
            for column, group in enumerate(groups)
            if column not in taken
        ]

    def _costs(
        self, vehicles: list[_Open], sights: list[Sight], place: Place
    ) -> dict[tuple[int, int], Cost]:
        found: dict[tuple[int, int], Cost] = {}
        scale = self._survey.scale(place.key)
        for row, vehicle in enumerate(vehicles):
            # What may be part of another vehicle must not win that one's other parts.
            if vehicle.doubt is not None:
                continue
            if not place.two_wheels and vehicle.known.builds == {"two-wheels"}:
                continue
            for column, sight in enumerate(sights):
                value = cost(vehicle.known, sight, place, scale)
                if value is not None:
                    found[row, column] = value
        return found

    def _lone(self, group: Group, place: Place, doubt: Doubt | None) -> _Open:
        sight = group[0]
        known = begin(sight, place, self._plan, self._typical)
        parts: Parts = {place.key: (sight, None)}
        return _Open(known, parts, sight.speed is not None, twins=[*group[1:]], doubt=doubt)

    def _due_of(self, vehicle: _Open) -> float:
        known = vehicle.known
        if not vehicle.contested and not vehicle.ambiguous and self._complete(vehicle):
            return known.t_ms
        left_ms = (self._plan.last - known.at) / known.speed * 1000
        return known.t_ms + min(left_ms, _LONGEST_MS) + self._plan.horizon_ms

    def _complete(self, vehicle: _Open) -> bool:
        rides = vehicle.known.builds == {"two-wheels"}
        return all(
            place.key in vehicle.parts
            or (rides and not place.two_wheels)
            or self.clocks.of(place.key)[0] is False
            for place in self._plan.places
        )

    def _learn(self, vehicle: _Open) -> None:
        if vehicle.measured:
            self._typical += _SPEED_MEMORY * (vehicle.known.speed - self._typical)
        if not vehicle.contested and not vehicle.ambiguous:
            for key, (_, value) in vehicle.parts.items():
                if value is not None:
                    self._survey.learn(key, value, vehicle.known.speed)

    def _closed(self, vehicle: _Open) -> Vehicle:
        missing: dict[str, Why] = {
            place.key: self._why(place, vehicle)
            for place in self._plan.places
            if place.key not in vehicle.parts
        }
        speed = vehicle.known.speed if vehicle.measured else None
        return Vehicle(vehicle.parts, missing, speed, vehicle.known, vehicle.twins, vehicle.doubt)

    def _why(self, place: Place, vehicle: _Open) -> Why:
        if place.key in vehicle.ambiguous:
            return "ambiguous"
        if place.key in self._down:
            return "device-down"
        if not place.two_wheels and vehicle.known.builds == {"two-wheels"}:
            return "cannot-see"
        unbelieved = place.key in self.clocks.heard and not self.clocks.believed(place.key)
        return "clock-off" if unbelieved else "not-detected"

    def _drop(self, vehicle: Vehicle | _Open) -> None:
        for sight in (*(sight for sight, _ in vehicle.parts.values()), *vehicle.twins):
            self.discard(sight)
