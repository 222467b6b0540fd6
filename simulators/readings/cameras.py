"""What cameras say of crossings: late by half a vehicle, sometimes wrong, sometimes not at all."""

from collections import Counter
from collections.abc import Iterator
from random import Random

from edge_agent.simulators.readings.facts import Facts
from edge_agent.simulators.readings.layout import Eye, Layout
from edge_agent.simulators.readings.manners import Manners
from edge_agent.simulators.readings.plates import read
from edge_agent.simulators.readings.said import DeviceClocks, Said, Subject, Wire
from edge_agent.simulators.world.chance import bell, stream, weighted
from edge_agent.simulators.world.truth import TruthEvent

_TAKEN_FOR = {
    "motorbike": (("bicycle", 0.9), ("car", 0.1)),
    "bicycle": (("motorbike", 1.0),),
    "car": (("minibus", 0.6), ("light_truck", 0.4)),
    "minibus": (("car", 0.5), ("bus", 0.3), ("light_truck", 0.2)),
    "bus": (("truck", 0.6), ("minibus", 0.4)),
    "light_truck": (("truck", 0.5), ("car", 0.3), ("minibus", 0.2)),
    "truck": (("light_truck", 0.4), ("tractor_trailer", 0.4), ("bus", 0.2)),
    "tractor_trailer": (("truck", 1.0),),
}
_BY_SIGHT = frozenset({"wrong-way", "motorbike-in-car-lane"})
_BY_SPEED = frozenset({"speeding", "red-light"})
"""Not judged without: how fast, or that it was driving at all."""
_SPREAD_MS = 60
_FRAME = (1280, 720)
_LARGE_M, _SMALL_M = 2.2, 1.2
_SLOWEST = 5.0
"""0.1 km/h below which one does not extrapolate where the middle of a vehicle is."""


class Cameras:
    """All cameras of a site."""

    def __init__(
        self, layout: Layout, seed: int, light: str, manners: Manners, clocks: DeviceClocks
    ) -> None:
        self._seed = seed
        self._light = light
        self._manners = manners
        self._clocks = clocks
        self._rules = {lane.name: tuple(lane.settings.get("rules", ())) for lane in layout.lanes}
        self._eyes: dict[tuple[str, int], list[tuple[Eye, str]]] = {}
        for lane in layout.lanes:
            for eye in lane.eyes:
                self._eyes.setdefault((eye.station, eye.number), []).append((eye, lane.name))
        self._tracks: Counter[str] = Counter()

    def crossing(self, event: TruthEvent, facts: Facts) -> Iterator[Said]:
        """What is said of a front bumper on a line."""
        for eye, lane in self._eyes.get((event["line"], event["lane"]), ()):
            rng = stream(self._seed, "sees", eye.device, eye.line, facts.number)
            own = self._manners
            if rng.random() < own.ghost:
                yield self._ghost(eye, lane, event, rng)
            if rng.random() < (own.unseen_bike if facts.two_wheels else own.unseen):
                continue
            yield self._seen(eye, lane, event, facts, rng, 0.0)
            if rng.random() < own.twice_seen:
                yield self._seen(eye, lane, event, facts, rng, 60 + 200 * rng.random())

    def _seen(
        self, eye: Eye, lane: str, event: TruthEvent, facts: Facts, rng: Random, after_ms: float
    ) -> Said:
        own = self._manners
        felt = event["t"] + bell(rng, 0.0, own.time_ms) + after_ms
        if eye.stamps == "middle":
            half = facts.length * (0.5 + bell(rng, 0.0, own.length))
            felt += half * 36_000 / max(event["spd"], _SLOWEST)
        plate, why, after = (
            (None, "off", 0.25)
            if eye.plates is None
            else read(rng, facts, eye.plates, own, self._light)
        )
        reading = self._wire(eye, felt, event["direction"], facts.cls, rng)
        reading["size"] = (
            "small" if facts.width < _SMALL_M else "large" if facts.width > _LARGE_M else "medium"
        )
        if rng.random() >= own.unsped:
            reading["speed"] = max(0, round(event["spd"] * bell(rng, 1.0, own.speed)))
            reading["spread"] = max(1, round(event["spd"] * own.speed))
            reading["no_speed"] = ""
        reading["no_plate"] = why
        if plate is not None:
            at = self._clocks.stamp(eye.device, felt - 120, _SPREAD_MS)
            reading["plate"] = {**plate, "at": at, "box": _plate_box(reading["box"])}
        told = felt + 1000 * (0.05 + after * rng.random())
        return self._said(eye, lane, reading, facts.number, event["t"], told)

    def _ghost(self, eye: Eye, lane: str, event: TruthEvent, rng: Random) -> Said:
        """A shadow, a spray, a reflection somewhere near in time."""
        felt = event["t"] + 4000 * rng.random()
        reading = self._wire(eye, felt, "ab", weighted(rng, (("motorbike", 3), ("car", 1))), rng)
        reading["no_plate"] = "not-found" if eye.plates else "off"
        reading["confidence"] = 350
        return self._said(eye, lane, reading, None, round(felt), felt + 300)

    def _wire(self, eye: Eye, felt: float, direction: str, cls: str, rng: Random) -> Wire:
        confused = rng.random() < self._manners.confused
        said = weighted(rng, _TAKEN_FOR[cls]) if confused else cls
        self._tracks[eye.device] += 1
        return {
            "at": self._clocks.stamp(eye.device, felt, _SPREAD_MS),
            "line": eye.line,
            "direction": direction,
            "track": self._tracks[eye.device],
            "vehicle": said,
            "confidence": int(600 + 390 * rng.random()) - 150 * confused,
            "speed": None,
            "box": _box(eye, said, rng),
            "run": f"{self._seed & 0xFFFF:04x}",
            "spread": None,
            "no_speed": "unsteady",
            "size": None,
            "plate": None,
            "no_plate": "off",
            "type": "crossing",
        }

    def _said(
        self, eye: Eye, lane: str, reading: Wire, vehicle: int | None, t: int, told: float
    ) -> Said:
        number = f"{reading['run']}-{reading['track']}"
        judge = tuple(
            rule
            for rule in self._rules[lane]
            if reading["vehicle"] != "bicycle"  # the tables speak of motor vehicles
            and (rule in _BY_SIGHT or (rule in _BY_SPEED and reading["speed"] is not None))
        )
        about = Subject(t, number, "camera", vehicle, lane, f"{eye.device}/{eye.line}", judge)
        return Said(int(max(told, t)), eye.device, reading, about)


_SHAPES = {"motorbike": (40, 90), "bicycle": (36, 84), "car": (120, 100), "minibus": (130, 130)}


def _box(eye: Eye, cls: str, rng: Random) -> list[int]:
    wide, high = _SHAPES.get(cls, (170, 190))
    middle = 40 + 256 * eye.number + int(180 * rng.random())
    foot = 500 + int(10 * rng.random())
    left, right = max(0, middle - wide // 2), min(_FRAME[0], middle + wide // 2)
    return [left, foot - high, right, foot]


def _plate_box(box: list[int]) -> list[int]:
    left, top, right, foot = box
    middle, low = (left + right) // 2, foot - (foot - top) // 4
    return [middle - 25, low - 14, middle + 25, low]
