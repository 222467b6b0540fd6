"""Arrivals: who comes in where, when, and finds room."""

from dataclasses import replace
from math import sqrt

from edge_agent.simulators.world.chance import bell, exponential, stream, weighted
from edge_agent.simulators.world.drivers import driver
from edge_agent.simulators.world.mover import Mover
from edge_agent.simulators.world.network import Entry, Lane, Route
from edge_agent.simulators.world.traffic import DT
from edge_agent.simulators.world.vehicles import Mix, make

_WAITING_MOST = 40
_TRIED = 6
_ABREAST = 0.12
_KEPT_M = 25.0


class Source:
    """One entry at work: a Poisson stream, some of it in pairs, and a queue outside the map.

    Args:
        seed: Of the world.
        entry: Which.
        demand: Vehicles as a share of the entry's usual.
        closer: Time that drivers keep to the one ahead, as a share of their usual; below 1 the road
            is so full that lorries use every lane.
        stops: Whether some of them stop at the kerb.
    """

    def __init__(
        self, seed: int, entry: Entry, demand: float, closer: float = 1.0, *, stops: bool = True
    ) -> None:
        self.entry = entry
        self.waiting: list[Mover] = []
        self._closer = closer
        self._stops = stops
        self._seed = seed
        self._rng = stream(seed, "arrivals", entry.name)
        self._mean_steps = 3600 / (entry.per_hour * demand) / DT
        self._next = exponential(self._rng) * self._mean_steps

    def due(self, step: int) -> int:
        """How many come in this step; none while the road outside is full too."""
        count = 0
        while self._next <= step:
            self._next += exponential(self._rng) * self._mean_steps
            count += 1
        return count if len(self.waiting) < _WAITING_MOST else 0

    def arrive(self, number: int) -> list[Mover]:
        """Make the vehicle of this number, or two where motorbikes ride abreast."""
        first = self._mover(number)
        rng = stream(self._seed, "abreast", number)
        if not first.bike or rng.random() >= _ABREAST:
            self.waiting.append(first)
            return [first]
        second = self._mover(number + 1, first.route, "motorbike")
        second.d = second.target = first.d + (1.1 if first.d + 1.6 < first.high else -1.1)
        second.v = second.v0 = first.v0
        self.waiting += [first, second]
        return [first, second]

    def _mover(self, number: int, route: Route | None = None, only: str | None = None) -> Mover:
        dense = self._closer < 1.0
        mover = _mover(self._seed, number, self.entry, route, only, anywhere=dense)
        mover.headway *= self._closer
        if not self._stops:
            mover.driver = replace(mover.driver, stops_after=None)
        return mover

    def admit(self) -> list[Mover]:
        """Let those in for whom there is room, in order."""
        entered = []
        for mover in self.waiting[:_TRIED]:
            speed = _room(mover)
            if speed is None:
                continue
            mover.v = speed
            queue = mover.link.movers
            queue.append(mover)
            self.waiting.remove(mover)
            entered.append(mover)
        return entered


def demand_of(entry: Entry, flow: float) -> float:
    """Share of an entry's usual traffic that is ``flow`` vehicles an hour on each of its lanes."""
    lanes = entry.routes[0].links[0].lanes
    low = min(route.low for route in entry.routes)
    high = max(route.high for route in entry.routes)
    own = [lane for lane in lanes if lane.low >= low and lane.high <= high]
    ours = [lane for lane in own if not lane.two_wheels] or own
    return flow * len(ours) / entry.per_hour


def _mover(
    seed: int,
    number: int,
    entry: Entry,
    route: Route | None,
    only: str | None,
    *,
    anywhere: bool,
) -> Mover:
    mix: Mix = entry.mix if only is None else ((only, 1.0),)
    vehicle = make(seed, number, mix)
    if route is None:
        ways = tuple((way, way.weight) for way in entry.routes)
        route = weighted(stream(seed, "route", number), ways)
    rng = stream(seed, "place", number)
    half = vehicle.width / 2
    if route.movement == "wrong-way":
        d = (route.low + route.high) / 2
    elif vehicle.two_wheels:
        low, high = route.bikes or (route.low, route.high)
        d = low + half + 0.1 + (high - low - 2 * half - 0.2) * rng.random()
    else:
        lane = rng.choice(_lanes(route, number, wide=vehicle.length > 7 and not anywhere))
        d = bell(rng, lane.middle, 0.08)
    return Mover(vehicle, driver(seed, vehicle, entry.limit_kmh), route, d)


def _lanes(route: Route, number: int, *, wide: bool) -> list[Lane]:
    lanes = [
        lane
        for lane in route.links[0].lanes
        if lane.low >= route.low and lane.high <= route.high and not lane.two_wheels
    ]
    if not lanes:
        raise ValueError(f"route {route.name} has no lane for vehicle {number}")
    return lanes[:2] if wide else lanes


def _room(mover: Mover) -> float | None:
    """Speed at which it can come in now; None when somebody is in the way."""
    gap = _KEPT_M * 2
    speed = mover.v0
    for other in reversed(mover.link.movers):
        rear = other.s - other.length
        if rear > gap:
            if other.s > gap + _KEPT_M:
                break
            continue
        if abs(other.d - mover.d) < mover.half + mover.side + other.half:
            gap, speed = rear, other.v
    if gap < mover.standstill + 2.0:
        return None
    safe = sqrt(speed * speed + 2 * mover.driver.brake * 0.7 * (gap - mover.standstill - 1.0))
    return min(mover.v0, safe)
