"""Speeding at every step of the law, and the side on which uncertainty falls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.device.readings import VehicleClass
from edge_agent.passage.lanes import LaneSettings
from edge_agent.rules.speed import speeding
from edge_agent.rules.verdict import Finding, Outcome, Refusal
from tests.rules.cases import case, table, vehicle

LAW = table("speeding-2026")
LANE = LaneSettings(limit_kmh=50)
CAR, MOTORBIKE = VehicleClass.CAR, VehicleClass.MOTORBIKE


def judged(speed: int | None, spread: int | None = 0, kind: VehicleClass = CAR) -> Outcome:
    return speeding(case(vehicle(kind, speed=speed, spread=spread), LANE), LAW)


@pytest.mark.parametrize(
    ("kind", "over", "band"),
    [
        (CAR, 49, None),
        (CAR, 50, "168.6.3.a"),
        (CAR, 99, "168.6.3.a"),
        (CAR, 100, "168.6.5.đ"),
        (CAR, 200, "168.6.5.đ"),
        (CAR, 201, "168.6.6.a"),
        (CAR, 350, "168.6.6.a"),
        (CAR, 351, "168.6.7.a"),
        (MOTORBIKE, 49, None),
        (MOTORBIKE, 50, "168.7.2.b"),
        (MOTORBIKE, 100, "168.7.4.a"),
        (MOTORBIKE, 200, "168.7.4.a"),
        (MOTORBIKE, 201, "168.7.8.a"),
    ],
)
def test_each_step(kind: VehicleClass, over: int, band: str | None) -> None:
    """``over`` in tenths of km/h."""
    outcome = judged(500 + over, 0, kind)
    assert (outcome.excess[0].band if isinstance(outcome, Finding) else outcome) == band


def test_two_standard_errors_are_taken_off() -> None:
    outcome = judged(610, 10)
    assert isinstance(outcome, Finding)
    (excess,) = outcome.excess
    assert (excess.val, excess.lim, excess.u) == (610, 500, 20)
    assert excess.band == "168.6.3.a"  # 59 km/h for sure
    assert outcome.doubts == ()


def test_what_may_be_lawful_is_statistics() -> None:
    outcome = judged(560, 10)
    assert isinstance(outcome, Finding)
    assert outcome.doubts == ("within-uncertainty",)


def test_what_cannot_be_judged_is_refused() -> None:
    assert judged(None) == Refusal("speed-unknown")
    assert judged(900, None) == Refusal("speed-uncertain")
    assert judged(900, 0, VehicleClass.UNKNOWN) == Refusal("class-not-in-table")
    assert speeding(case(vehicle(speed=900)), LAW) == Refusal("no-limit")


@given(st.integers(0, 2000), st.integers(0, 300), st.integers(0, 60))
def test_faster_never_loses_a_violation(speed: int, more: int, spread: int) -> None:
    def grade(outcome: Outcome) -> int:
        return 0 if not isinstance(outcome, Finding) else 1 if outcome.doubts else 2

    assert grade(judged(speed + more, spread)) >= grade(judged(speed, spread))
