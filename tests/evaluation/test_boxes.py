"""Who matches whom, and the area under the curve, against cases worked out on paper."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from edge_agent.evaluation.boxes import (
    NOTHING,
    Boxes,
    Matches,
    average_precision,
    covered,
    match,
    overlap,
)


def _boxes(*rows: Sequence[float]) -> Boxes:
    return np.array(rows, np.float64).reshape(-1, 4)


def _match(
    found: Boxes,
    scores: Sequence[float],
    truth: Boxes,
    unjudged: Sequence[int] = (),
    forgiven: Sequence[int] = (),
) -> Matches:
    quiet, pardoned = np.zeros(len(truth), np.bool_), np.zeros(len(found), np.bool_)
    quiet[list(unjudged)] = True
    pardoned[list(forgiven)] = True
    return match(found, np.array(scores, np.float64), truth, quiet, pardoned)


CAR = (0.0, 0.0, 10.0, 10.0)
FAR = (100.0, 100.0, 110.0, 110.0)


def test_overlap_by_hand() -> None:
    # 10×10 against itself moved by half: 50 shared of 150; and a quarter: 75 of 125.
    found = overlap(_boxes(CAR), _boxes(CAR, (5, 0, 15, 10), (2.5, 0, 12.5, 10), FAR))
    assert found[0] == pytest.approx([1, 1 / 3, 0.6, 0])


def test_a_box_without_area_overlaps_nothing() -> None:
    assert overlap(_boxes((3, 3, 3, 3)), _boxes((3, 3, 3, 3), CAR)).tolist() == [[0, 0]]
    assert covered(_boxes((3, 3, 3, 3)), _boxes(CAR)).tolist() == [0]


def test_cover_is_a_share_of_the_box_not_of_the_region() -> None:
    region = _boxes((0, 0, 5, 100), (90, 0, 100, 100))
    assert covered(_boxes(CAR, FAR), region) == pytest.approx([0.5, 0])
    assert covered(_boxes(CAR), _boxes()).tolist() == [0]


def test_the_second_find_of_one_thing_is_wrong() -> None:
    result = _match(_boxes(CAR, CAR), [0.6, 0.9], _boxes(CAR))
    assert result.right.tolist() == [False, True]
    assert result.judged.tolist() == [True, True]


def test_each_find_takes_the_truth_that_it_overlaps_most() -> None:
    truth = _boxes((0, 0, 10, 10), (2, 0, 12, 10))
    result = _match(_boxes((1.8, 0, 11.8, 10), (1, 0, 11, 10)), [0.9, 0.8], truth)
    assert result.partner.tolist() == [1, 0]
    assert result.right.all()


def test_below_half_is_no_match() -> None:
    truth = _boxes(CAR)
    assert _match(_boxes((0, 0, 10, 5)), [1], truth).right.tolist() == [True]
    result = _match(_boxes((0, 0, 10, 4.99)), [1], truth)
    assert result.partner.tolist() == [NOTHING]
    assert result.missed.tolist() == [0]


def test_what_is_not_judged_is_neither_right_nor_wrong_however_often_it_is_found() -> None:
    result = _match(_boxes(CAR, CAR), [0.9, 0.8], _boxes(CAR), unjudged=[0])
    assert not result.judged.any()
    assert (result.truths, result.missed.tolist()) == (0, [])


def test_judged_truth_goes_before_unjudged_truth() -> None:
    truth = _boxes((0, 0, 10, 10), (1, 0, 11, 10))
    result = _match(_boxes((0, 0, 10, 10)), [0.9], truth, unjudged=[0])
    assert result.right.tolist() == [True]
    assert result.partner.tolist() == [1]


def test_forgiveness_is_for_what_matches_nothing() -> None:
    result = _match(_boxes(CAR, FAR), [0.9, 0.8], _boxes(CAR), forgiven=[0, 1])
    assert result.right.tolist() == [True, False]
    assert result.judged.tolist() == [True, False]


@pytest.mark.parametrize(
    ("right", "truths", "area"),
    [
        ([1, 1], 2, 1.0),
        ([1, 0], 2, 0.5),
        # Right at 1 and 3 of two: half at precision 1, half at 2/3.
        ([1, 0, 1], 2, 0.5 + 0.5 * 2 / 3),
        # The curve is made monotone: precision 1/2 at recall 1/3, 3/5 at the end lifts all before.
        ([0, 1, 0, 1, 1], 3, 3 / 5),
        ([0, 0], 2, 0.0),
        ([], 3, 0.0),
    ],
)
def test_area_by_hand(right: list[int], truths: int, area: float) -> None:
    flags = np.array(right, np.bool_)
    scores = np.linspace(0.9, 0.1, len(flags))
    nobody = np.full(len(flags), NOTHING, np.int64)
    one = Matches(scores, flags, np.ones(len(flags), np.bool_), nobody, nobody[:0], truths)
    assert average_precision([one]) == pytest.approx(area)


def test_pictures_are_ranked_together() -> None:
    # The surest find of all is wrong: 1/2 at half the recall, 2/3 at all of it; monotone: 2/3.
    one = _match(_boxes(CAR), [0.5], _boxes(CAR))
    other = _match(_boxes(FAR, CAR), [0.9, 0.4], _boxes(CAR))
    assert average_precision([one, other]) == pytest.approx(2 / 3)


def test_no_truth_has_no_score() -> None:
    assert average_precision([_match(_boxes(CAR), [0.5], _boxes())]) is None
    assert average_precision([]) is None


_SCENE = arrays.arrays(
    np.float64, st.tuples(st.integers(0, 12), st.just(4)), elements=st.floats(0, 60)
)


@given(_SCENE, _SCENE, st.integers(0, 2**32 - 1))
def test_any_scene_gives_a_sound_score(found: Boxes, truth: Boxes, seed: int) -> None:
    found, truth = (np.sort(one.reshape(-1, 2, 2), axis=1).reshape(-1, 4) for one in (found, truth))
    chance = np.random.default_rng(seed)
    scores = chance.random(len(found))
    quiet, pardoned = chance.random(len(truth)) < 0.3, chance.random(len(found)) < 0.3
    result = match(found, scores, truth, quiet, pardoned)
    assert result.right.sum() + len(result.missed) == result.truths == (~quiet).sum()
    assert not (result.right & ~result.judged).any()
    hit = result.partner[result.right].tolist()
    assert len(set(hit)) == len(hit)
    area = average_precision([result])
    assert area is None if result.truths == 0 else 0 <= area <= 1  # type: ignore[operator]


@given(_SCENE, st.integers(0, 2**32 - 1))
def test_finding_exactly_the_truth_is_perfect(truth: Boxes, seed: int) -> None:
    corner = np.arange(len(truth), dtype=np.float64)[:, None] * 100
    apart = np.hstack([corner, corner, corner + 1 + truth[:, 2:]])
    scores = np.random.default_rng(seed).random(len(apart))
    nobody = np.zeros(len(apart), np.bool_)
    area = average_precision([match(apart, scores, apart, nobody, nobody)])
    assert area == (pytest.approx(1) if len(apart) else None)
