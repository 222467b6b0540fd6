import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.simulators.sumo.traffic import along
from edge_agent.simulators.world.geometry import Path, quarter

BEND = Path(quarter((2.25, -22.0), (-22.0, 2.25), left=True))
STRAIGHT = Path([(5.0, -100.0), (5.0, -20.0)])


@given(st.floats(0, BEND.length), st.floats(-3, 3))
def test_a_place_beside_a_bend_is_found_again(s: float, left: float) -> None:
    x, y, _, _ = BEND.at(s, left)
    found, beside = along(BEND, x, y)
    assert math.isclose(found, s, abs_tol=0.25)  # corners of the polyline
    assert math.isclose(beside, left, abs_tol=0.05)


@pytest.mark.parametrize("s", [-30.0, 0.0, 41.5, 80.0, 82.5])
def test_a_straight_goes_on_beyond_its_ends(s: float) -> None:
    assert along(STRAIGHT, 5.0 - 1.5, -100.0 + s) == pytest.approx((s, 1.5))
