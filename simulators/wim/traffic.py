"""What truly drives over the scales: a seeded list, or the axle hits of the simulated world."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol


class TrueAxle(NamedTuple):
    """Kilograms under each side, and centimetres to the axle before."""

    left: int
    right: int
    spacing: int | None


@dataclass(frozen=True, slots=True)
class Passing:
    """One vehicle over the scale of one lane.

    Attributes:
        t_ms: First axle on the scale, UTC.
        done_ms: Last axle off it.
        speed: 0.1 km/h.
        length: cm.
    """

    t_ms: int
    done_ms: int
    lane: int
    axles: tuple[TrueAxle, ...]
    speed: int
    length: int
    straddles: bool = False
    reverse: bool = False


class Traffic(Protocol):
    """Where vehicles come from."""

    def until(self, utc_ms: int) -> list[Passing]:
        """Vehicles that have left the scale by then and were not given before."""


_KINDS: tuple[tuple[float, tuple[tuple[int, int], ...]], ...] = (
    (0.25, ((0, 750), (265, 650))),
    (0.25, ((0, 3200), (420, 5400))),
    (0.15, ((0, 5800), (420, 7600), (135, 7400))),
    (0.35, ((0, 6400), (340, 8900), (620, 6300), (135, 6200), (135, 6300))),
)
"""Share of the traffic; spacing cm and usual weight kg of each axle."""

_LADEN = (0.55, 1.25)


class SeededTraffic:
    """Vehicles for ever: the same list for the same seed and start."""

    def __init__(
        self, seed: int, start_ms: int, per_hour: float = 600.0, lanes: tuple[int, ...] = (1, 2)
    ) -> None:
        self._rng = random.Random(seed)
        self._list = self._vehicles(start_ms, 3_600_000 / per_hour, lanes)
        self._next = next(self._list)

    def until(self, utc_ms: int) -> list[Passing]:
        found = []
        while self._next.done_ms <= utc_ms:
            found.append(self._next)
            self._next = next(self._list)
        return found

    def _vehicles(self, t_ms: int, gap_ms: float, lanes: tuple[int, ...]) -> Iterator[Passing]:
        rng = self._rng
        while True:
            t_ms += round(max(50.0, rng.expovariate(1 / gap_ms)))
            passing = _vehicle(rng, t_ms, rng.choice(lanes))
            # In the order in which they leave: the next begins when this one is over.
            yield passing
            t_ms = passing.done_ms


def _vehicle(rng: random.Random, t_ms: int, lane: int) -> Passing:
    shares, kinds = zip(*_KINDS, strict=True)
    kind = rng.choices(kinds, shares)[0]
    laden = rng.uniform(*_LADEN)
    axles = []
    for index, (spacing, usual) in enumerate(kind):
        # The load is on the other axles: the first weighs much the same, empty or laden.
        share = rng.gauss(1, 0.06) if index == 0 else laden * rng.gauss(1, 0.03)
        kg = round(usual * max(0.3, share))
        left = round(kg * rng.gauss(0.5, 0.01))
        gap = round(spacing * rng.uniform(0.98, 1.02)) if index else None
        axles.append(TrueAxle(left, kg - left, gap))
    speed = round(rng.uniform(250, 700))
    wheelbase = sum(axle.spacing or 0 for axle in axles)
    crossing_ms = round(wheelbase * 360 / speed)  # cm at 0.1 km/h
    return Passing(
        t_ms, t_ms + crossing_ms + 100, lane, tuple(axles), speed, wheelbase + rng.randint(150, 250)
    )


LIGHTEST_KG = 500
"""A scale does not wake up for less: two wheels pass it unnoticed."""


class WorldTraffic:
    """The lorries and cars of a site, as they meet its weighing station."""

    def __init__(self, site: str, seed: int, start_ms: int, station: str | None = None) -> None:
        # The world is long to load and not needed without a site.
        from edge_agent.simulators.world.world import World  # noqa: PLC0415

        self._world = World(site, seed, start_ms)
        known = {place.name: place.lanes for place in self._world.site.weighing}
        self.station = station or next(iter(known), "")
        if self.station not in known:
            raise ValueError(f"{site} has no station {station!r}: one of {', '.join(known)}")
        self.lanes = known[self.station]
        self._hits: dict[int, list[dict[str, Any]]] = {}
        self._sizes: dict[int, int] = {}

    def until(self, utc_ms: int) -> list[Passing]:
        found = []
        for event in self._world.advance_to(utc_ms):
            match event["what"]:
                case "enters":
                    self._sizes[event["vehicle"]] = event["size"][0]
                case "leaves":
                    self._sizes.pop(event["vehicle"], None)
                case "axle" if event["station"] == self.station:
                    self._hits.setdefault(event["vehicle"], []).append(event)
                case "weighed" if event["station"] == self.station:
                    hits = self._hits.pop(event["vehicle"])
                    if event["gross"] >= LIGHTEST_KG:
                        found.append(self._passing(hits, event))
        return found

    def _passing(self, hits: list[dict[str, Any]], weighed: dict[str, Any]) -> Passing:
        first = hits[0]
        return Passing(
            t_ms=first["t"],
            done_ms=weighed["t"],
            lane=first["lane"],
            axles=tuple(TrueAxle(hit["left"], hit["right"], hit["spacing"]) for hit in hits),
            speed=first["spd"],
            length=self._sizes.get(weighed["vehicle"], 0),
            straddles=any(hit["straddle"] for hit in hits),
        )
