"""Driving the wrong way, towards a line or over it."""

import pytest

from edge_agent.vision.geometry import Segment
from edge_agent.vision.lines import Sight
from edge_agent.vision.strays.backwards import Backwards
from edge_agent.vision.strays.settings import OneWay

LINE = OneWay("stop", Segment((100, 200), (100, 0)), 1)
"""Walking up the picture: its right side is to the right."""


def drive(
    backwards: Backwards, xs: list[float], y: float = 100, *, confirmed: bool = True
) -> list[tuple[int, str]]:
    told = []
    for index, x in enumerate(xs):
        told += backwards.step([Sight(7, index / 10, (x, y), (20.0, 10.0), confirmed=confirmed)])
    return told


@pytest.mark.parametrize(
    ("xs", "told"),
    [
        ([20, 60, 100, 140], True),
        ([20, 40, 60, 79], False),
        ([180, 120, 60, 20], False),
        ([180, 120, 60, 121], True),  # turned round
        ([100, 104, 97, 103, 99, 104], False),
    ],
    ids=["over", "too-short", "right-way", "turned", "trembles"],
)
def test_far_enough_the_wrong_way(xs: list[float], told: bool) -> None:
    assert drive(Backwards([LINE]), xs) == ([(7, "stop")] if told else [])


def test_the_other_way_is_the_wrong_one_where_it_is_said_so() -> None:
    other = OneWay("stop", LINE.segment, -1)
    assert drive(Backwards([other]), [180, 120, 60, 20]) == [(7, "stop")]


def test_who_drives_beside_the_line_is_not_meant() -> None:
    assert drive(Backwards([LINE]), [20, 60, 140], y=260) == []
    assert drive(Backwards([LINE]), [20, 60, 140], confirmed=False) == []


def test_it_is_told_once_and_over_when_the_track_ends() -> None:
    backwards = Backwards([LINE])
    assert drive(backwards, [20, 60, 100, 140, 180, 220]) == [(7, "stop")]
    assert backwards.ended([3]) == []
    assert backwards.ended([7]) == [(7, "stop")]
    assert backwards.ended([7]) == []
