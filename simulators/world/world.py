"""The world: a site, its traffic and its signals, moved by one clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from edge_agent.simulators.world.arrivals import Source, demand_of
from edge_agent.simulators.world.chance import exponential, stream
from edge_agent.simulators.world.gates import Gates
from edge_agent.simulators.world.mover import Mover
from edge_agent.simulators.world.network import Entry, Link, Network, Station
from edge_agent.simulators.world.schedule import Schedule, WorldFault
from edge_agent.simulators.world.sensing import Sensing, marks, violation
from edge_agent.simulators.world.signal_state import SignalState
from edge_agent.simulators.world.signals import Controller, Told
from edge_agent.simulators.world.site import Site
from edge_agent.simulators.world.sites import build
from edge_agent.simulators.world.traffic import DT, Traffic
from edge_agent.simulators.world.truth import TruthEvent
from edge_agent.simulators.world.vehicles import Vehicle

STEP_MS = round(DT * 1000)

_PEOPLE_EVERY_S = 70.0
_SIGNAL_FROM_M = 40.0
_FREE_FLOW = 900.0
"""Vehicles an hour and lane up to which drivers keep the distance that they like."""


@dataclass(frozen=True, slots=True)
class Pose:
    """A vehicle at one moment, for whoever draws it.

    Attributes:
        x: Middle of the front bumper on the ground, metres east; likewise y north.
        ux: Direction of travel, unit vector.
        speed: m/s.
        d: Metres from the kerb to its middle.
        brakes: Brake lights.
        indicator: Direction that it signals.
    """

    vehicle: Vehicle
    x: float
    y: float
    ux: float
    uy: float
    speed: float
    link: str
    d: float
    brakes: bool
    indicator: Literal["left", "right", "hazard"] | None


class World:
    """One seeded road.

    The same site, seed, start, demand and faults give the same truth to the byte, in any process
    on any machine. Nothing that a driver or an agent does changes it.

    Args:
        site: ``junction``, ``toll-plaza`` or ``weigh-station``.
        seed: Any whole number.
        start_ms: UTC of its first moment.
        demand: Traffic as a share of the site's usual.
        flow: Vehicles an hour that want to come in on each lane, instead of ``demand``; where it is
            dense drivers keep closer. What truly flows, signals and the road decide.
        stops: Whether some drivers stop where they should not, with a queue behind them.
        extra: Link to further sensors at it, beside those that the site has.
        faults: What goes wrong with its signals, and when.
        traffic: What moves the vehicles of its network.
    """

    def __init__(
        self,
        site: str = "junction",
        seed: int = 1,
        start_ms: int = 0,
        *,
        demand: float = 1.0,
        flow: float | None = None,
        stops: bool = True,
        extra: Mapping[str, Sequence[Station]] = MappingProxyType({}),
        faults: tuple[WorldFault, ...] = (),
        traffic: Callable[[Network], Traffic] = Traffic,
    ) -> None:
        if demand <= 0 or (flow is not None and flow <= 0):
            raise ValueError(f"demand and flow are above 0, not {demand} and {flow}")
        self.site: Site = build(site)
        for link in self.site.network.links:
            link.stations += extra.get(link.name, ())
        self.seed = seed
        self.start_ms = start_ms
        self.now_ms = start_ms
        self._pending: list[TruthEvent] = []
        self._steps = 0
        self.vehicles_seen = 0
        self._controllers: dict[str, Controller] = {}
        for place in self.site.controllers:
            controller = Controller(place.name, place.plan, self._teller(place.name))
            for detector in place.detectors:
                controller.present[detector] = controller.volume[detector] = 0
            self._controllers[place.name] = controller
        self._gates = Gates(self.site.network.links, self._controllers)
        self._sensing = Sensing(self._controllers)
        self._schedule = Schedule(faults, self._controllers)
        self._people = stream(seed, "people")
        self._next_person = exponential(self._people) * _PEOPLE_EVERY_S
        # Last, for it may begin something that has to be ended.
        self._traffic = traffic(self.site.network)
        closer = 1.0 if flow is None else min(1.0, _FREE_FLOW / flow)
        self._sources = [
            Source(
                seed, entry, demand if flow is None else _share(entry, flow), closer, stops=stops
            )
            for entry in self._traffic.entries
        ]

    # What devices and renderers ask.

    def advance_to(self, utc_ms: int) -> list[TruthEvent]:
        """Let time go on; what truly happened since the last call, in order.

        Time never goes back: an earlier moment changes nothing and yields nothing.
        """
        while self.start_ms + self._steps * STEP_MS < utc_ms:
            self._step()
        self.now_ms = max(self.now_ms, utc_ms)
        # A rounded time may fall on the border of its step: what is later waits for its moment.
        ready = 0
        while ready < len(self._pending) and self._pending[ready]["t"] <= self.now_ms:
            ready += 1
        events, self._pending = self._pending[:ready], self._pending[ready:]
        return events

    def vehicles(self) -> list[Pose]:
        """Everybody on the map at ``now_ms``, in a stable order."""
        behind = (self.start_ms + self._steps * STEP_MS - self.now_ms) / STEP_MS
        behind = min(max(behind, 0.0), 1.0)
        return [
            _pose(mover, link, behind) for link in self.site.network.links for mover in link.movers
        ]

    def signals(self, controller: str) -> SignalState:
        """A controller as it is at the last tenth of a second.

        Raises:
            KeyError: The site has no such controller.
        """
        return self._controllers[controller].state()

    @property
    def vehicles_now(self) -> int:
        return sum(len(link.movers) for link in self.site.network.links)

    @property
    def vehicles_waiting(self) -> int:
        """Those that found no room on the map yet."""
        return sum(len(source.waiting) for source in self._sources)

    # One step.

    def _step(self) -> None:
        began = self.start_ms + self._steps * STEP_MS
        fresh = len(self._pending)
        for fault, begins in self._schedule.apply(began - self.start_ms):
            self._pending.append(
                {
                    "t": began,
                    "what": "incident",
                    "kind": f"signal-{fault.kind}",
                    "controller": fault.controller,
                    "phase": fault.phase,
                    "on": begins,
                }
            )
        self._press_buttons()
        for controller in self._controllers.values():
            controller.tick(began)
        self._gates.set(began, self._steps)
        self._arrive(began)
        self._traffic.step()
        self._steps += 1
        happened = self._happened(began)
        happened.sort(key=_time)
        self._pending[fresh:] = [*self._pending[fresh:], *happened]

    def _press_buttons(self) -> None:
        while self._next_person <= self._steps * DT:
            self._next_person += exponential(self._people) * _PEOPLE_EVERY_S / 4
            for controller in self._controllers.values():
                crossings = [phase.number for phase in controller.plan.phases if phase.walk]
                controller.walk_calls.add(self._people.choice(crossings))

    def _arrive(self, began: int) -> None:
        for source in self._sources:
            for _ in range(source.due(self._steps)):
                for mover in source.arrive(self.vehicles_seen + 1):
                    self.vehicles_seen += 1
                    mover.marks = marks(mover.route, mover.vehicle)
                    mover.due = mover.marks[0].at if mover.marks else mover.due
            if source.waiting:
                for mover in self._traffic.admit(source):
                    mover.born_ms = began
                    self._pending.append(_entered(mover, began))

    def _happened(self, began: int) -> list[TruthEvent]:
        events: list[TruthEvent] = []
        for mover, before in self._traffic.passed:
            events += self._sensing.met(mover, before, began)
        for mover, link, share in self._traffic.gates:
            events += self._red(mover, link, began + int(share * STEP_MS + 0.5))
        end = began + STEP_MS
        for mover, begins in self._traffic.halts:
            events += _stopped(mover, end, begins=begins)
        for mover in self._traffic.left:
            events += self._sensing.gone(mover, end)
            events.append({"t": end, "what": "leaves", "vehicle": mover.number})
        return events

    def _red(self, mover: Mover, link: Link, t: int) -> list[TruthEvent]:
        aspect, since = self._gates.aspect(link)
        head = link.head
        if aspect != "r" or head is None:
            return []
        lane = mover.link.lane_at(mover.d) or 0
        return [
            violation(mover, t, "red", lane)
            | {
                "controller": head.controller,
                head.group: head.number,
                "age": t - since,
                "line": f"{link.approach}-stop",
            }
        ]

    def _teller(self, name: str) -> Told:
        def told(group: str, number: int, aspect: str) -> None:
            controller = self._controllers[name]
            event: TruthEvent = {"t": controller.now_ms, "what": group, "controller": name}
            event["phase" if group != "overlap" else "overlap"] = number
            event["aspect"] = aspect
            self._pending.append(event)

        return told


def _share(entry: Entry, flow: float) -> float:
    return demand_of(entry, flow) if entry.scales else 1.0


def _time(event: TruthEvent) -> int:
    return int(event["t"])


def _pose(mover: Mover, link: Link, behind: float) -> Pose:
    s = mover.s - mover.ds * behind
    d = mover.d - mover.dd * behind
    x, y, ux, uy = link.path.at(s, d - link.path_d)
    return Pose(
        vehicle=mover.vehicle,
        x=x,
        y=y,
        ux=ux,
        uy=uy,
        speed=mover.v,
        link=link.name,
        d=d,
        brakes=mover.brakes,
        indicator=_indicator(mover, link),
    )


def _indicator(mover: Mover, link: Link) -> Literal["left", "right", "hazard"] | None:
    if mover.halted_until is not None:
        return "hazard"
    turning = link.cap is not None or (
        mover.next is not None
        and mover.next.cap is not None
        and link.length - mover.s < _SIGNAL_FROM_M
    )
    movement = mover.route.movement
    if turning and movement in ("left", "right"):
        return movement
    if mover.bike or mover.target == mover.d:
        return None
    return "left" if mover.target > mover.d else "right"


def _entered(mover: Mover, t: int) -> TruthEvent:
    vehicle = mover.vehicle
    tag = vehicle.tag
    return {
        "t": t,
        "what": "enters",
        "vehicle": vehicle.number,
        "route": mover.route.name,
        "cls": vehicle.cls,
        "size": [round(side * 100) for side in (vehicle.length, vehicle.width, vehicle.height)],
        "body": vehicle.body,
        "plate": vehicle.plate.text,
        "colour": vehicle.plate.colour,
        "state": vehicle.plate.state,
        "epc": tag.epc if tag else None,
        "sold_for": tag.sold_for if tag else None,
        "axles": [[axle.offset_cm, axle.left_kg, axle.right_kg] for axle in vehicle.load.axles],
        "gross": vehicle.load.gross_kg,
    }


def _stopped(mover: Mover, t: int, *, begins: bool) -> list[TruthEvent]:
    lane = mover.link.lane_at(mover.d) or 0
    event: TruthEvent = {
        "t": t,
        "what": "incident",
        "kind": "stopped",
        "vehicle": mover.number,
        "link": mover.link.name,
        "lane": lane,
        "on": begins,
    }
    return [event, violation(mover, t, "stop", lane)] if begins else [event]
