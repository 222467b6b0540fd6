"""Finding and reading plates in photos, by hand."""

from typing import Any

import pytest

from edge_agent.evaluation.finding import Found, PlateScore
from edge_agent.evaluation.labels import Box, Item
from edge_agent.evaluation.sheet import Sheet
from tests.evaluation.items import PICTURE, Told, crop, photo

A: Box = (100, 100, 200, 150)
B: Box = (400, 100, 500, 150)
NOWHERE: Box = (900, 600, 950, 630)


def _report(*pairs: tuple[Item, list[Found]], sheet: Sheet | None = None) -> dict[str, Any]:
    score = PlateScore(Told(*(found for _, found in pairs)), sheet)
    for one, _ in pairs:
        score.add(one, PICTURE)
    return score.report(None, lambda _: False)


def test_found_missed_misread_and_imagined() -> None:
    report = _report(
        (
            photo((A, "59U116124"), (B, "29B125662"), source="ours"),
            [Found(A, 0.9, "59U116124"), Found(NOWHERE, 0.5, "")],
        ),
        (photo((A, "30L90860"), source="ours"), [Found(A, 0.9, "30L9O860")]),
    )
    overall = report["overall"]
    assert overall["plates"] == 3
    assert overall["recall"] == pytest.approx(2 / 3, abs=1e-4)
    assert overall["precision"] == pytest.approx(2 / 3, abs=1e-4)
    assert overall["exact"] == pytest.approx(1 / 3, abs=1e-4)


def test_a_plate_without_text_may_be_found_but_need_not() -> None:
    plates = ((A, "59U116124"), (B, None))
    read = Found(A, 0.9, "59U116124")
    without = _report((photo(*plates), [read]))["overall"]
    found = _report((photo(*plates), [read, Found(B, 0.8, "")]))["overall"]
    assert without["recall"] == found["recall"] == 1.0
    assert without["precision"] == found["precision"] == 1.0
    assert (without["recall_boxed"], found["recall_boxed"]) == (0.5, 1.0)
    assert found["exact"] == 1.0


def test_where_plates_were_only_boxed_every_box_counts() -> None:
    report = _report(
        (photo((A, "59U116124"), source="read"), [Found(A, 0.9, "59U116124")]),
        (photo((A, None), source="boxed"), []),
        (photo((A, None), source="boxed"), [Found(A, 0.9, "")]),
    )
    assert report["overall"]["recall"] == 1.0
    assert report["by_source"]["boxed"]["recall"] == 0.5
    assert "exact" not in report["by_source"]["boxed"]


def test_the_second_find_of_a_plate_is_wrong() -> None:
    found = [Found(A, 0.9, "X"), Found(A, 0.8, "59U116124")]
    overall = _report((photo((A, "59U116124")), found))["overall"]
    assert overall["precision"] == 0.5
    # The surer find is the one that was read.
    assert overall["exact"] == 0.0


def test_half_of_the_overlap_is_needed() -> None:
    near: Box = (100, 100, 200, 124)
    overall = _report((photo((A, "59U116124")), [Found(near, 0.9, "59U116124")]))["overall"]
    assert (overall["recall"], overall["precision"], overall["exact"]) == (0.0, 0.0, 0.0)


def test_a_photo_without_plates_can_only_spoil_precision() -> None:
    report = _report((photo(), [Found(A, 0.9, "")]), (photo(), []))
    assert report["overall"] == {"items": 2, "plates": 0, "precision": 0.0}


def test_layouts_and_classes_have_recall_and_exactness() -> None:
    report = _report(
        (photo((A, "59U116124"), lines=2), [Found(A, 0.9, "59U116124")]),
        (photo((A, "30A12345"), lines=1), []),
    )
    assert report["by_layout"]["two-line"]["recall"] == 1.0
    assert report["by_layout"]["one-line"]["recall"] == 0.0
    assert "precision" not in report["by_layout"]["one-line"]
    assert report["by_class"]["motorbike"]["exact"] == 0.5


def test_failures_come_onto_the_sheet_even_from_the_edge() -> None:
    sheet = Sheet()
    corner: Box = (1250, 700, 1280, 720)
    _report(
        (
            photo((A, "59U116124"), (corner, "30A12345"), (B, None)),
            [Found(A, 0.9, "59U116124"), Found((-5, -3, 20, 10), 0.9, "")],
        ),
        sheet=sheet,
    )
    assert sheet.added == 2


def test_only_photos_are_wanted() -> None:
    assert not PlateScore.wants(crop("30A12345"))
    assert PlateScore.wants(photo())
