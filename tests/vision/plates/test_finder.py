"""Where looks at a picture lead back to, with a network whose answers are known."""

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_agent.vision.plates.finder import LONGEST, Finder, PlateBox, agreed, decoded

_DARK = 40


class Bright:
    """Answers as a perfect network does whose plates are white rectangles on a dark ground."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, ...]] = []

    def run(self, feed: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self.seen.append(feed.shape)
        height, width = feed.shape[2:]
        told = np.full((1, 10, height // 4, width // 4), -20, np.float32)
        mask = (feed[0, 0] > 180).astype(np.uint8)
        count, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        for x, y, wide, tall, _ in stats[1:count]:
            row, column = (y + tall // 2) // 4, (x + wide // 2) // 4
            cell = np.array((column + 0.5, row + 0.5)) * 4
            ends = np.array(((x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)))
            told[0, 0, row, column] = 3.0
            told[0, 1, row, column] = 3.0 if wide < 2 * tall else -3.0
            told[0, 2:, row, column] = ((ends - cell) / 32).ravel()
        return [told]


def _finder(**thresholds: float) -> tuple[Finder, Bright]:
    net: Any = Bright()
    return Finder(net, thresholds), net


def _picture(height: int, width: int, *boxes: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    picture = np.full((height, width), _DARK, np.uint8)
    for x1, y1, x2, y2 in boxes:
        picture[y1:y2, x1:x2] = 255
    return picture


def _hull(plate: PlateBox) -> tuple[float, ...]:
    return (*plate.corners.min(axis=0).tolist(), *plate.corners.max(axis=0).tolist())


@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((480, 640), (100, 200, 164, 248)),
        ((720, 1280), (900, 600, 1000, 622)),
        ((3000, 4000), (1000, 1000, 2000, 1400)),  # a huge photo, a plate of a thousand pixels
        ((60, 90), (5, 5, 85, 55)),  # the photo is the plate
        ((1200, 200), (60, 1100, 140, 1160)),
    ],
)
def test_a_plate_is_found_where_it_is(
    size: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    finder, _ = _finder()
    (plate,) = finder.find(_picture(*size, box))
    reach = 3 * max(1.0, max(size) / LONGEST) + 0.03 * (box[2] - box[0])
    assert _hull(plate) == pytest.approx(box, abs=reach)
    assert plate.lines == (2 if box[2] - box[0] < 2 * (box[3] - box[1]) else 1)
    assert plate.width == pytest.approx(box[2] - box[0], abs=2 * reach)


def test_several_plates_are_each_found_once() -> None:
    boxes = [(40, 40, 100, 85), (300, 90, 390, 110), (500, 400, 620, 480)]
    finder, _ = _finder()
    found = sorted(
        round(plate.corners[0, 0] / 10) for plate in finder.find(_picture(500, 700, *boxes))
    )
    assert found == [4, 30, 50]


@pytest.mark.parametrize("shape", [(8, 8), (1, 1), (1, 3000), (3000, 2), (33, 257)])
def test_odd_pictures_are_looked_at_in_frames_that_fit(shape: tuple[int, int]) -> None:
    finder, net = _finder()
    assert finder.find(np.full(shape, _DARK, np.uint8)) == []
    assert net.seen
    assert all(side % 32 == 0 and side >= 256 for one in net.seen for side in one[2:])


def test_an_empty_picture_has_no_plates() -> None:
    finder, net = _finder()
    assert finder.find(np.empty((0, 5), np.uint8)) == []
    assert finder.find_on(np.empty((0, 5), np.uint8), (0, 0, 5, 5)) == []
    assert net.seen == []


def test_a_colour_picture_is_taken_too() -> None:
    picture = np.dstack([_picture(300, 400, (100, 100, 180, 160))] * 3)
    finder, _ = _finder()
    assert len(finder.find(picture)) == 1


def test_a_picture_of_another_kind_is_refused() -> None:
    finder, _ = _finder()
    with pytest.raises(ValueError, match="two dimensions"):
        finder.find(np.zeros((2, 3, 4, 5), np.uint8))


_SIDE = st.integers(30, 500)


@settings(max_examples=30)
@given(st.integers(0, 500), st.integers(0, 300), _SIDE, _SIDE)
def test_on_a_vehicle_the_plate_is_in_pixels_of_the_whole_picture(
    x: int, y: int, wide: int, tall: int
) -> None:
    vehicle = (x, y, x + wide, y + tall)
    middle_x, middle_y = x + wide // 2, y + tall - min(wide, tall) // 2
    size = max(6, min(wide, tall) // 3)
    plate = (middle_x - size, middle_y - size // 3, middle_x + size, middle_y + size // 3)
    finder, net = _finder()
    picture = _picture(900, 1100, plate)
    (found,) = finder.find_on(picture, vehicle)
    assert _hull(found) == pytest.approx(plate, abs=2 + max(wide, tall) / 100)
    assert net.seen == [(1, 1, 256, 256)]


@pytest.mark.parametrize(
    "box", [(-50, -50, -10, -10), (900, 10, 950, 60), (10, 10, 10, 10), (50, 50, 20, 20)]
)
def test_a_box_outside_the_picture_or_of_no_size_has_no_plates(
    box: tuple[float, float, float, float],
) -> None:
    finder, _ = _finder()
    assert finder.find_on(np.full((480, 640), _DARK, np.uint8), box) == []


def test_the_threshold_is_the_score_that_is_wanted() -> None:
    picture = _picture(480, 640, (100, 200, 164, 248))
    assert len(_finder(score=0.9)[0].find(picture)) == 1  # logit 3 is 0.953, in every look
    assert _finder(score=0.96)[0].find(picture) == []


@given(
    st.integers(1, 30), st.integers(1, 30),
    st.lists(st.floats(-90, 90, width=32), min_size=8, max_size=8), st.floats(0.0, 9.0),
)  # fmt: skip
def test_a_map_tells_corners_from_the_middle_of_its_cell(
    row: int, column: int, offsets: list[float], logit: float
) -> None:
    told = np.full((10, 32, 32), -20, np.float32)
    told[0, row, column] = logit
    told[2:, row, column] = np.array(offsets, np.float32) / 32
    ((corners, score, lines),) = decoded(told, 0.4)
    truth = np.array(offsets).reshape(4, 2) + np.array((column + 0.5, row + 0.5)) * 4
    assert np.allclose(corners, truth, atol=1e-3)
    assert score == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-5)
    assert lines == 1


def test_of_neighbouring_cells_the_highest_speaks() -> None:
    told = np.full((10, 16, 16), -20, np.float32)
    told[0, 5, 5:8] = 1.0, 2.0, 1.5
    assert [round(score, 2) for _, score, _ in decoded(told, 0.4)] == [0.88]


def _at(x: float, score: float) -> PlateBox:
    corners = np.array(((x, 10), (x + 40, 10), (x + 40, 40), (x, 40)), np.float32)
    return PlateBox(corners, score, 2)


def test_looks_that_agree_speak_for_the_corners_by_their_scores() -> None:
    (plate,) = agreed([[_at(20, 0.8)], [_at(24, 0.8)], [_at(30, 0.01)]], 0.35)
    assert plate.score == 0.8
    assert plate.corners[0, 0] == pytest.approx(22, abs=0.01)


def test_what_one_of_several_looks_shows_is_less_sure() -> None:
    (alone,) = agreed([[_at(20, 0.8)], []], 0.35)
    (only,) = agreed([[_at(20, 0.8)]], 0.35)
    assert alone.score == pytest.approx(0.6)
    assert only.score == 0.8


def test_the_surer_plate_comes_first_after_looks_have_been_compared() -> None:
    first, second = agreed([[_at(20, 0.9), _at(200, 0.8)], [_at(200, 0.7)]], 0.35)
    assert [round(first.score, 3), round(second.score, 3)] == [0.8, 0.675]


def test_the_box_is_the_one_that_people_draw() -> None:
    assert _at(20, 0.9).box == pytest.approx((17, 5.8, 63, 44.2))
    leaning = _at(20, 0.9).corners + np.array(((0, 0), (0, 9), (0, 9), (0, 0)), np.float32)
    x1, y1, x2, y2 = PlateBox(leaning, 0.9, 2).box
    assert (x1, y1) < (17, 5.8)
    assert (x2, y2) > (63, 53.2)


def test_on_a_vehicle_a_doubtful_plate_is_told_when_there_is_no_better() -> None:
    """A yellow plate in the shade; the reader has the last word."""
    picture, vehicle = _picture(480, 640, (270, 300, 330, 330)), (200.0, 150.0, 400.0, 350.0)
    assert len(_finder(score=0.97)[0].find_on(picture, vehicle)) == 1  # logit 3 is 0.953
    assert _finder(score=0.97)[0].find(picture) == []
    picture[200:230, 270:330] = 255
    assert len(_finder(score=0.97)[0].find_on(picture, vehicle)) == 1
    assert len(_finder(score=0.9)[0].find_on(picture, vehicle)) == 2
