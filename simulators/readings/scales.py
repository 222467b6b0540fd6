"""What weighing stations say: one record a vehicle, a second or more after its last axle."""

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from edge_agent.simulators.readings.facts import Facts
from edge_agent.simulators.readings.layout import Layout
from edge_agent.simulators.readings.manners import Manners
from edge_agent.simulators.readings.said import DeviceClocks, Said, Subject, Wire
from edge_agent.simulators.wim.traffic import LIGHTEST_KG
from edge_agent.simulators.world.chance import bell, stream
from edge_agent.simulators.world.truth import TruthEvent

_SPREAD_MS = 10
_SPEED, _LENGTH = 0.015, 0.03
_TEMPERATURE = 310


class Scales:
    """All weighing stations of a site."""

    def __init__(self, layout: Layout, seed: int, manners: Manners, clocks: DeviceClocks) -> None:
        self._seed = seed
        self._manners = manners
        self._clocks = clocks
        self._lanes = {
            (scale.device, scale.number): lane.name
            for lane in layout.lanes
            for scale in lane.scales
        }
        self._rolling: dict[tuple[str, int], list[TruthEvent]] = {}
        self._numbers: Counter[str] = Counter()

    def axle(self, event: TruthEvent) -> None:
        """Take an axle on a scale."""
        self._rolling.setdefault((event["station"], event["vehicle"]), []).append(event)

    def weighed(self, event: TruthEvent, facts: Facts) -> Iterator[Said]:
        """What is said of a vehicle whose last axle was on a scale."""
        hits = self._rolling.pop((event["station"], event["vehicle"]), [])
        if not hits:
            return
        device, first = str(event["station"]), hits[0]
        lane = self._lanes.get((device, first["lane"]))
        rng = stream(self._seed, "weighs", device, facts.number)
        unseen = rng.random() < self._manners.unweighed
        if lane is None or unseen or facts.gross_kg < LIGHTEST_KG:
            return
        self._numbers[device] += 1
        reading = self._wire(device, hits, facts, rng)
        number = str(reading["number"])
        place = f"{device}/{first['lane']}"
        judge = () if reading["flags"] else ("overload",)
        about = Subject(first["t"], number, "axles", facts.number, lane, place, judge)
        yield Said(int(event["t"] + 1000 + 2000 * rng.random()), device, reading, about)

    def _wire(self, device: str, hits: list[TruthEvent], facts: Facts, rng: Random) -> Wire:
        flags, felt = [], list(hits)
        if any(hit["straddle"] for hit in hits):
            flags.append("straddling")
        axles = [self._axle(hit, rng) for hit in felt]
        if len(axles) > 2 and rng.random() < self._manners.axle_missed:  # noqa: PLR2004
            lost = axles.pop(1)
            axles[1]["spacing"] += lost["spacing"]
            flags.append("missing-axle")
        speed = round(hits[0]["spd"] * bell(rng, 1.0, _SPEED))
        return {
            "at": self._clocks.stamp(device, hits[0]["t"] + bell(rng, 0.0, 8.0), _SPREAD_MS),
            "lane": str(hits[0]["lane"]),
            "number": self._numbers[device],
            "axles": axles,
            "gross": sum(axle["left"] + axle["right"] for axle in axles),
            "speed": speed,
            "length": max(1, round(facts.length * 100 * bell(rng, 1.0, _LENGTH))),
            "reverse": False,
            "temperature": _TEMPERATURE,
            "flags": flags,
            "type": "axles",
        }

    def _axle(self, hit: TruthEvent, rng: Random) -> dict[str, Any]:
        spacing = hit["spacing"]
        return {
            "left": max(0, round(hit["left"] * bell(rng, 1.0, self._manners.weight))),
            "right": max(0, round(hit["right"] * bell(rng, 1.0, self._manners.weight))),
            "spacing": None if spacing is None else max(1, round(spacing * bell(rng, 1.0, 0.004))),
        }
