"""A controller of the simulated world: it shows what the world's own truth says."""

from typing import Any

import pytest

from edge_agent.simulators.ntcip.junction import TICK_MS
from edge_agent.simulators.ntcip.site import SiteJunction
from edge_agent.simulators.ntcip.unit import Unit
from edge_agent.simulators.world.world import World
from tests.simulators.ntcip.process import simulator

_START_MS = 1_790_000_000_000
_SECONDS = 60


@pytest.mark.parametrize("controller", ["ctl1", "ctl2"])
def test_lamps_and_vehicles_are_the_worlds(controller: str) -> None:
    told: list[dict[str, Any]] = []
    junction = SiteJunction("junction", 7, _START_MS, controller)
    unit = Unit(junction, _START_MS, told.append)
    end_ms = _START_MS + _SECONDS * 1000
    unit.advance(end_ms)
    true = [
        event
        for event in World("junction", 7, _START_MS).advance_to(end_ms + TICK_MS)
        if event.get("controller") == controller
    ]
    assert [
        (line["t"], line["phase"], line["aspect"])
        for line in told
        if line["what"] == "phase" and line["t"] < end_ms
    ] == [
        (event["t"], event["phase"], event["aspect"])
        for event in true
        if event["what"] == "phase" and event["t"] < end_ms
    ]
    for name in junction.detectors.values():
        mine = [line["t"] for line in told if line.get("detector") == name]
        world = [event["t"] for event in true if event.get("detector") == name and event["on"]]
        assert 0 <= len(world) - len(mine) <= 1  # one may come within the last tick
        assert all(abs(at - moment) <= TICK_MS for at, moment in zip(mine, world, strict=False))
    assert sum(line["what"] == "detector" for line in told) > 5


def test_a_controller_that_the_site_lacks() -> None:
    with pytest.raises(ValueError, match="one of ctl1, ctl2"):
        SiteJunction("junction", 1, _START_MS, "ctl9")


def test_the_command_plays_a_site() -> None:
    with simulator("--site", "junction", "--seed", "7") as running:
        assert running.ready["phases"] == list(range(1, 9))
        assert running.ready["overlaps"] == [1, 2, 3, 4]
        assert len(running.ready["detectors"]) == 12
