"""The one object that a pipeline asks: words, precedence, nothing said before it is known."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.vision.frame import Grey
from edge_agent.vision.watch import PictureWatch, Verdict
from tests.vision.watching.street import SIZE, street


def active(watch: PictureWatch) -> list[Verdict]:
    return [verdict for verdict in watch.verdicts() if verdict.active]


def watched(seconds: int = 40) -> PictureWatch:
    watch = PictureWatch()
    for second in range(seconds):
        watch.step(float(second), street(second))
    return watch


def test_a_good_picture_has_five_verdicts_and_no_words() -> None:
    verdicts = list(watched().verdicts())
    codes = ["picture-frozen", "picture-black", "picture-covered", "picture-blurred"]
    assert [verdict.code for verdict in verdicts] == [*codes, "picture-moved"]
    assert not any(verdict.active or verdict.text for verdict in verdicts)
    assert all(verdict.do for verdict in verdicts)
    assert watched().blind == ""


def test_nothing_is_said_of_the_first_frame() -> None:
    watch = PictureWatch()
    watch.step(0.0, np.zeros((180, 320), np.uint8))
    assert list(watch.verdicts()) == []


def test_a_moved_camera_says_by_how_much_and_what_follows() -> None:
    watch = watched()
    shift = np.array([[1.0, 0, 16], [0, 1, 12]])
    for second in range(40, 90):
        picture = cv2.warpAffine(street(second), shift, SIZE, borderMode=cv2.BORDER_REFLECT)
        watch.step(float(second), np.asarray(picture))
    (verdict,) = active(watch)
    assert verdict.code == "picture-moved"
    assert verdict.text in {
        f"the camera moved by {pixels} of 320 pixels: its counting lines are wrong"
        for pixels in (19, 20, 21)
    }
    assert watch.blind == "picture moved"


def test_of_a_black_picture_only_black_is_said() -> None:
    watch = watched()
    for second in range(40, 110):
        watch.step(float(second), np.full((180, 320), 2, np.uint8))
    assert [verdict.code for verdict in active(watch)] == ["picture-black"]


def test_a_bag_is_a_cover_although_nothing_moves() -> None:
    watch = watched()
    for second in range(40, 110):
        watch.step(float(second), np.full((180, 320), 90, np.uint8))
    (verdict,) = active(watch)
    assert (verdict.code, verdict.text) == (
        "picture-covered",
        "100% of the picture is covered",
    )


def test_a_good_picture_that_stands_still_is_frozen_and_no_more() -> None:
    watch = watched()
    for tenth in range(400, 900):
        watch.step(tenth / 10, street(40))
    assert [verdict.code for verdict in active(watch)] == ["picture-frozen"]


def pictures() -> st.SearchStrategy[Grey]:
    kinds = st.sampled_from([(180, 320), (1, 1), (9, 700), (360, 640)])
    levels = st.sampled_from(["dark", "noise", "plain", "bars"])

    def made(shape: tuple[int, int], kind: str) -> Grey:
        rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
        filled = {
            "dark": np.zeros(shape),
            "noise": np.random.default_rng(0).integers(0, 256, shape),
            "plain": np.full(shape, 255),
            "bars": (rows + columns) % 20 * 12,
        }
        return np.asarray(filled[kind], np.uint8)

    return st.builds(made, kinds, levels)


@pytest.mark.parametrize("before", [1.0, 2.0, 40.0])
def test_a_clock_that_is_set_back_is_no_reason_to_fail(before: float) -> None:
    watch, picture = PictureWatch(), np.zeros((180, 320), np.uint8)
    for t in (0.0, before, before - 1.0, before - 1.0, before - 2.0, before + 40.0):
        watch.step(t, picture)
    assert len(active(watch)) <= 1


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(-2, 40), pictures(), st.integers(1, 12)), min_size=1, max_size=5)
)
def test_any_pictures_at_any_time_give_at_most_one_complaint(
    spells: list[tuple[float, Grey, int]],
) -> None:
    watch, t = PictureWatch(), 100.0
    for step, picture, times in spells:
        for _ in range(times):
            t += step
            watch.step(t, picture)
            assert len(active(watch)) <= 1
