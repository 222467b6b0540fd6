"""Pictures: true to their numbers, whatever these are, and well-formed."""

from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.web.drawing.axis import round_up, times
from edge_agent.web.drawing.axles import axles
from edge_agent.web.drawing.bars import bars
from edge_agent.web.drawing.scatter import Dot, scatter
from edge_agent.web.drawing.strip import _bands, strip
from tests.snapshots import NOW
from tests.web.unit import signals

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TIMES = st.integers(min_value=NOW - 10**7, max_value=NOW)


def _word(key: str, **values: object) -> str:
    return f"{key} {values}" if values else f"<{key}>"


def _xml(drawn: str) -> ET.Element:
    return ET.fromstring(drawn)  # noqa: S314 - our own


@given(
    st.lists(
        st.builds(Dot, TIMES, st.floats(0, 300), st.sampled_from(["car", "bus", "<x>"])), min_size=1
    )
)
def test_a_dot_for_each_vehicle_within_the_frame(dots: list[Dot]) -> None:
    drawn = _xml(scatter(dots, ZONE, _word))
    assert len([each for each in drawn if each.get("class") == "dot"]) == len(dots)
    for mark in drawn.iter("rect"):
        assert 30 < float(mark.get("x", "nan")) < 720
        assert 0 < float(mark.get("y", "nan")) < 320


@given(
    st.dictionaries(
        st.sampled_from(["lane-1", "lane-2", "<lane>"]),
        st.lists(st.none() | st.integers(0, 10**6), min_size=96, max_size=96),
        min_size=1,
    )
)
def test_bars_hold_what_was_counted_and_nothing_where_nothing_was(lanes: dict[str, Any]) -> None:
    counted = {"from": NOW - 96 * 900_000, "step": 900_000, "lanes": lanes}
    drawn = _xml(bars(counted, ZONE, _word))
    rects = [each for each in drawn if each.tag == "rect"]
    assert len(rects) == sum(bool(number) for cells in lanes.values() for number in cells)
    measured = [each for each in drawn if each.get("class") == "measured"]
    known = sum(any(cells[at] is not None for cells in lanes.values()) for at in range(96))
    assert len(measured) == known


@given(st.lists(st.tuples(TIMES, st.sampled_from("rgyx"), st.booleans()), max_size=40))
def test_bands_of_a_phase_neither_overlap_nor_leave_the_time_shown(
    changes: list[tuple[int, str, bool]],
) -> None:
    events = [{"t": t, "ph": {"1": aspect}, "first": first} for t, aspect, first in changes]
    begin = NOW - 180_000
    bands = list(_bands(events, "1", begin, NOW))
    assert all(begin <= left <= right <= NOW for left, right, _ in bands)
    assert all(one[1] <= two[0] for one, two in pairwise(bands))
    if changes:
        last = max(changes, key=lambda each: each[0])
        if last[0] < NOW and sum(each[0] == last[0] for each in changes) == 1:
            assert bands[-1][1:] == (NOW, last[1])


def test_what_was_shown_while_the_line_was_down_is_left_open() -> None:
    events = [
        {"t": NOW - 100_000, "ph": {"1": "g"}},
        {"t": NOW - 20_000, "ph": {"1": "r"}, "first": True},
    ]
    assert list(_bands(events, "1", NOW - 180_000, NOW)) == [(NOW - 20_000, NOW, "r")]


def test_what_a_controller_that_is_down_shows_is_left_open() -> None:
    events = [{"t": NOW - 100_000, "ph": {"1": "g"}}]
    whole = _xml(strip(events, NOW - 180_000, NOW, ZONE, _word))
    down = _xml(strip(events, NOW - 180_000, NOW, ZONE, _word, NOW - 50_000))
    (long,), (short,) = ([each for each in one if each.tag == "rect"] for one in (whole, down))
    assert float(short.get("width", "nan")) == pytest.approx(
        float(long.get("width", "nan")) / 2, abs=0.1
    )


def test_a_strip_has_a_row_a_phase_in_the_order_of_numbers() -> None:
    events = [{"t": NOW - 9000, "ph": {"10": "g", "2": "r", "x": "d"}}, *signals()]
    drawn = _xml(strip(events, NOW - 180_000, NOW, ZONE, _word))
    rows = [each.text for each in drawn if each.get("class") == "phase"]
    assert rows == ["1", "2", "10", "x"]


LOADS = st.none() | st.integers(0, 30_000)


@given(
    st.lists(
        st.fixed_dictionaries({"l": LOADS, "r": LOADS}, optional={"sp": st.integers(1, 3000)}),
        max_size=12,
    )
)
def test_a_wheel_for_each_axle_and_no_load_that_is_not_known(rows: list[dict[str, Any]]) -> None:
    drawn = _xml(axles({"ax": rows, "gross": None}, _word))
    assert len(list(drawn.iter("circle"))) == len(rows)
    loads = [each.text for each in drawn if each.get("class") == "load"]
    unknown = [row["l"] is None or row["r"] is None for row in rows]
    assert [text == "?" for text in loads] == unknown
    places = [float(wheel.get("cx", "nan")) for wheel in drawn.iter("circle")]
    assert places == sorted(places)
    assert all(0 <= at <= 720 for at in places)


@given(st.floats(min_value=0, max_value=1e9))
def test_an_axis_ends_on_a_round_number_above_all(largest: float) -> None:
    end, step = round_up(largest)
    assert end >= largest
    assert end / step == pytest.approx(round(end / step))
    assert round(end / step) <= 5


def test_ticks_of_time_are_round_where_the_unit_stands() -> None:
    marks = list(times(NOW - 86_400_000, NOW, ZONE))
    assert 4 <= len(marks) <= 9
    assert all(text.endswith(":00") for _, text in marks)
