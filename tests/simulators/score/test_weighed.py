"""Toll tags and axles: what the score makes of a perfect unit, and of one that errs."""

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any

from edge_agent.simulators.score.figures import Row, Span, score
from edge_agent.simulators.score.items import SAME, Line, Names, Stored
from edge_agent.simulators.world.world import World

T0 = 1_790_000_000_000
WHEN = Span(T0, T0 + 180_000)


@cache
def truth() -> tuple[Line, ...]:
    return tuple(World("toll-plaza", 7, T0).advance_to(WHEN.end))


def tags() -> list[Stored]:
    return [
        Stored(
            {
                "st": "tag",
                "d": "etc1",
                "t": line["t"] + 30,
                "ant": int(line["antenna"][-1]),
                "epc": line["epc"],
            },
            line["t"] + 1200,
        )
        for line in truth()
        if line["what"] == "tag-in"
    ]


def axles() -> list[Stored]:
    """What a station without noise would say."""
    rolled: dict[int, dict[str, Any]] = {}
    for line in truth():
        if line["what"] == "axle":
            body = rolled.setdefault(
                line["vehicle"],
                {"st": "axles", "d": "wim1", "t": line["t"], "lane": str(line["lane"]), "ax": []},
            )
            body["ax"].append({"l": line["left"], "r": line["right"]})
    return [Stored(body, None) for body in rolled.values()]


def row(stored: list[Stored], kind: str, names: Names = SAME) -> Row:
    rows = score(truth(), stored, names, WHEN)
    return next(each for each in rows if (each.kind, each.scope) == (kind, "all"))


def changed(stored: list[Stored], n: int, change: Callable[[dict[str, Any]], None]) -> list[Stored]:
    body = {**stored[n].body, "ax": [dict(axle) for axle in stored[n].body.get("ax", [])]}
    change(body)
    return [*stored[:n], dataclasses.replace(stored[n], body=body), *stored[n + 1 :]]


def test_perfect_reader_and_scale() -> None:
    tag, weighed = row(tags(), "tag").values, row(axles(), "axles").values
    assert tag["true"] is not None
    assert tag["true"] > 10
    assert (tag["recall"], tag["precision"], tag["error_ms_p99"]) == (1, 1, 30)
    assert tag["latency_ms_p50"] == 1200
    assert (weighed["recall"], weighed["class_accuracy"]) == (1, 1)
    assert weighed["weight_error_pct_p99"] == 0


def test_tag_that_was_read_by_another_antenna_or_twice_is_extra() -> None:
    stored = tags()
    wrong = changed(stored, 3, lambda body: body.update(ant=9))
    assert row([*wrong, stored[0]], "tag").values["stored"] == len(stored) + 1
    assert row(wrong, "tag").values["recall"] == round(1 - 1 / len(stored), 4)
    assert row([*stored, stored[0]], "tag").values["precision"] == round(
        len(stored) / (len(stored) + 1), 4
    )


def test_reader_by_another_name() -> None:
    theirs = [dataclasses.replace(event, body={**event.body, "d": "gantry"}) for event in tags()]
    assert row(theirs, "tag").values["recall"] == 0
    assert row(theirs, "tag", Names({"etc1": "gantry"}, {}, {})).values["recall"] == 1


def test_wrong_weight_counts_in_per_cent_of_the_axle() -> None:
    def heavier(body: dict[str, Any]) -> None:
        for axle in body["ax"]:
            axle["l"] += round(0.5 * (axle["l"] + axle["r"]))

    stored = axles()
    some = range(0, len(stored), 10)
    for n in some:
        stored = changed(stored, n, heavier)
    values = row(stored, "axles").values
    assert values["recall"] == 1
    assert values["weight_error_pct_p50"] == 0
    assert values["weight_error_pct_p99"] is not None
    assert 48 < values["weight_error_pct_p99"] < 52


def test_missing_axle_is_a_confusion_and_no_weight() -> None:
    stored = axles()
    fewer = changed(stored, 2, lambda body: body["ax"].pop())
    found = row(fewer, "axles")
    axles_truly = len(stored[2].body["ax"])
    assert found.confusion == {f"{axles_truly}>{axles_truly - 1}": 1}
    assert found.values["recall"] == 1
    assert found.values["weight_error_pct_p99"] == 0


def test_weight_that_the_station_distrusts_is_not_held_against_it() -> None:
    def distrusted(body: dict[str, Any]) -> None:
        body["flags"] = ["straddling"]
        body["ax"][0]["l"] = 0

    def unknown(body: dict[str, Any]) -> None:
        body["ax"][0]["l"] = None

    for change in (distrusted, unknown):
        assert row(changed(axles(), 2, change), "axles").values["weight_error_pct_p99"] == 0
