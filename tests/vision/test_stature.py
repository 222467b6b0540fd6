from math import inf, log, nan

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.device.readings import VehicleClass
from edge_agent.vision.frame import CLASSES
from edge_agent.vision.stature import Statures

BIKE, CAR, TRUCK = (
    CLASSES.index(one) for one in (VehicleClass.MOTORBIKE, VehicleClass.CAR, VehicleClass.TRUCK)
)


def taught(bike: float = 1.0, car: float = 1.3, times: int = 30) -> Statures:
    statures = Statures()
    for step in range(times):
        wide = 1 + 0.05 * (step % 3 - 1)
        statures.learn(BIKE, log(bike * wide))
        statures.learn(CAR, log(car * wide))
    return statures


def test_who_is_as_high_as_a_rider_is_hardly_a_car() -> None:
    (weights,) = taught().weights(np.array([log(1.0)]))
    assert weights[BIKE] > 0.95
    assert weights[CAR] < 0.15


def test_a_camera_that_sees_both_equally_high_has_learned_nothing_against_either() -> None:
    (weights,) = taught(car=1.02).weights(np.array([log(1.0)]))
    assert min(weights[BIKE], weights[CAR]) > 0.9


def test_of_a_class_that_was_seldom_seen_nothing_is_known() -> None:
    (weights,) = taught().weights(np.array([log(2.0)]))
    assert weights[TRUCK] == 1.0
    assert (taught(times=10).weights(np.array([log(2.0)])) == 1.0).all()


def test_nothing_is_known_of_who_was_not_measured() -> None:
    assert (taught().weights(np.array([nan])) == 1.0).all()
    assert taught().weights(np.empty(0)).shape == (0, len(CLASSES))


def test_a_camera_that_was_lowered_learns_anew() -> None:
    statures = taught()
    for _ in range(20_000):
        statures.learn(CAR, log(0.9))
    assert statures.weights(np.array([log(0.9)]))[0, CAR] > 0.9
    assert statures.weights(np.array([log(1.6)]))[0, CAR] < 0.2


@given(st.lists(st.floats(-5, 5), max_size=40), st.sampled_from([-inf, inf, -3.0, 0.0, 3.0]))
def test_no_vote_is_lost_and_none_gains(learned: list[float], stature: float) -> None:
    statures = Statures()
    for one in learned:
        statures.learn(CAR, one)
    weights = statures.weights(np.array([stature]))
    assert ((weights > 0.05) & (weights <= 1.0)).all()
