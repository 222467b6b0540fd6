"""Red light: judged where the age of the red is certain, and nowhere else."""

from collections import Counter
from typing import Any

import pytest

from edge_agent.contract.verdicts import Excess
from edge_agent.device.readings import Colour, VehicleClass
from edge_agent.passage.fused import SignalMoment
from edge_agent.passage.lanes import LaneSettings
from edge_agent.rules.red import could_have_stopped, red_light
from edge_agent.rules.verdict import Finding, Outcome, Refusal
from tests.rules.cases import SIGNAL, case, lit, table, vehicle

LAW = table("red-light-2026")
LANE = LaneSettings(signal=SIGNAL, against="out")


def judged(
    moment: SignalMoment | None, lane: LaneSettings = LANE, **more: Any
) -> tuple[Outcome, Counter[str]]:
    counted: Counter[str] = Counter()

    def count(what: str) -> None:
        counted[what] += 1

    return red_light(case(vehicle(signal=moment, **more), lane), LAW, count), counted


def test_on_red_over_the_line() -> None:
    outcome, _ = judged(lit(age_ms=5000, spread_ms=50))
    excess = Excess(of="red-age", val=5000, lim=0, tol=LAW.grace_ms, u=50, band="168.6.9.b")
    assert outcome == Finding((excess,))


@pytest.mark.parametrize(
    ("speed", "expected"),
    [
        (None, "speed-unknown"),
        (0, "standing"),
        (10 * LAW.moving_kmh, "standing"),
        (10 * LAW.moving_kmh + 1, "fires"),
    ],
)
def test_who_waits_at_the_line_is_not_accused(speed: int | None, expected: str) -> None:
    outcome, _ = judged(lit(age_ms=5000), speed=speed)
    assert isinstance(outcome, Finding | Refusal)
    assert (outcome.why if isinstance(outcome, Refusal) else "fires") == expected


def test_a_motorbike_has_its_own_clause() -> None:
    outcome, _ = judged(lit(), vehicle=VehicleClass.MOTORBIKE)
    assert isinstance(outcome, Finding)
    assert outcome.excess[0].band == "168.7.7.c"


@pytest.mark.parametrize(
    ("age", "spread", "expected"),
    [
        (LAW.grace_ms, 0, None),
        (LAW.grace_ms + 1, 0, "fires"),
        (LAW.grace_ms - 100, 100, None),
        (LAW.grace_ms + 100, 100, "signal-uncertain"),
        (LAW.grace_ms + 101, 100, "fires"),
        (9000, LAW.uncertain_ms, "fires"),
        (9000, LAW.uncertain_ms + 1, "signal-coarse"),
    ],
)
def test_the_age_must_be_certain(age: int, spread: int, expected: str | None) -> None:
    outcome, _ = judged(lit(age_ms=age, spread_ms=spread))
    match outcome:
        case Finding():
            assert expected == "fires"
        case Refusal(why):
            assert expected == why
        case None:
            assert expected is None


def test_a_controller_polled_once_a_second_proves_nothing() -> None:
    assert judged(lit(age_ms=20_000, spread_ms=500))[0] == Refusal("signal-coarse")


def test_a_stale_phase_proves_nothing() -> None:
    assert judged(lit(age_ms=20_000, spread_ms=1, stale=True))[0] == Refusal("signal-stale")


@pytest.mark.parametrize("colour", [colour for colour in Colour if colour is not Colour.RED])
def test_nothing_but_red_is_red(colour: Colour) -> None:
    assert judged(lit(colour, age_ms=60_000))[0] is None


def test_who_comes_from_behind_does_not_see_it() -> None:
    assert judged(lit(), direction="out")[0] is None


def test_what_is_not_known_is_refused() -> None:
    assert judged(None)[0] == Refusal("signal-unknown")
    assert judged(lit(), LaneSettings())[0] == Refusal("no-signal")
    assert judged(lit(), crossings={})[0] == Refusal("no-stop-line")
    assert judged(lit(), vehicle=VehicleClass.UNKNOWN)[0] == Refusal("class-unknown")


@pytest.mark.parametrize(
    ("speed", "age", "could"),
    [
        (432, 3000, False),  # 12 m/s: 1 s and then 2 s of braking; exactly so is too short
        (432, 3001, True),
        (0, 1000, False),
        (0, 1001, True),
        (None, 9000, False),
    ],
)
def test_yellow_is_counted_where_the_way_to_stop_was_there(
    speed: int | None, age: int, could: bool
) -> None:
    moment = lit(Colour.YELLOW, age_ms=age)
    outcome, counted = judged(moment, speed=speed)
    assert outcome is None
    assert counted == ({"yellow-could-stop": 1} if could else {})
    assert could_have_stopped(vehicle(speed=speed), moment, LAW.yellow) is could
