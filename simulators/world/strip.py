"""A straight road of a few lanes each way, as busy and as mixed as a Vietnamese one.

Motorbikes are the majority: they ride up to three abreast and filter past cars along the lane
edges. Every vehicle keeps its own speed, so the moment at which it crosses a line across the road
is exact. Metres and seconds; x runs along the road from 0, y across it. Same seed, same traffic, to
the last bit.
"""

import heapq
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

EDGE_M = 1.35
"""A motorbike this far from the middle of a lane clears a car in it."""
_GAP_S = 0.35


@dataclass(frozen=True, slots=True)
class Body:
    """Size of a class of vehicles, metres, and how often it comes (weights)."""

    length: float
    width: float
    height: float
    weight: float


BODIES = {
    "motorbike": Body(1.9, 0.7, 1.6, 66),
    "car": Body(4.4, 1.8, 1.5, 24),
    "bus": Body(10.5, 2.4, 3.1, 4),
    "truck": Body(7.5, 2.3, 2.9, 6),
}


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle and its whole way.

    Attributes:
        number: Counts up by the moment of entering.
        kind: Key of BODIES.
        way: +1 with growing x, −1 against.
        y: Middle of the vehicle across the road, metres.
        enters: Second at which its middle is at the road's beginning (for its way).
        speed: Metres a second.
        size: Its own length, width and height.
        shade: 0–1, for painters.
    """

    number: int
    kind: str
    way: int
    y: float
    enters: float
    speed: float
    size: tuple[float, float, float]
    shade: float

    def x(self, t: float, length: float) -> float:
        """Middle of the vehicle along the road at second t."""
        gone = (t - self.enters) * self.speed
        return gone if self.way > 0 else length - gone

    def reaches(self, x: float, length: float) -> float:
        """Second at which its middle is at x."""
        return self.enters + (x if self.way > 0 else length - x) / self.speed


@dataclass(frozen=True, slots=True)
class StripSettings:
    """The road.

    Attributes:
        length: Metres of road in the picture.
        margin: Metres before and behind, so that long vehicles enter from outside.
        lanes: Lanes each way.
        lane_width: Metres.
        per_lane: Vehicles an hour and lane, of all classes.
        speed: Mean speed, metres a second.
    """

    length: float = 36.0
    margin: float = 8.0
    lanes: int = 2
    lane_width: float = 3.5
    per_lane: float = 1800.0
    speed: float = 9.0


class Strip:
    """Traffic on the road, in the order of entering."""

    def __init__(self, seed: int, settings: StripSettings | None = None) -> None:
        self.settings = settings or StripSettings()
        self._seed = seed

    def vehicles(self) -> Iterator[Vehicle]:
        """All vehicles, without end."""
        own = self.settings
        tracks = [self._lane(lane, way) for way in (1, -1) for lane in range(own.lanes)]
        for number, vehicle in enumerate(heapq.merge(*tracks, key=lambda v: (v.enters, v.y)), 1):
            yield replace(vehicle, number=number)

    def breadth(self) -> float:
        """Width of the whole road, metres."""
        return 2 * self.settings.lanes * self.settings.lane_width

    def _lane(self, lane: int, way: int) -> Iterator[Vehicle]:
        """Vehicles of one lane: three tracks, of which cars use the middle one."""
        own = self.settings
        # A string seeds the same on every machine and Python; a tuple's hash would not.
        draw = random.Random(f"{self._seed}/{way}/{lane}")
        middle = (lane + 0.5) * own.lane_width
        centre = self.breadth() / 2 + (middle if way > 0 else -middle)
        travelled = own.length + 2 * own.margin
        free = dict.fromkeys((-EDGE_M, 0.0, EDGE_M), (0.0, 0.0))  # last one's entry and exit end
        pace = own.speed * draw.uniform(0.9, 1.1)
        mean = 3600.0 / own.per_lane
        held: list[tuple[float, int, Vehicle]] = []
        order = itertools.count()
        t = draw.expovariate(1 / mean)
        while True:
            kind = draw.choices(list(BODIES), [body.weight for body in BODIES.values()])[0]
            if kind == "motorbike":
                abreast = draw.choices((1, 2, 3), (6, 3, 1))[0]
                offsets = draw.sample(sorted(free), abreast)
            else:
                offsets = [0.0]
            for offset in offsets:
                body = BODIES[kind]
                scale = draw.uniform(0.93, 1.07)
                fast = draw.uniform(1.0, 1.3) if kind == "motorbike" else draw.uniform(0.85, 1.05)
                speed = pace * fast
                half_s = body.length * scale / 2 / speed
                entry_clear, exit_clear = free[offset]
                # Nobody drives through the one before: enter after it, leave after it.
                begins = max(t + draw.uniform(0.0, 0.25), entry_clear + _GAP_S + half_s)
                ends = max(begins + travelled / speed, exit_clear + _GAP_S + half_s)
                speed = travelled / (ends - begins)
                half_s = body.length * scale / 2 / speed
                free[offset] = (begins + half_s, ends + half_s)
                vehicle = Vehicle(
                    0,
                    kind,
                    way,
                    centre + offset + draw.uniform(-0.15, 0.15),
                    begins + own.margin / speed,
                    speed,
                    (body.length * scale, body.width * scale, body.height * scale),
                    draw.random(),
                )
                heapq.heappush(held, (vehicle.enters, next(order), vehicle))
            t += draw.expovariate(1 / (mean * len(offsets)))
            # Whoever comes later begins after t: what entered before it is in its final order.
            while held and held[0][0] < t:
                yield heapq.heappop(held)[2]


class Traffic:
    """Who is on the road now; time only goes forward."""

    def __init__(self, strip: Strip) -> None:
        self._strip = strip
        self._coming = strip.vehicles()
        self._next = next(self._coming)
        self._here: list[Vehicle] = []

    def at(self, t: float) -> list[Vehicle]:
        """Vehicles between the margins at second t."""
        own = self._strip.settings
        while self._next.enters - own.margin / self._next.speed <= t:
            self._here.append(self._next)
            self._next = next(self._coming)
        self._here = [
            vehicle
            for vehicle in self._here
            if vehicle.reaches(
                own.length + own.margin if vehicle.way > 0 else -own.margin, own.length
            )
            > t
        ]
        return list(self._here)


@dataclass(frozen=True, slots=True)
class Passing:
    """Truth: a vehicle's middle crossed the line at x."""

    t: float
    vehicle: int
    kind: str
    way: int


def passings(strip: Strip, x: float) -> Iterator[Passing]:
    """Who crosses the line at x and when, in order of time, without end."""
    own = strip.settings
    waiting: list[tuple[float, int, Passing]] = []
    order = itertools.count()
    for vehicle in strip.vehicles():
        while waiting and waiting[0][0] < vehicle.enters:
            yield heapq.heappop(waiting)[2]
        t = vehicle.reaches(x, own.length)
        passing = Passing(t, vehicle.number, vehicle.kind, vehicle.way)
        heapq.heappush(waiting, (t, next(order), passing))
