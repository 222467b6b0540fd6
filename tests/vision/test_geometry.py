import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from edge_agent.vision.geometry import Point, Segment, between, inside
from edge_agent.vision.scene import Scene, direction_words

coordinate = st.floats(-1000, 1000, allow_nan=False)
point = st.tuples(coordinate, coordinate)
DOWN = Segment((160, 0), (160, 176))


def test_walking_down_the_picture_the_left_side_is_the_pictures_right() -> None:
    assert DOWN.side((200, 50)) < 0 < DOWN.side((100, 50))
    assert direction_words(DOWN) == ("right_to_left", "left_to_right")


@pytest.mark.parametrize(
    ("segment", "words"),
    [
        (Segment((0, 100), (200, 100)), ("top_to_bottom", "bottom_to_top")),
        (Segment((200, 100), (0, 100)), ("bottom_to_top", "top_to_bottom")),
        (Segment((100, 200), (100, 0)), ("left_to_right", "right_to_left")),
    ],
)
def test_directions_have_words_on_the_screen(segment: Segment, words: tuple[str, str]) -> None:
    assert direction_words(segment) == words


@given(point, point, point)
def test_reversing_a_line_swaps_its_sides(a: Point, b: Point, p: Point) -> None:
    assume(math.dist(a, b) > 1)
    assert Segment(a, b).side(p) == pytest.approx(-Segment(b, a).side(p), abs=1e-6)


@given(point, point, point, point)
def test_a_path_meets_the_line_where_both_are(a: Point, b: Point, p: Point, q: Point) -> None:
    assume(math.dist(a, b) > 1)
    segment = Segment(a, b)
    share = segment.met_by(p, q)
    if share is not None:
        at = between(p, q, share)
        assert 0 <= share <= 1
        assert abs(segment.side(at)) < 1e-6 * max(1.0, math.dist(p, q))


@given(st.floats(1, 99), st.floats(1, 99))
def test_inside_a_square(x: float, y: float) -> None:
    square = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0))
    assert inside((x, y), square)
    assert not inside((x + 100, y), square)
    assert not inside((x, -y), square)


def test_a_scene_scales_with_the_picture() -> None:
    scene = Scene({"l": (0.5, 0, 0.5, 1)}, {"z": ((0, 0), (0.5, 0), (0.5, 0.5))})
    assert scene.segments(640, 360)["l"] == Segment((320, 0), (320, 360))
    assert scene.polygons(640, 360)["z"] == ((0, 0), (320, 0), (320, 180))
