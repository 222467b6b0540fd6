import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.passage.congestion import LEVELS, Level, level
from edge_agent.passage.lanes import Congestion

LIMITS = Congestion()
BEFORE = st.one_of(st.none(), st.sampled_from(LEVELS))
SPEEDS = st.lists(st.integers(0, 1200), max_size=8)
OCCUPANCY = st.one_of(st.none(), st.integers(0, 1000))


@pytest.mark.parametrize(
    ("kmh", "found"), [(60, "free"), (40, "free"), (39, "dense"), (19, "slow"), (7, "jammed")]
)
def test_declared_thresholds_hold(kmh: int, found: Level) -> None:
    assert level(None, [kmh * 10] * 3, None, LIMITS) == found


def test_full_lane_is_jammed_whatever_its_few_vehicles_do() -> None:
    assert level("free", [500, 500, 500], 700, LIMITS) == "jammed"
    assert level("jammed", [500, 500, 500], 650, LIMITS) == "jammed"
    assert level("jammed", [500, 500, 500], 590, LIMITS) == "free"


def test_one_slow_rider_is_no_congestion_and_one_fast_car_proves_a_free_road() -> None:
    assert level("free", [90], None, LIMITS) is None
    assert level("free", [90, 520], None, LIMITS) == "free"


def test_nobody_seen_is_a_free_road_only_where_emptiness_was_measured() -> None:
    assert level("free", [], None, LIMITS) is None
    assert level("free", [], 0, LIMITS) == "free"
    assert level("free", [], 300, LIMITS) is None


@given(SPEEDS, OCCUPANCY, BEFORE)
def test_the_same_again_changes_nothing(
    speeds: list[int], occupancy: int | None, before: Level | None
) -> None:
    once = level(before, speeds, occupancy, LIMITS)
    assert level(once, speeds, occupancy, LIMITS) == once


@given(st.sampled_from([8, 20, 40]), st.lists(st.integers(-6, 6), min_size=2, max_size=40), BEFORE)
def test_speed_that_wavers_about_a_threshold_changes_the_level_once(
    threshold: int, wavering: list[int], before: Level | None
) -> None:
    found = []
    for percent in wavering:
        before = level(before, [threshold * (1000 + percent * 10) // 100] * 3, None, LIMITS)
        found.append(before)
    changes = sum(now != then for now, then in zip(found[1:], found, strict=False))
    assert changes <= 1


@given(BEFORE, st.integers(0, 1200), st.integers(0, 1200))
def test_faster_is_never_worse(before: Level | None, one: int, other: int) -> None:
    slow, fast = (level(before, [speed] * 3, None, LIMITS) for speed in sorted((one, other)))
    assert slow is not None
    assert fast is not None
    assert LEVELS.index(fast) <= LEVELS.index(slow)
