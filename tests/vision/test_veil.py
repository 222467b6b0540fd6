"""The veil: characters on a vehicle or a plate are gone, all else is as it was."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.device.pictures import Box
from edge_agent.vision.frame import Grey
from edge_agent.vision.veil import _VEHICLE, veiled

SIDES = st.integers(-50, 700)
BOXES = st.tuples(SIDES, SIDES, SIDES, SIDES)


def noise(*shape: int) -> Grey:
    return np.asarray(np.random.default_rng(7).integers(0, 256, shape), np.uint8)


def squares(row: Grey) -> int:
    """Runs of equal pixels."""
    return 1 + int((np.diff(row.astype(int)) != 0).sum())


@pytest.mark.parametrize("wide", [40, 120, 400])
def test_a_vehicle_has_few_squares_and_the_rest_is_untouched(wide: int) -> None:
    picture = noise(360, 640)
    out = veiled(picture, [(100, 100, 100 + wide, 300)], [], whole=False)
    assert squares(out[200, 100 : 100 + wide]) <= _VEHICLE
    outside = np.ones_like(picture, bool)
    outside[80:320, 100 - wide // 10 - 1 : 101 + wide + wide // 10] = False
    assert (out[outside] == picture[outside]).all()
    assert out is not picture


def test_a_vehicle_too_far_for_its_plate_is_left_as_it_is() -> None:
    picture = noise(360, 640)
    assert (veiled(picture, [(10, 10, 36, 30)], [], whole=False) == picture).all()


def test_a_plate_that_was_found_is_gone() -> None:
    picture = np.full((360, 640, 3), 250, np.uint8)
    cv2.putText(picture, "29A-123.45", (300, 200), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 2)
    out = veiled(picture, [], [(296, 180, 420, 206)], whole=False)
    assert max(squares(row) for row in out[180:206, 296:420, 0]) <= 5


@pytest.mark.parametrize(("wide", "touched"), [(640, True), (320, False)])
def test_where_standing_vehicles_are_not_found_all_is_coarse(wide: int, *, touched: bool) -> None:
    picture = noise(wide // 2, wide)
    out = veiled(picture, [], [], whole=True)
    assert (out != picture).any() == touched
    assert max(squares(row) for row in out) <= 320


@given(vehicles=st.lists(BOXES, max_size=4), plates=st.lists(BOXES, max_size=2))
def test_any_boxes_of_any_tracker_do(vehicles: list[Box], plates: list[Box]) -> None:
    picture = noise(90, 160)
    out = veiled(picture, vehicles, plates, whole=False)
    assert out.shape == picture.shape
    assert (picture == noise(90, 160)).all()
