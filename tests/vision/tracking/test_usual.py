import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.vision.tracking.usual import Usual

FEET = np.linspace(100, 340, 25)


def taught(horizon: float, share: float, times: int = 10) -> Usual:
    """By riders who are this share of their foot's distance below the horizon high."""
    usual = Usual()
    for _ in range(times):
        usual.learn(FEET, share * (FEET - horizon))
    return usual


@given(st.floats(-200, 60), st.floats(0.1, 0.5))
def test_it_is_a_line_from_the_horizon_down(horizon: float, share: float) -> None:
    usual = taught(horizon, share)
    assert usual(np.array([120.0, 300.0])) == pytest.approx(
        [share * (120 - horizon), share * (300 - horizon)], rel=1e-6
    )


def test_above_the_horizon_nobody_stands() -> None:
    assert taught(80.0, 0.3)(np.array([20.0])).tolist() == [0.0]


def test_a_few_sights_say_nothing() -> None:
    assert taught(50.0, 0.3, times=2)(FEET).tolist() == [0.0] * 25


def test_wheels_and_pairs_teach_nothing() -> None:
    usual = taught(50.0, 0.3)
    for _ in range(50):
        usual.learn(FEET, 0.3 * (FEET - 50))
        usual.learn(FEET[:12], 0.1 * (FEET[:12] - 50))
        usual.learn(FEET[12:], 0.6 * (FEET[12:] - 50))
    assert usual(FEET) == pytest.approx(0.3 * (FEET - 50))


def test_a_camera_that_was_turned_a_little_is_learned_anew() -> None:
    usual = taught(50.0, 0.3)
    for _ in range(4000):
        usual.learn(FEET, 0.4 * (FEET - 50))
    assert usual(FEET) == pytest.approx(0.4 * (FEET - 50), rel=0.02)


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_and_so_is_one_that_sees_quite_another_road(share: float) -> None:
    usual = taught(50.0, 0.3)
    for _ in range(60):
        usual.learn(FEET, share * (FEET - 50))
    assert usual(FEET) == pytest.approx(share * (FEET - 50))


def test_everybody_in_one_row_is_no_reason_to_fail() -> None:
    usual = Usual()
    usual.learn(np.full(300, 200.0), np.full(300, 50.0))
    assert usual(np.array([200.0])) == pytest.approx([50.0])
    usual.learn(np.empty(0), np.empty(0))
