"""How much faster than the clock the simulated road runs."""

import time

from edge_agent.simulators.world.world import World
from tests.bench.measure import Figure, Measure

SUITE = "devices"

VEHICLES = 200
TARGET = 50.0
_FILL_S = 420
_DEMAND = 1.4


def _factor(quick: bool) -> list[Figure]:
    world = World("junction", 7, 0, demand=_DEMAND)
    world.advance_to(_FILL_S * 1000)
    seconds = 60 if quick else 240
    before = time.process_time()
    present = events = 0
    for second in range(1, seconds + 1):
        events += len(world.advance_to((_FILL_S + second) * 1000))
        present += world.vehicles_now
    factor = seconds / (time.process_time() - before)
    mean = present / seconds
    return [
        Figure(
            "world: simulated s a core second, ≥ 200 vehicles",
            factor,
            "×",
            f"≥ {TARGET:.0f}",
            factor >= TARGET and mean >= VEHICLES,
            f"{mean:.0f} vehicles on average, {events} events",
        )
    ]


MEASURES = [Measure("world", _factor)]
