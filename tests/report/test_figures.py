"""Sums, axes, states and markup: what goes in comes out, whole and once."""

from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.contract.events import Agg, Count, DeviceState, Excess
from edge_agent.report import measures
from edge_agent.report.desk import Desk
from edge_agent.report.markup import Markup, join, tag
from edge_agent.report.numbers import Numbers
from edge_agent.report.period import DAY_MS, HOUR_MS, MINUTE_MS, Period
from edge_agent.report.plot import ceiling, nice
from edge_agent.report.records import Unit
from edge_agent.report.traffic import Traffic
from edge_agent.report.words import Words
from tests.report.day import MIDNIGHT

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = Period(MIDNIGHT, MIDNIGHT + DAY_MS, HANOI)
HEAD: dict[str, Any] = {"id": "0" * 26, "u": "u", "d": "d", "tq": 5, "ts": "ntp"}


def agg(t: int, *counts: tuple[str, int], **more: Any) -> Agg:
    told = [Count(dir="in", cls=kind, n=n) for kind, n in counts]
    facts: dict[str, Any] = {"lane": "north", "dur": MINUTE_MS, "src": "camera", "occ": None}
    return Agg(**HEAD | {"t": t, "n": told} | facts | more)


# --- the period


@given(
    st.integers(0, 400 * DAY_MS),
    st.integers(1, 100 * DAY_MS),
    st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin", "Asia/Kathmandu"]),
)
def test_bins_cover_the_period_and_labels_lie_in_it(begin: int, length: int, zone: str) -> None:
    period = Period(MIDNIGHT + begin, MIDNIGHT + begin + length, ZoneInfo(zone))
    spans = [period.span(place) for place in range(period.bins)]
    assert spans[0][0] == period.from_ms
    assert spans[-1][1] == period.to_ms
    assert all(one[1] == two[0] for one, two in pairwise(spans))
    assert period.bin_of(period.to_ms - 1) == period.bins - 1
    assert period.bins <= 200 or length > 200 * 7 * DAY_MS
    ticks = [tick.at_ms for tick in period.ticks(12)]
    assert ticks == sorted(ticks)
    assert len(ticks) <= 14
    assert all(period.from_ms <= at <= period.to_ms for at in ticks)


def test_a_day_is_labelled_at_round_local_hours() -> None:
    labels = [DAY.local(tick.at_ms).strftime("%H:%M") for tick in DAY.ticks(12)]
    assert labels == [f"{hour:02d}:00" for hour in [*range(0, 24, 2), 0]]


# --- the axes


@given(st.lists(st.floats(0, 1e6), max_size=20))
def test_axis_ends_at_a_round_number_that_holds_everything(values: list[float]) -> None:
    top = ceiling(values)
    assert all(value <= top * 1.002 for value in values)
    step = nice(top / 5)
    assert abs(top / step - round(top / step)) < 1e-6
    assert top <= 2.5 * max([1.0, *values])


# --- sums


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 1439),
            st.sampled_from(["north", "south"]),
            st.sampled_from(["camera", "detector"]),
            st.sampled_from(["car", "motorbike", "unknown"]),
            st.integers(0, 40),
        ),
        max_size=60,
        unique_by=lambda row: row[:3],
    )
)
def test_no_vehicle_is_lost_or_counted_twice(rows: list[tuple[int, str, str, str, int]]) -> None:
    traffic = Traffic(DAY)
    for minute, lane, source, kind, n in rows:
        traffic.take(agg(MIDNIGHT + minute * MINUTE_MS, (kind, n), lane=lane, src=source))
    with_camera = {lane for _, lane, source, _, _ in rows if source == "camera"}
    counted = [row for row in rows if row[2] == "camera" or row[1] not in with_camera]
    total = sum(row[4] for row in counted)
    assert traffic.total().vehicles == total
    assert sum(each.vehicles for each in traffic.bins()) == total
    assert sum(each.vehicles for each in traffic.classes().values()) == total
    assert sum(lane.total().vehicles for lane in traffic.lanes) == sum(row[4] for row in rows)


