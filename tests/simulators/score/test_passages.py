"""Passages that are whole, mixed up, torn apart, lost or told twice, each seen for what it is."""

from typing import Any

import pytest

from edge_agent.simulators.score.figures import Row, Span
from edge_agent.simulators.score.items import SAME, Names, Stored
from edge_agent.simulators.score.passages import record, rows
from edge_agent.simulators.score.sightings import book

T0 = 1_790_000_000_000
WHEN = Span(T0, T0 + 60_000)
Body = dict[str, Any]


def seen(t: int, device: str, number: str, vehicle: int | None, **more: Any) -> Body:
    kind = {"cam1": "camera", "wim1": "axles", "etc1": "tag"}[device]
    return {
        "t": T0 + t, "what": "seen", "device": device, "id": number, "kind": kind,
        "vehicle": vehicle, "lane": "lane2", "place": f"{device}/2", "stamp": T0 + t + 10,
        "told": T0 + t + 500, "judge": [], **more,
    }  # fmt: skip


TWO = [
    seen(1000, "cam1", "c-1", 1),
    seen(2000, "wim1", "1", 1),
    seen(3000, "etc1", "2-7", 1),
    seen(4000, "cam1", "c-2", 2),
    seen(5000, "wim1", "2", 2),
]


def passage(*parts: tuple[str, str], why: Body | None = None, at: int = 1000) -> Stored:
    kinds = {"cam1": "camera", "wim1": "axles", "etc1": "tag"}
    told = [{"k": kinds[device], "d": device, "i": number} for device, number in parts]
    body = {
        "st": "passage", "id": f"{parts}", "t": T0 + at, "lane": "lane2", "cls": "car",
        "parts": told, "why": why or {},
    }  # fmt: skip
    return Stored(body, T0 + 6000)


def unpaired(device: str, number: str, why: str = "ambiguous") -> Stored:
    kind = {"cam1": "camera", "wim1": "axles", "etc1": "tag"}[device]
    body = {"st": "unpaired", "t": T0, "d": device, "k": kind, "i": number, "lane": "lane2"}
    return Stored({**body, "why": why}, T0 + 6000)


FIRST = passage(("cam1", "c-1"), ("wim1", "1"), ("etc1", "2-7"))
SECOND = passage(("cam1", "c-2"), ("wim1", "2"))


def whole(truth: list[Body], *stored: Stored) -> Row:
    known = book(truth, stored, SAME)
    return rows(truth, known, record(known, stored), WHEN)[0]


def test_what_is_right_is_complete() -> None:
    row = whole(TWO, FIRST, SECOND)
    assert (row.values["true"], row.values["complete"], row.values["wrong"]) == (2, 1.0, 0.0)
    assert (row.values["lost"], row.values["twice"], row.values["unpaired"]) == (0, 0, 0)
    assert row.values["publish_ms_p99"] == 2500


def test_a_part_of_another_vehicle_is_wrong_and_spoils_both() -> None:
    row = whole(
        TWO,
        passage(("cam1", "c-1"), ("wim1", "2"), ("etc1", "2-7")),
        passage(("cam1", "c-2"), ("wim1", "1")),
    )
    assert row.values["complete"] == 0.0
    assert row.values["wrong"] == pytest.approx(2 / 5)


def test_a_vehicle_torn_in_two_is_not_complete_and_nothing_is_wrong() -> None:
    row = whole(TWO, passage(("cam1", "c-1"), ("wim1", "1")), passage(("etc1", "2-7")), SECOND)
    assert (row.values["complete"], row.values["wrong"]) == (0.5, 0.0)


def test_a_reading_left_over_is_told_by_its_reason_and_its_vehicle_is_not_complete() -> None:
    row = whole(TWO, passage(("cam1", "c-1"), ("wim1", "1")), unpaired("etc1", "2-7"), SECOND)
    assert (row.values["complete"], row.values["lost"], row.values["unpaired"]) == (0.5, 0, 1)
    assert row.confusion == {"ambiguous": 1}


