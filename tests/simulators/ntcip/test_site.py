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


def test_flash_loss_of_power_and_alarms_of_the_world() -> None:
    junction = SiteJunction("junction", 7, _START_MS)
    unit = Unit(junction, _START_MS, lambda _record: None)
    controller = junction._world._controllers["ctl1"]
    unit.advance(_START_MS + 10_000)
    assert (unit.flash_status, unit.octet("short"), unit.up_ms) == (2, 0, 10_000)
    controller.lamps_out.add((2, "r"))
    controller.flash()
    unit.advance(_START_MS + 11_000)
    assert set(unit.view.phases.values()) == {"fy"}
    assert (unit.flash_status, unit.pattern) == (5, 255)
    assert unit.octet("short") == 0b0100_0010
    controller.dark()
    unit.advance(_START_MS + 12_000)
    assert not unit.view.powered
    controller.start()
    unit.advance(_START_MS + 13_000)
    assert (unit.view.powered, unit.flash_status) == (True, 7)
    assert unit.up_ms < 1000