def test_flow_is_by_the_time_that_was_measured() -> None:
    hour = Period(MIDNIGHT, MIDNIGHT + HOUR_MS, HANOI)
    traffic = Traffic(hour)
    traffic.take(agg(MIDNIGHT, ("car", 6)))
    traffic.take(agg(MIDNIGHT + MINUTE_MS, ("car", 3), part=500))
    traffic.take(agg(MIDNIGHT + 2 * MINUTE_MS, ("car", 9), part=200))
    traffic.take(agg(MIDNIGHT + 3 * MINUTE_MS, n=None, part=0, why="device-down"))
    assert traffic.flows()[:5] == [360, 360, None, None, None]
    assert traffic.whole()[:3] == [True, True, False]
    assert traffic.total().vehicles == 18
    assert traffic.measured() == pytest.approx(1.7 / 60)


def test_means_are_weighted_by_vehicles() -> None:
    traffic = Traffic(DAY)
    for n, speed in ((1, 600), (3, 200)):
        traffic.take(
            agg(MIDNIGHT, n=[Count(dir="in", cls="car", n=n, spd=speed, p85=speed)], hw=speed)
        )
    total = traffic.total()
    assert (total.speed.value, total.p85.value, total.headway.value) == (300, 300, 300)
    assert total.saturation.value is None


# --- devices


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(-DAY_MS, DAY_MS - 1), st.sampled_from(["ok", "degraded", "down"])),
        max_size=20,
    ),
    st.lists(st.integers(0, 95), max_size=30),
)
def test_states_fill_the_period_without_a_hole(
    words: list[tuple[int, str]], alive: list[int]
) -> None:
    unit = Unit("u", DAY)
    for at, state in words:
        unit.take(
            DeviceState(
                **HEAD | {"t": MIDNIGHT + at},
                state=state,
                cause=None,
                since=0,
                last=None,
            )
        )
    for place in alive:
        unit.take(agg(MIDNIGHT + place * 15 * MINUTE_MS))
    unit.finish()
    for device in unit.devices:
        parts = unit.stretches(device)
        assert parts[0].from_ms == DAY.from_ms
        assert parts[-1].to_ms == DAY.to_ms
        for one, two in pairwise(parts):
            assert one.to_ms == two.from_ms
            assert (one.state, one.cause) != (two.state, two.cause)


# --- words and figures


class Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said = ""
        self.title: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.title = dict(attrs).get("title")

    def handle_data(self, data: str) -> None:
        self.said += data


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_text_stays_text_wherever_it_stands(text: str) -> None:
    reader = Text()
    reader.feed(tag("p", text, title=text))
    reader.close()
    assert (reader.said, reader.title) == (text, text)
    assert join(Markup("<br>"), "<br>") == "<br>&lt;br&gt;"


@pytest.mark.parametrize(
    ("language", "count", "span", "share"),
    [
        ("vi", "12.345,6", "1 giờ 5 phút", "4,2 %"),
        ("en", "12,345.6", "1 h 5 min", "4.2 %"),
    ],
)
def test_figures_are_written_as_each_language_writes_them(
    language: Any, count: str, span: str, share: str
) -> None:
    numbers = Numbers(Words(language))
    assert numbers.count(12_345.6, 1) == count
    assert numbers.span(3_900_000) == span
    assert numbers.share(0.0421) == share
    assert (numbers.count(None), numbers.share(None), numbers.kmh(None)) == ("–", "–", "–")


@pytest.mark.parametrize(
    ("excess", "says"),
    [
        (
            Excess(of="group-2-3", val=20_570, lim=18_000, tol=900, u=410),
            "axles 2-3 20.57 ± 0.41 t (allowed 18.00, tolerance 0.90)",
        ),
        (Excess(of="speed", val=612, lim=500), "speed 61.2 km/h (allowed 50.0)"),
        (
            Excess(of="red-age", val=2400, lim=0, tol=500, u=90),
            "after red began 2.4 ± 0.1 s (allowed 0.0, tolerance 0.5)",
        ),
        (Excess(of="cargo-height", val=7, lim=5, alt="or 6"), "cargo-height 7 (allowed 5); or 6"),
    ],
)
def test_measures_are_told_in_units_that_people_use(excess: Excess, says: str) -> None:
    words = Words("en")
    desk = Desk(words, Numbers(words), DAY)
    assert measures.of(desk, [excess]) == [says]
    assert measures.of(desk, [Excess(of="plate", val=1, lim=0)]) == []
