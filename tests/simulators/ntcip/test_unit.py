"""The simulated controller: exact moments, the same for the same seed."""

import itertools
from typing import Any

import pytest

from edge_agent.simulators.ntcip.faults import Faults
from edge_agent.simulators.ntcip.junction import eight_phases
from edge_agent.simulators.ntcip.mib import Mib
from edge_agent.simulators.ntcip.unit import Unit

_START_MS = 1_790_000_000_000


def _truth(seconds: int, *, step_ms: int = 100, seed: int = 1) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    unit = Unit(eight_phases(_START_MS, seed=seed), _START_MS, told.append)
    for moment in range(0, seconds * 1000 + 1, step_ms):
        unit.advance(_START_MS + moment)
    return told


def test_the_truth_does_not_depend_on_when_it_is_asked_for() -> None:
    assert _truth(120) == _truth(120, step_ms=7500)


def test_another_seed_brings_other_vehicles_and_the_same_lamps() -> None:
    def lamps(truth: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [line for line in truth if line["what"] == "phase"]

    one, other = _truth(120), _truth(120, seed=2)
    assert lamps(one) == lamps(other)
    assert one != other


def test_each_green_is_followed_by_3_s_of_yellow_and_then_red() -> None:
    phase = [line for line in _truth(120) if line["what"] == "phase" and line["phase"] == 2]
    runs = [(a["aspect"], b["aspect"], b["t"] - a["t"]) for a, b in itertools.pairwise(phase)][1:]
    assert {(a, b) for a, b, _ in runs} == {("g", "y"), ("y", "r"), ("r", "g")}
    assert {ms for a, _, ms in runs if a == "y"} == {3000}
    assert {ms for a, _, ms in runs if a == "g"} == {12_000}


def test_periods_hold_every_vehicle_once() -> None:
    told: list[dict[str, Any]] = []
    unit = Unit(eight_phases(_START_MS, per_hour=1800), _START_MS, told.append, period_s=5)
    total, sequence = 0, unit.period.sequence
    for second in range(1, 301):
        unit.advance(_START_MS + second * 1000)
        if unit.period.sequence != sequence:
            sequence = unit.period.sequence
            total += sum(unit.period.volume.values())
            assert all(0 <= share <= 200 for share in unit.period.occupancy.values())
    assert total == sum(line["what"] == "detector" for line in told)
    assert total > 300


def test_torn_masks_lag_behind_by_a_tick() -> None:
    unit = Unit(eight_phases(_START_MS), _START_MS, lambda _record: None)
    mib = Mib(unit)
    Faults().switch(unit, mib, {"fault": "torn"})
    odd = 0
    for tick in range(1, 600):
        unit.advance(_START_MS + tick * 100)
        red, yellow, green = (mib.mask("phase", colour) for colour in range(3))
        odd += (red | yellow | green) != 255 or (red & green) > 0
    assert odd > 4


@pytest.mark.parametrize(
    "order",
    [
        {"fault": "nothing"},
        {"fault": "conflict", "phase": 77},
        {"fault": "flash", "reason": "whim"},
    ],
)
def test_orders_that_make_no_sense(order: dict[str, Any]) -> None:
    unit = Unit(eight_phases(_START_MS), _START_MS, lambda _record: None)
    with pytest.raises(ValueError, match="one of"):
        Faults().switch(unit, Mib(unit), order)


def test_clear_ends_every_fault() -> None:
    unit = Unit(eight_phases(_START_MS), _START_MS, lambda _record: None)
    mib, faults = Mib(unit), Faults()
    sound = dict(unit.view.phases)
    for order in (
        {"fault": "flash"},
        {"fault": "dark"},
        {"fault": "conflict", "phase": 1},
        {"fault": "forced-green", "phase": 1},
        {"fault": "alarm", "where": "unit1", "bit": 4},
        {"fault": "detector", "detector": 1},
        {"fault": "silence"},
        {"fault": "torn"},
    ):
        faults.switch(unit, mib, order)
    assert unit.view.phases != sound
    faults.switch(unit, mib, {"clear": True})
    assert unit.view.phases == sound
    assert unit.alarms == {"short": 0, "unit1": 0, "unit2": 0}
    assert not faults.active
    assert not unit.detector_faults
