"""What signal controllers say: aspects and detectors, looked at ten times a second."""

from collections.abc import Iterator
from random import Random

from edge_agent.simulators.readings.layout import Layout
from edge_agent.simulators.readings.said import DeviceClocks, Said, Wire
from edge_agent.simulators.world.chance import stream
from edge_agent.simulators.world.signal_plan import Plan
from edge_agent.simulators.world.site import Site
from edge_agent.simulators.world.truth import TruthEvent

LOOKS_MS = 100
_WALKS = {"walk": "g", "clear": "fg", "dont": "r"}
_FROM = {"phase": 0, "overlap": 100, "ped": 200}


class Controllers:
    """All signal controllers of a site.

    A change is stamped with the middle of the two looks that it lies between.
    """

    def __init__(self, layout: Layout, site: Site, seed: int, clocks: DeviceClocks) -> None:
        self._clocks = clocks
        self._told = {name: frozenset(loops) for name, loops in layout.controllers.items()}
        self._aspects: dict[str, dict[int, str]] = {}
        self._changed: dict[str, dict[int, str]] = {name: {} for name in self._told}
        self._since: dict[str, int] = {}
        self._rng: dict[str, Random] = {}
        for place in site.controllers:
            if place.name in self._told:
                self._rng[place.name] = stream(seed, "looks", place.name)
                self._aspects[place.name] = _all_red(place.plan)

    def first(self, start_ms: int) -> Iterator[Said]:
        """What each says when it is first asked."""
        for name in self._told:
            yield self._signal(name, start_ms, (), first=True)

    def changed(self, event: TruthEvent) -> Iterator[Said]:
        """Take a changed aspect; yields what was changed at the moment before."""
        name = event["controller"]
        if name not in self._told:
            return
        if self._since.get(name, event["t"]) != event["t"]:
            yield from self.flush(name)
        self._since[name] = event["t"]
        number = event["overlap" if event["what"] == "overlap" else "phase"]
        aspect = str(event["aspect"])
        self._changed[name][number + _FROM[event["what"]]] = _WALKS.get(aspect, aspect)

    def settled(self, now_ms: int) -> Iterator[Said]:
        """Whatever changed before now and was not told yet."""
        for name in self._told:
            if self._changed[name] and self._since[name] < now_ms:
                yield from self.flush(name)

    def flush(self, name: str) -> Iterator[Said]:
        """Tell what changed at the last moment of change."""
        known, news = self._aspects[name], self._changed[name]
        numbers = tuple(sorted(n for n, aspect in news.items() if known.get(n) != aspect))
        known |= news
        self._changed[name] = {}
        if numbers:
            yield self._signal(name, self._since[name], numbers, first=False)

    def detector(self, event: TruthEvent) -> Iterator[Said]:
        """What is said of a detector that a vehicle comes into or leaves."""
        name, loop = event["controller"], event["detector"]
        if loop not in self._told.get(name, ()):
            return
        rng = self._rng[name]
        felt = event["t"] + LOOKS_MS * rng.random()
        reading: Wire = {
            "at": self._clocks.stamp(name, felt, LOOKS_MS),
            "detector": loop,
            "count": int(event["on"]),
            "occupied": event["present"] > 0,
            "why": None,
            "type": "detector",
        }
        yield Said(int(felt + 20 + 40 * rng.random()), name, reading)

    def _signal(self, name: str, t: int, numbers: tuple[int, ...], *, first: bool) -> Said:
        rng = self._rng[name]
        looked = t + LOOKS_MS * rng.random()
        reading: Wire = {
            "at": self._clocks.stamp(name, looked - LOOKS_MS / 2, LOOKS_MS // 2),
            "phases": {str(n): aspect for n, aspect in sorted(self._aspects[name].items())},
            "changed": list(numbers),
            "plan": 1,
            "cycle_ms": None,
            "mode": "auto",
            "first": first,
            "every_ms": 0 if first else LOOKS_MS,
            "type": "signal",
        }
        return Said(int(looked + 10 + 30 * rng.random()), name, reading)


def _all_red(plan: Plan) -> dict[int, str]:
    aspects = {phase.number: "r" for phase in plan.phases}
    aspects |= {number + 100: "r" for number, _ in plan.overlaps}
    return aspects | {phase.number + 200: "r" for phase in plan.phases if phase.walk}
