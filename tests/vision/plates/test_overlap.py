"""One plate found several times is one plate."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.vision.plates.overlap import Box, strongest


@dataclass(frozen=True)
class Find:
    box: Box
    score: float


_EDGE = st.integers(0, 60)
_SIZE = st.integers(1, 40)
_FINDS = st.lists(
    st.builds(
        lambda x, y, w, h, s: Find((x, y, x + w, y + h), s),
        _EDGE, _EDGE, _SIZE, _SIZE, st.floats(0, 1),
    ),
    max_size=12,
)  # fmt: skip


def _iou(one: Box, other: Box) -> float:
    wide = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    tall = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    both = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * tall / (both - wide * tall)


@given(_FINDS)
def test_what_is_kept_is_apart_and_in_order(finds: list[Find]) -> None:
    kept = strongest(finds, 0.4)
    assert [one.score for one in kept] == sorted((one.score for one in kept), reverse=True)
    for index, one in enumerate(kept):
        assert all(_iou(one.box, other.box) <= 0.4 for other in kept[:index])


@given(_FINDS)
def test_whatever_is_dropped_has_a_better_one_over_it(finds: list[Find]) -> None:
    kept = strongest(finds, 0.4)
    for one in finds:
        if one not in kept:
            assert any(_iou(one.box, other.box) > 0 and other.score >= one.score for other in kept)


@given(_FINDS)
def test_the_best_always_stays(finds: list[Find]) -> None:
    kept = strongest(finds, 0.4)
    assert bool(kept) == bool(finds)
    if finds:
        assert kept[0].score == max(one.score for one in finds)


def test_a_line_of_a_plate_is_not_a_second_plate() -> None:
    whole, line = Find((10, 10, 60, 50), 0.9), Find((12, 12, 58, 28), 0.8)
    assert strongest([line, whole], 0.4) == [whole]


def test_neighbours_stay() -> None:
    left, right = Find((0, 0, 30, 20), 0.6), Find((28, 0, 58, 20), 0.9)
    assert strongest([left, right], 0.4) == [right, left]