def test_a_reading_in_no_event_is_lost_and_one_in_two_is_used_twice() -> None:
    assert whole(TWO, FIRST, passage(("cam1", "c-2"))).values["lost"] == 1
    row = whole(TWO, FIRST, SECOND, unpaired("wim1", "2"))
    assert row.values["twice"] == 1


def test_what_a_sensor_missed_is_not_asked_for() -> None:
    row = whole(TWO[:2], passage(("cam1", "c-1"), ("wim1", "1")))
    assert (row.values["complete"], row.values["lost"]) == (1.0, 0)


def test_a_second_reading_of_the_same_sensor_may_be_left_over() -> None:
    truth = [*TWO, seen(3900, "etc1", "2-8", 1)]
    row = whole(truth, FIRST, SECOND, unpaired("etc1", "2-8"))
    assert (row.values["complete"], row.values["wrong"]) == (1.0, 0.0)


def test_a_ghost_in_a_passage_is_foreign() -> None:
    truth = [*TWO, seen(900, "cam1", "c-9", None)]
    row = whole(
        truth,
        passage(("cam1", "c-9"), ("wim1", "1"), ("etc1", "2-7")),
        unpaired("cam1", "c-1"),
        SECOND,
    )
    assert row.values["wrong"] == pytest.approx(1 / 5)


def test_a_crossing_and_its_plate_are_one_reading() -> None:
    body = {**FIRST.body, "parts": [*FIRST.body["parts"], {"k": "plate", "d": "cam1", "i": "c-1"}]}
    row = whole(TWO, Stored(body, T0 + 6000), SECOND)
    assert (row.values["twice"], row.values["complete"]) == (0, 1.0)


def test_a_reading_that_the_unit_numbers_is_found_by_its_time() -> None:
    told = passage(("cam1", "c-1"), ("wim1", "1"), ("etc1", "mine"))
    told.body["parts"][2]["dt"] = 2010
    assert whole(TWO, told, SECOND).values["complete"] == 1.0


def test_a_clock_that_is_off_has_to_be_told() -> None:
    truth = [{"t": T0, "what": "clock-off", "device": "etc1", "ms": 2000}, *TWO]
    short = passage(("cam1", "c-1"), ("wim1", "1"), why={"tag": "clock-off"})
    assert (
        whole(truth, short, unpaired("etc1", "2-7", "clock-off"), SECOND).values["clock_off_told"]
        == 1.0
    )
    assert whole(truth, FIRST, SECOND).values["clock_off_told"] == 0.0


def test_without_words_of_who_was_seen_time_and_place_tell() -> None:
    truth = [
        {
            "t": T0 + 1000, "what": "crossing", "line": "arrive-2", "device": "cam1",
            "vehicle": 1, "cls": "car", "direction": "ab",
        },
        {"t": T0 + 2000, "what": "axle", "station": "wim1", "lane": 2, "vehicle": 1, "axle": 1},
        {"t": T0 + 9000, "what": "axle", "station": "wim1", "lane": 2, "vehicle": 2, "axle": 1},
    ]  # fmt: skip
    names = Names({}, {"arrive-2": "lane2", "wim1/2": "lane2"}, {})
    right, wrong = passage(("cam1", "c-1"), ("wim1", "1")), passage(("cam1", "c-1"), ("wim1", "1"))
    right.body["parts"][1]["dt"] = 1020
    wrong.body["parts"][1]["dt"] = 8020
    for told, share in ((right, 0.0), (wrong, 0.5)):
        known = book(truth, [told], names)
        assert rows(truth, known, record(known, [told]), WHEN)[0].values["wrong"] == share


def test_one_track_over_the_lines_of_two_lanes_is_two_readings() -> None:
    other = seen(1100, "cam1", "c-1", 1, lane="lane3", place="cam1/3")
    told = passage(("cam1", "c-1"), at=1100)
    beside = Stored({**told.body, "lane": "lane3"}, told.committed)
    row = whole([*TWO, other], FIRST, SECOND, beside)
    assert (row.values["lost"], row.values["twice"]) == (0, 0)
