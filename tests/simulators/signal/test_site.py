"""A controller of the world over Modbus shows what the world's truth says, when it says it."""

from typing import Any

import pytest

from edge_agent.simulators.signal.controller import Controller
from edge_agent.simulators.signal.site import WorldPlan
from edge_agent.simulators.signal.timebase import SteppedTime
from edge_agent.simulators.world.world import World

T0 = 1_790_000_000_000
MINUTES = 4


def played(step_s: float) -> tuple[Controller, list[dict[str, Any]]]:
    truth: list[dict[str, Any]] = []
    plan, time = WorldPlan("junction", 7, T0, "ctl2"), SteppedTime(T0)
    controller = Controller(plan, time, truth.append, name=plan.name, hits=plan.hits)
    for _ in range(round(MINUTES * 60 / step_s)):
        time.step(step_s)
        controller.advance()
    return controller, truth


@pytest.fixture(scope="module")
def world() -> list[dict[str, Any]]:
    events = World("junction", 7, T0).advance_to(T0 + MINUTES * 60_000)
    return [event for event in events if event.get("controller") == "ctl2"]


def test_phases_change_when_those_of_the_world_do(world: list[dict[str, Any]]) -> None:
    true = [(e["t"], e["phase"], e["aspect"]) for e in world if e["what"] == "phase"]
    _, told = played(0.05)
    shown = [(r["t"], r["phase"], r["aspect"]) for r in told if r["what"] == "phase"]
    assert len(true) > 10
    assert [change for change in shown if change in true] == shown
    assert {change for change in true if change[0] > T0} <= set(shown)


def test_how_often_somebody_looks_changes_nothing() -> None:
    assert played(0.05)[1] == played(2.0)[1]


def test_detectors_count_the_vehicles_of_the_world(world: list[dict[str, Any]]) -> None:
    controller, told = played(0.1)
    for name in ("d1", "d2"):
        true = [
            e["t"] for e in world if e["what"] == "detector" and e["on"] and e["detector"] == name
        ]
        hits = [r["t"] for r in told if r["what"] == "detector" and r["detector"] == name]
        assert hits == true
        assert controller.count(name) == len(true)
        last = [e for e in world if e["what"] == "detector" and e["detector"] == name][-1]
        bits = controller.bits()
        assert bits[63 + int(name[1])] == (last["present"] > 0)


def test_unknown_controller_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="ctl1, ctl2"):
        WorldPlan("junction", 7, T0, "ctl9")
