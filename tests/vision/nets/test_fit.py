import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.vision.nets.entry import Fit, Input
from edge_agent.vision.nets.fit import GREY, fitted


def wanted(width: int, height: int, **words: str) -> Input:
    chosen = {"layout": "NCHW", "colour": "bgr", "range": "0-255"} | words
    channels = 1 if chosen["colour"] == "grey" else 3
    shape = [1, channels, height, width]
    if chosen["layout"] == "NHWC":
        shape = [1, height, width, channels]
    return Input.model_validate(chosen | {"shape": shape})


PICTURE = np.full((10, 20, 3), (1, 2, 3), np.uint8)


def test_corner_keeps_the_shape_and_fills_right_and_below() -> None:
    seen = fitted(PICTURE, wanted(40, 40), "corner", np.float32)
    assert seen.tensor.shape == (1, 3, 40, 40)
    assert seen.tensor.dtype == np.float32
    assert seen.tensor[0, :, 0, 0].tolist() == [1, 2, 3]
    assert seen.tensor[0, :, 19, 39].tolist() == [1, 2, 3]
    assert (seen.tensor[0, :, 20:] == GREY).all()
    assert (seen.scale, seen.offset) == ((2.0, 2.0), (0, 0))


def test_centre_fills_above_and_below() -> None:
    seen = fitted(PICTURE, wanted(40, 40), "centre", np.float32)
    assert (seen.tensor[0, :, :10] == GREY).all()
    assert seen.tensor[0, :, 10, 0].tolist() == [1, 2, 3]
    assert (seen.tensor[0, :, 30:] == GREY).all()
    assert seen.offset == (0, 10)


def test_stretch_fills_all() -> None:
    seen = fitted(PICTURE, wanted(40, 40), "stretch", np.float32)
    assert (seen.tensor[0, 0] == 1).all()
    assert seen.scale == (2.0, 4.0)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ({"colour": "rgb"}, [3, 2, 1]),
        ({"colour": "rgb", "layout": "NHWC"}, [3, 2, 1]),
        ({"colour": "bgr", "range": "0-1"}, [1 / 255, 2 / 255, 3 / 255]),
        ({"colour": "grey"}, [round(0.114 * 1 + 0.587 * 2 + 0.299 * 3)]),
    ],
)
def test_colour_layout_and_range(words: dict[str, str], first: list[float]) -> None:
    tensor = fitted(PICTURE, wanted(20, 10, **words), "stretch", np.float32).tensor
    pixel = tensor[0, 0, 0] if words.get("layout") == "NHWC" else tensor[0, :, 0, 0]
    assert pixel.tolist() == pytest.approx(first)


def test_luma_becomes_three_alike_channels() -> None:
    luma = np.full((10, 20), 7, np.uint8)
    seen = fitted(luma, wanted(20, 10), "stretch", np.uint8)
    assert seen.tensor.dtype == np.uint8
    assert (seen.tensor == 7).all()


def test_standardised_has_mean_zero_and_deviation_one() -> None:
    picture = np.arange(200, dtype=np.uint8).reshape(10, 20)
    words = {"colour": "grey", "range": "standardised"}
    tensor = fitted(picture, wanted(20, 10, **words), "stretch", np.float32).tensor
    assert tensor.mean() == pytest.approx(0, abs=1e-5)
    assert tensor.std() == pytest.approx(1, abs=1e-5)
    flat = fitted(np.zeros((5, 5), np.uint8), wanted(20, 10, **words), "stretch", np.float32)
    assert np.isfinite(flat.tensor).all()


@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from([(64, 32), (32, 64), (416, 416)]),
    st.sampled_from(["stretch", "centre", "corner"]),
)
def test_boxes_come_back_to_where_they_were(
    width: int, height: int, size: tuple[int, int], fit: Fit
) -> None:
    seen = fitted(np.zeros((height, width, 3), np.uint8), wanted(*size), fit, np.float32)
    assert seen.tensor.shape == (1, 3, size[1], size[0])
    box = np.array([[0, 0, width, height], [width / 4, height / 2, width / 2, height]], float)
    scale, offset = np.array(2 * seen.scale), np.array(2 * seen.offset)
    assert seen.back(box * scale + offset) == pytest.approx(box)
    beyond = seen.back(np.array([[-1e4, -1e4, 1e4, 1e4]]))
    assert beyond[0].tolist() == [0, 0, width, height]
