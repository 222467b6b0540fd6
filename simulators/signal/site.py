"""A controller of the simulated world, in the form that a plan has: its copy runs along here."""

import math
from collections import deque
from collections.abc import Iterator

from edge_agent.simulators.signal.plan import Stage
from edge_agent.simulators.signal.traffic import Hit
from edge_agent.simulators.world.world import World


class _Loop:
    """Hits of one detector of the world, as far as the world has gone."""

    def __init__(self) -> None:
        self.waiting: deque[Hit] = deque()

    def until(self, now: float) -> list[Hit]:
        found = []
        while self.waiting and self.waiting[0].on <= now:
            found.append(self.waiting.popleft())
        return found


class WorldPlan:
    """What one controller of a site shows, by seconds since the world's start.

    Every process that knows site, seed and start computes the same world; nothing that is asked
    of the controller changes it.

    Attributes:
        number: Of the plan.
        phases: Their numbers, ascending.
        stages: Phases of vehicles and of people, for flash.
        hits: Detector to what passes it.
    """

    def __init__(self, site: str, seed: int, start_ms: int, controller: str | None = None) -> None:
        self._world = World(site, seed, start_ms)
        places = {place.name: place for place in self._world.site.controllers}
        name = next(iter(places), "") if controller is None else controller
        if name not in places:
            raise ValueError(f"{site} has no controller {name!r}: one of {', '.join(places)}")
        plan = places[name].plan
        walkers = tuple(phase.number for phase in plan.phases if phase.walk and not phase.yellow)
        self.name = name
        self.number = plan.number
        self.phases = tuple(sorted(phase.number for phase in plan.phases))
        vehicles = tuple(number for number in self.phases if number not in walkers)
        self.stages = (Stage(vehicles, walkers, 0.0),)
        self.cycle_s = sum(phase.max_green + phase.yellow + phase.red for phase in plan.phases) / 10
        self._start_ms = start_ms
        self._changes: deque[tuple[float, int, str]] = deque()
        self._shown = dict.fromkeys(self.phases, "r")
        self.hits = {each: _Loop() for each in places[name].detectors}

    def edges(self, after: float, until: float) -> Iterator[float]:
        """Moments in (after, until] at which some phase changes, ascending."""
        self._go(until)
        yield from sorted({moment for moment, _, _ in self._changes if after < moment <= until})

    def at(self, now: float) -> dict[int, str]:
        """Aspect of every phase; never asked for a moment before the one of the last call."""
        self._go(now)
        while self._changes and self._changes[0][0] <= now:
            _, phase, aspect = self._changes.popleft()
            self._shown[phase] = aspect
        return dict(self._shown)

    def _go(self, now: float) -> None:
        # The step that begins at a moment sets the lamps of that moment.
        for event in self._world.advance_to(self._start_ms + int(now * 1000) + 1):
            if event.get("controller") != self.name:
                continue
            moment = (event["t"] - self._start_ms) / 1000
            if event["what"] == "phase":
                self._changes.append((moment, event["phase"], event["aspect"]))
            elif event["what"] == "detector" and event["detector"] in self.hits:
                loop = self.hits[event["detector"]]
                if event["on"]:
                    loop.waiting.append(Hit(moment, math.inf))
                elif event["present"] == 0:
                    loop.waiting.append(Hit(moment, moment, counts=0))
