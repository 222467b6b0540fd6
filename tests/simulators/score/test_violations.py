"""Rules that fired, held against rules that were broken where their sensors saw it."""

from typing import Any

from edge_agent.simulators.score.figures import Row, Span
from edge_agent.simulators.score.items import SAME, Stored
from edge_agent.simulators.score.loads import overloads
from edge_agent.simulators.score.passages import record
from edge_agent.simulators.score.sightings import book
from edge_agent.simulators.score.violations import rows

T0 = 1_790_000_000_000
WHEN = Span(T0, T0 + 60_000)
Body = dict[str, Any]


def seen(vehicle: int, *judge: str) -> Body:
    return {
        "t": T0 + 1000 * vehicle, "what": "seen", "device": "cam1", "id": f"c-{vehicle}",
        "kind": "camera", "vehicle": vehicle, "lane": "s2", "place": "cam1/s2",
        "stamp": T0 + 1000 * vehicle, "judge": list(judge),
    }  # fmt: skip


def broken(vehicle: int, rule: str, **more: Any) -> Body:
    return {"t": T0 + 1000 * vehicle, "what": "violation", "rule": rule, "vehicle": vehicle, **more}


def passage(vehicle: int) -> Stored:
    part = {"k": "camera", "d": "cam1", "i": f"c-{vehicle}"}
    body = {
        "st": "passage", "id": f"P{vehicle}", "t": T0 + 1000 * vehicle, "lane": "s2", "cls": "car",
        "parts": [part],
    }  # fmt: skip
    return Stored(body, None)


def fired(vehicle: int, kind: str, *why: str) -> Stored:
    body = {
        "st": "violation", "t": T0 + 1000 * vehicle, "kind": kind, "pas": f"P{vehicle}",
        "why": list(why),
    }  # fmt: skip
    return Stored({**body, "lane": "s2"}, None)


def scored(truth: list[Body], *stored: Stored) -> dict[str, Row]:
    known = book(truth, stored, SAME)
    made = record(known, stored)
    return {row.name: row for row in rows(truth, known, made, stored, WHEN)}


RED = [seen(1, "red-light"), broken(1, "red", age=3000)]


def test_a_rule_that_fired_on_who_broke_it_is_found_and_right() -> None:
    row = scored(RED, passage(1), fired(1, "red-light"))["red-light"]
    assert row.values == {"true": 1, "stored": 1, "recall": 1.0, "precision": 1.0, "doubted": 0}


def test_one_that_did_not_fire_is_missed_and_one_on_another_vehicle_is_false() -> None:
    truth = [*RED, seen(2, "red-light")]
    row = scored(truth, passage(1), passage(2), fired(2, "red-light"))["red-light"]
    assert row.values == {"true": 1, "stored": 1, "recall": 0.0, "precision": 0.0, "doubted": 0}


def test_what_no_sensor_saw_is_not_asked_for_and_may_be_told() -> None:
    truth = [seen(1), broken(1, "red", age=3000)]
    assert scored(truth, passage(1)) == {}
    row = scored(truth, passage(1), fired(1, "red-light"))["red-light"]
    assert (row.values["true"], row.values["precision"]) == (0, 1.0)


def test_what_lies_within_the_sensors_error_may_be_told_and_need_not() -> None:
    for rule, kind, slight, clear in (
        ("red", "red-light", {"age": 600}, {"age": 1500}),
        ("speed", "speeding", {"spd": 560, "limit": 500}, {"spd": 700, "limit": 500}),
    ):
        for more, true in ((slight, 0), (clear, 1)):
            truth = [seen(1, kind), broken(1, rule, **more)]
            row = scored(truth, passage(1), fired(1, kind))[kind]
            assert (row.values["true"], row.values["precision"]) == (true, 1.0)


def test_the_same_twice_of_one_lane_is_once_too_often() -> None:
    row = scored(RED, passage(1), fired(1, "red-light"), fired(1, "red-light"))["red-light"]
    assert row.values["precision"] == 0.5


def test_what_is_told_in_doubt_is_found_where_it_is_true_and_false_nowhere() -> None:
    truth = [*RED, seen(2, "red-light")]
    doubts = [fired(1, "red-light", "class-unsure"), fired(2, "red-light", "class-unsure")]
    row = scored(truth, passage(1), passage(2), *doubts)["red-light"]
    assert row.values == {
        "true": 1, "stored": 2, "recall": 1.0, "precision": None, "doubted": 2,
    }  # fmt: skip
    table = fired(2, "red-light", "table-unverified", "plate-unread")
    assert scored(truth, passage(1), passage(2), table)["red-light"].values["precision"] == 0.0


def test_the_whole_is_in_a_row_of_its_own() -> None:
    truth = [*RED, seen(2, "speeding"), broken(2, "speed", spd=900, limit=500)]
    whole = scored(truth, passage(1), passage(2), fired(1, "red-light"))[""]
    assert whole.values == {"true": 2, "stored": 1, "recall": 0.5, "precision": 1.0, "doubted": 0}


def axles(*rows: tuple[int, int | None]) -> list[Body]:
    return [
        {"t": T0, "vehicle": 1, "left": kg // 2, "right": kg - kg // 2, "spacing": spacing}
        for kg, spacing in rows
    ]


def test_too_heavy_beyond_doubt_is_so_by_every_reading() -> None:
    empty = overloads(axles((4000, None), (5000, 450)))
    assert (empty.over, empty.surely) == (False, False)
    slightly = overloads(axles((7000, None), (9800, 450)))
    assert (slightly.over, slightly.surely) == (True, False)
    much = overloads(axles((8000, None), (14_000, 450)))
    assert (much.over, much.surely) == (True, True)


def test_a_spacing_near_a_step_of_the_law_is_no_certain_overload() -> None:
    front, tandem = (6000, None), (10_500, 350)
    assert not overloads(axles(front, tandem, (10_500, 128))).surely
    assert overloads(axles(front, tandem, (10_500, 110))).surely
