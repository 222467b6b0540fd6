"""A vehicle with its driver, on its way."""

from math import sqrt
from typing import TYPE_CHECKING

from edge_agent.simulators.world.drivers import Driver
from edge_agent.simulators.world.network import Link, Route
from edge_agent.simulators.world.vehicles import Vehicle

if TYPE_CHECKING:
    from edge_agent.simulators.world.sensing import Mark


FREE = 1e9
"""Further than anybody looks, metres; also a harmless acceleration."""

BUMPER_M = 0.3
"""Nobody comes nearer to whoever is ahead."""


class Mover:
    """A vehicle on the road.

    Attributes:
        s: Front bumper, metres along its link; ``base + s`` metres along its route.
        d: Middle of the vehicle, metres left of the kerb.
        v: Speed, m/s.
        ds: How far the last step took it; ``dd`` likewise across.
        due: ``s`` at which the next of its sensing marks is met.
        halted_until: Step at which a voluntary stop ends; None when not stopping.
    """

    __slots__ = (
        "a",
        "base",
        "bike",
        "blocked_side",
        "born_ms",
        "brakes",
        "d",
        "dd",
        "driver",
        "ds",
        "due",
        "half",
        "halted_until",
        "headway",
        "high",
        "index",
        "length",
        "link",
        "low",
        "mark",
        "marks",
        "next",
        "number",
        "restless",
        "root",
        "route",
        "s",
        "side",
        "standstill",
        "stop_s",
        "target",
        "v",
        "v0",
        "vehicle",
    )

    def __init__(self, vehicle: Vehicle, driver: Driver, route: Route, d: float) -> None:
        self.vehicle = vehicle
        self.driver = driver
        self.route = route
        self.number = vehicle.number
        self.bike = vehicle.two_wheels
        self.length = vehicle.length
        self.half = vehicle.width / 2
        self.side = driver.side
        self.standstill = driver.standstill
        self.headway = driver.headway
        self.restless = driver.restless
        self.a = driver.accel
        self.root = 2.0 * sqrt(driver.accel * driver.brake)
        self.s = self.base = self.ds = self.dd = 0.0
        self.d = self.target = d
        keep = route.bikes if vehicle.two_wheels else None
        self.low, self.high = keep or (route.low, route.high)
        self.index = -1
        self.link: Link = route.links[0]
        self.stop_s: float | None = None
        self.halted_until: int | None = None
        self.brakes = False
        self.marks: tuple[Mark, ...] = ()
        self.mark = 0
        self.due = FREE
        self.v = self.v0 = driver.desired
        self.born_ms = 0
        self.enter(route.links[0])

    def enter(self, link: Link) -> None:
        """Come onto the next link of the route."""
        links = self.route.links
        self.index += 1
        settles = self.index > 0 and self.link.overtaking and not link.overtaking and not self.bike
        self.link = link
        if settles:  # lanes were chosen: whoever is between two goes on into one
            own = next((lane for lane in link.lanes if lane.low <= self.d < lane.high), None)
            self.target = self.d if own is None else own.middle
        self.next: Link | None = links[self.index + 1] if self.index + 1 < len(links) else None
        desired = self.driver.desired
        self.v0 = desired if link.cap is None or desired < link.cap else link.cap
        shared = not link.lanes[0].two_wheels
        if link.overtaking and shared:
            self.low, self.high = link.lanes[0].low, link.lanes[-1].high
        self.stop_s = None
        if link.stopping and self.driver.stops_after is not None:
            kerb = link.lanes[0 if shared or self.bike else 1]
            if self.d < kerb.high:
                self.stop_s = link.length * self.driver.stops_after


def towards(mover: Mover, v: float, gap: float) -> float:
    """Acceleration of one who comes up to something that stands ``gap`` metres ahead."""
    wish = mover.standstill + v * mover.headway + v * v / mover.root
    ratio = wish / gap if gap > BUMPER_M else wish / BUMPER_M
    share = v / mover.v0
    share *= share
    return mover.a * (1.0 - share * share - ratio * ratio)
