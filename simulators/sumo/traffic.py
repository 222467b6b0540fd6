"""Traffic that SUMO moves: its places become places on the site's own links.

Everything that senses (lines, detectors, scales, antennas, cameras) then works as with the built-in
traffic, for it only asks how far along its route and where across the road a vehicle is.
"""

from collections.abc import Callable
from math import hypot

from edge_agent.simulators.sumo import traci
from edge_agent.simulators.sumo.network import APRON_M, drivable
from edge_agent.simulators.sumo.process import Sumo
from edge_agent.simulators.world.arrivals import Source
from edge_agent.simulators.world.geometry import Path
from edge_agent.simulators.world.mover import Mover
from edge_agent.simulators.world.network import Link, Network
from edge_agent.simulators.world.signal_state import Aspect
from edge_agent.simulators.world.traffic import DT, Traffic

_LETTERS: dict[Aspect, str] = {"r": "r", "y": "y", "g": "G", "fy": "o", "d": "O"}
_HEAVY_M = 7.0
_BRAKING = -0.5
_STANDS = 0.2


class SumoTraffic(Traffic):
    """Moves the movers of a network where SUMO says.

    Args:
        network: Of the site.
        seed: For SUMO's own chance.
        aspect: What the head before a link shows.
    """

    def __init__(
        self, network: Network, seed: int, aspect: Callable[[Link], Aspect | None]
    ) -> None:
        super().__init__(network)
        self.entries = tuple(entry for entry in network.entries if all(map(drivable, entry.routes)))
        self._sumo = Sumo(network, seed, DT)
        self._aspect = aspect
        self._shown: dict[str, str] = {}
        self._asked: set[int] = set()
        self._departed: set[int] = set()
        self._places: dict[str, traci.Point] = {}

    def close(self) -> None:
        """End SUMO."""
        self._sumo.close()

    def admit(self, source: Source) -> list[Mover]:
        """Hand those who arrived to SUMO; those whom it found room for are on the map."""
        entered = []
        for mover in [*source.waiting]:
            if mover.number in self._departed:
                self._departed.discard(mover.number)
                self._asked.discard(mover.number)
                source.waiting.remove(mover)
                place = self._sumo.client.watch(str(mover.number))
                mover.d = mover.target = mover.link.path_d + along(mover.link.path, *place)[1]
                mover.v = 0.0
                mover.link.movers.append(mover)
                entered.append(mover)
            elif mover.number not in self._asked:
                self._asked.add(mover.number)
                self._ask(mover)
        return entered

    def step(self) -> None:
        """Show the lamps to SUMO, let it move everybody, and take their places."""
        self.step_number += 1
        for happened in (self.left, self.passed, self.gates, self.halts):
            happened.clear()
        client = self._sumo.client
        for name, links in self._sumo.roads.lamps.items():
            state = "".join(_LETTERS[self._aspect(link) or "g"] for link in links)
            if self._shown.get(name) != state:
                client.light(name, state)
                self._shown[name] = state
        departed, self._places = client.step()
        self._departed.update(map(int, departed))
        for link in self.network.links:
            if link.movers:
                self._place(link)

    def _ask(self, mover: Mover) -> None:
        client, name, driver = self._sumo.client, str(mover.number), mover.driver
        lanes = mover.link.lanes
        index = next((i for i, lane in enumerate(lanes) if mover.d < lane.high), len(lanes) - 1)
        kind = "two-wheels" if mover.bike else "heavy" if mover.length > _HEAVY_M else "car"
        suffix = "-runs-red" if driver.runs_red else ""
        client.add(name, mover.route.name, kind + suffix, index, APRON_M)
        client.align(name, mover.d - lanes[index].middle)
        vehicle = mover.vehicle
        client.set(
            name,
            {
                traci.LENGTH: vehicle.length,
                traci.WIDTH: vehicle.width,
                traci.HEIGHT: vehicle.height,
                traci.MAX_SPEED: driver.desired,
                traci.ACCEL: driver.accel,
                traci.DECEL: max(driver.brake, 3.0),
                traci.TAU: driver.headway,
                traci.MIN_GAP: driver.standstill,
                traci.MIN_GAP_LAT: driver.side,
            },
        )

    def _place(self, link: Link) -> None:
        for mover in link.movers:
            place = self._places.get(str(mover.number))
            if place is None:  # SUMO takes a vehicle away when its front is at the very end
                s, d = link.length, mover.d
            else:
                s, left = along(link.path, *place)
                d = link.path_d + left
            mover.ds, mover.dd = max(s - mover.s, 0.0), d - mover.d
            speed = mover.ds / DT
            mover.brakes = speed < _STANDS or (speed - mover.v) / DT < _BRAKING
            mover.v = speed
            mover.s += mover.ds
            mover.d = mover.target = d
            if mover.s >= mover.due:
                self.passed.append((mover, mover.base + mover.s - mover.ds))
        link.movers.sort(key=lambda mover: -mover.s)
        self._hand_on(link, sum(mover.s >= link.length for mover in link.movers))


def along(path: Path, x: float, y: float) -> tuple[float, float]:
    """Where a point is as seen from a path.

    The first and the last piece go on straight.

    Returns:
        Metres along it, and metres to the left of it.
    """
    best, nearest, before = (0.0, 0.0), float("inf"), 0.0
    last = len(path.points) - 2
    for index in range(last + 1):
        (x1, y1), (x2, y2) = path.points[index], path.points[index + 1]
        length = hypot(x2 - x1, y2 - y1)
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        s = (x - x1) * ux + (y - y1) * uy
        left = (y - y1) * ux - (x - x1) * uy
        kept = s if index == 0 else max(s, 0.0)
        kept = kept if index == last else min(kept, length)
        away = hypot(s - kept, left)
        if away < nearest:
            best, nearest = (before + kept, left), away
        before += length
    return best
