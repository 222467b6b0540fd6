"""The site tells: truth of the world in, readings out in the order in which they reach the unit."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from edge_agent.simulators.readings.cameras import Cameras
from edge_agent.simulators.readings.controllers import Controllers
from edge_agent.simulators.readings.facts import Register
from edge_agent.simulators.readings.layout import Layout, layout
from edge_agent.simulators.readings.manners import LIGHTS
from edge_agent.simulators.readings.said import DeviceClocks, Said
from edge_agent.simulators.readings.scales import Scales
from edge_agent.simulators.readings.tags import Readers
from edge_agent.simulators.world.chance import stream
from edge_agent.simulators.world.truth import TruthEvent
from edge_agent.simulators.world.world import World

STEP_MS = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be told.

    Attributes:
        flow: Vehicles an hour that want to come in on each lane; None for the site's usual.
        stops: Whether some drivers stop where they should not.
        light: ``day`` or ``night-rain``.
        off_ms: Device to how far its clock is ahead.
        fails: Device to when it fails and comes back, ms after the start.
    """

    site: str
    seed: int
    start_ms: int
    flow: float | None = None
    stops: bool = True
    light: str = "day"
    off_ms: Mapping[str, int] = field(default_factory=dict)
    fails: Mapping[str, tuple[int, int]] = field(default_factory=dict)


class Teller:
    """All devices of a site.

    Attributes:
        layout: What stands where.
    """

    def __init__(self, asked: Asked) -> None:
        self.layout: Layout = layout(asked.site)
        self._asked = asked
        self._world = World(
            asked.site,
            asked.seed,
            asked.start_ms,
            flow=asked.flow,
            stops=asked.stops,
            extra=self.layout.extra,
        )
        manners = LIGHTS[asked.light]
        clocks = DeviceClocks(asked.start_ms, dict(asked.off_ms))
        given = (self.layout, asked.seed, manners, clocks)
        self._cameras = Cameras(self.layout, asked.seed, asked.light, manners, clocks)
        self._readers, self._scales = Readers(*given), Scales(*given)
        self._controllers = Controllers(self.layout, self._world.site, asked.seed, clocks)
        self._register = Register()
        self._stutter = manners.stutter
        self._rng = stream(asked.seed, "stutters")
        self._coming: list[tuple[int, int, Said]] = []
        self._order = count()

    def tell(self, until_ms: int) -> Iterator[tuple[list[TruthEvent], list[Said]]]:
        """Second by second: what happened, and what reached the unit.

        The last second also has what was still on its way.
        """
        for said in self._controllers.first(self._asked.start_ms):
            self._send(said)
        moment = self._asked.start_ms
        while moment < until_ms:
            moment = min(moment + STEP_MS, until_ms)
            events = self._world.advance_to(moment)
            for event in events:
                for said in self._hear(event):
                    self._send(said)
            for said in self._controllers.settled(moment):
                self._send(said)
            yield events, list(self._arrived(moment if moment < until_ms else None))

    def _hear(self, event: TruthEvent) -> Iterator[Said]:
        match event["what"]:
            case "crossing":
                yield from self._cameras.crossing(event, self._register[event["vehicle"]])
            case "tag-out":
                yield from self._readers.gone(event, self._register[event["vehicle"]])
            case "axle":
                self._scales.axle(event)
            case "weighed":
                yield from self._scales.weighed(event, self._register[event["vehicle"]])
            case "phase" | "overlap" | "ped":
                yield from self._controllers.changed(event)
            case "detector":
                yield from self._controllers.detector(event)
            case _:
                self._register.note(event)

    def _send(self, said: Said) -> None:
        if self._down(said):
            return
        heapq.heappush(self._coming, (said.at_ms, next(self._order), said))
        if said.about is not None and self._rng.random() < self._stutter:
            late = said.at_ms + int(100 + 2900 * self._rng.random())
            again = Said(late, said.device, said.reading, said.about)
            heapq.heappush(self._coming, (late, next(self._order), again))

    def _down(self, said: Said) -> bool:
        span = self._asked.fails.get(said.device)
        if span is None:
            return False
        begins, ends = span
        return begins <= said.at_ms - self._asked.start_ms < ends

    def _arrived(self, until_ms: int | None) -> Iterator[Said]:
        # What happens later is told later still, so whatever is due now is in order.
        while self._coming and (until_ms is None or self._coming[0][0] <= until_ms):
            yield heapq.heappop(self._coming)[2]
