"""What the reader is given."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_agent.vision.plates.crop import crop, sharpness
from edge_agent.vision.plates.finder import PlateBox

_INK = 60


def _plate(corners: list[tuple[float, float]]) -> PlateBox:
    return PlateBox(np.array(corners, np.float32), 0.9, 2)


def _quarters() -> NDArray[np.uint8]:
    """A face whose quarters differ: 40, 90, 140, 190, clockwise from the top left."""
    face = np.zeros((80, 120), np.uint8)
    face[:40, :60], face[:40, 60:], face[40:, 60:], face[40:, :60] = 40, 90, 140, 190
    return face


def _laid(corners: NDArray[np.float32]) -> NDArray[np.uint8]:
    face = _quarters()
    source = np.array(((0, 0), (120, 0), (120, 80), (0, 80)), np.float32) - 0.5
    move = cv2.getPerspectiveTransform(source, corners - np.float32(0.5))
    return np.asarray(cv2.warpPerspective(face, move, (320, 240)), np.uint8)


_SHIFT = st.floats(-14, 14)


@given(st.lists(st.tuples(_SHIFT, _SHIFT), min_size=4, max_size=4))
def test_a_leaning_plate_comes_out_straight(shifts: list[tuple[float, float]]) -> None:
    square_on = np.array(((90, 70), (220, 70), (220, 160), (90, 160)), np.float32)
    corners = (square_on + np.array(shifts)).astype(np.float32)
    seen = crop(_laid(corners), PlateBox(corners, 0.9, 2), margin=0)
    tall, wide = seen.shape
    middles = [
        seen[tall // 4, wide // 4],
        seen[tall // 4, 3 * wide // 4],
        seen[3 * tall // 4, 3 * wide // 4],
        seen[3 * tall // 4, wide // 4],
    ]
    assert middles == pytest.approx([40, 90, 140, 190], abs=3)


def test_an_upright_plate_without_margin_is_cut_to_the_pixel() -> None:
    picture = np.arange(100 * 160, dtype=np.uint32).reshape(100, 160).astype(np.uint8)
    seen = crop(picture, _plate([(20, 30), (90, 30), (90, 70), (20, 70)]), margin=0)
    assert np.array_equal(seen, picture[30:70, 20:90])


def test_the_margin_is_a_share_of_the_plate() -> None:
    picture = np.zeros((200, 300), np.uint8)
    picture[50:150, 50:250] = 255
    seen = crop(picture, _plate([(50, 50), (250, 50), (250, 150), (50, 150)]), margin=0.05)
    assert seen.shape == (110, 220)
    assert seen[55, 5:15].tolist() == [0] * 5 + [255] * 5


def test_what_lies_outside_the_picture_repeats_its_edge() -> None:
    picture = np.full((40, 60), 77, np.uint8)
    seen = crop(picture, _plate([(-30, -10), (50, -10), (50, 30), (-30, 30)]))
    assert np.unique(seen).tolist() == [77]


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (8, 8)])
def test_a_picture_of_a_few_pixels_gives_a_crop(shape: tuple[int, int]) -> None:
    seen = crop(np.zeros(shape, np.uint8), _plate([(0, 0), (1, 0), (1, 1), (0, 1)]))
    assert min(seen.shape) >= 1


def test_corners_in_one_point_give_a_crop() -> None:
    assert crop(np.zeros((9, 9), np.uint8), _plate([(4, 4)] * 4)).shape == (1, 1)


def test_a_close_up_is_not_given_larger_than_a_reader_needs() -> None:
    seen = crop(np.zeros((900, 1600), np.uint8), _plate([(0, 0), (1600, 0), (1600, 900), (0, 900)]))
    assert max(seen.shape) < 600


def _letters() -> NDArray[np.uint8]:
    picture = np.full((64, 128), 210, np.uint8)
    cv2.putText(picture, "29B1", (4, 28), cv2.FONT_HERSHEY_SIMPLEX, 0.9, _INK, 3, cv2.LINE_AA)
    cv2.putText(picture, "23456", (4, 58), cv2.FONT_HERSHEY_SIMPLEX, 0.9, _INK, 3, cv2.LINE_AA)
    return picture


def test_blur_lowers_sharpness_step_by_step() -> None:
    sharp = _letters()
    told = [sharpness(sharp)]
    told += [sharpness(np.asarray(cv2.GaussianBlur(sharp, (0, 0), s))) for s in (1, 2, 4)]
    assert told == sorted(told, reverse=True)
    assert told[0] > 2 * told[2]


def test_smear_lowers_sharpness() -> None:
    smeared = np.asarray(cv2.blur(_letters(), (11, 1)), np.uint8)
    assert sharpness(smeared) < 0.7 * sharpness(_letters())


def test_light_and_contrast_do_not_change_sharpness() -> None:
    faint = (_letters().astype(np.float32) * 0.3 + 20).astype(np.uint8)
    assert sharpness(faint) == pytest.approx(sharpness(_letters()), rel=0.05)


def test_a_small_crop_counts_as_blurred() -> None:
    small = np.asarray(cv2.resize(_letters(), (40, 20), interpolation=cv2.INTER_AREA), np.uint8)
    assert sharpness(small) < 0.6 * sharpness(_letters())


@pytest.mark.parametrize("shape", [(0, 0), (0, 4), (1, 1), (30, 50)])
def test_nothing_to_see_is_not_sharp(shape: tuple[int, int]) -> None:
    assert sharpness(np.full(shape, 90, np.uint8)) == 0.0
