"""Reading crops: exact, character error, which character for which."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.evaluation.reading import ReaderScore
from edge_agent.evaluation.sheet import Sheet
from edge_agent.evaluation.text import NOTHING, aligned, confusions, distance, meant, normal
from tests.evaluation.items import PICTURE, Reading, Told, crop, item, photo

TEXTS = st.text("0189ABĐ", max_size=9)


def _report(*pairs: tuple[Any, Reading], sheet: Sheet | None = None) -> dict[str, Any]:
    score = ReaderScore(Told(*(reading for _, reading in pairs)), sheet)
    for one, _ in pairs:
        score.add(one, PICTURE)
    return score.report(lambda one: one.source == "old", lambda one: one.name == "odd.jpg")


def test_figures_by_hand() -> None:
    report = _report(
        (crop("30A12345", source="old"), Reading("30A12345", 0.9)),
        (crop("59U116124", 2, "motorbike", source="new"), Reading("59U11612", 0.8)),
        (crop("51F44614", source="new"), Reading("51F44674", 0.3)),
        (crop("50LD00454", 2, source="new", name="odd.jpg"), Reading("", 0.0)),
    )
    overall = report["overall"]
    assert overall["exact"] == 0.25
    assert overall["character_error"] == pytest.approx((1 + 1 + 9) / 34, abs=1e-4)
    assert (overall["sure"], overall["exact_when_sure"]) == (0.5, 0.5)
    assert report["seen"]["exact"] == 1.0
    assert report["unseen"]["items"] == 3
    assert report["by_layout"]["one-line"]["exact"] == 0.5
    assert report["by_class"]["motorbike"]["exact"] == 0.0
    assert report["by_source"]["old"]["items"] == 1
    assert report["disputed"]["items"] == 1
    assert report["without_disputed"]["items"] == 3
    assert report["unseen_without_disputed"]["items"] == 2
    assert ("1", "7", 1) in report["confusions"]
    assert ("4", NOTHING, 2) in report["confusions"] or ("4", NOTHING, 3) in report["confusions"]


def test_separators_and_case_are_no_slips() -> None:
    report = _report((crop("59-U1 161.24"), Reading("59u116124")))
    assert report["overall"]["exact"] == 1.0
    assert normal("30mđ1-234.56") == "30MĐ123456"


def test_a_stroke_through_d_is_a_letter_of_its_own() -> None:
    assert _report((crop("30MĐ12345"), Reading("30MD12345")))["overall"]["exact"] == 0.0


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("29MD1-311.00", "29MĐ131100"),
        ("29MĐ131100", "29MĐ131100"),
        ("29MD12345", "29MD12345"),  # a series of two letters, as given since 2023
        ("29MD01234", "29MD01234"),
        ("29D131100", "29D131100"),
    ],
)
def test_a_label_without_the_stroke_means_what_the_law_allows(label: str, text: str) -> None:
    assert meant(label) == text
    report = _report((crop(label), Reading(text)), (crop(label), Reading(label)))
    assert report["overall"]["exact"] == (0.5 if normal(label) != text else 1.0)
    assert report["respelt"] == (2 if normal(label) != text else 0)


def test_failures_come_onto_the_sheet() -> None:
    sheet = Sheet()
    _report((crop("30A1"), Reading("30A1")), (crop("30MĐ1"), Reading("3")), sheet=sheet)
    assert sheet.added == 1


def test_only_crops_with_a_text_are_wanted() -> None:
    assert ReaderScore.wants(crop("30A12345"))
    assert not ReaderScore.wants(crop(""))
    assert not ReaderScore.wants(photo())
    assert not ReaderScore.wants(item())


@pytest.mark.parametrize(
    ("truth", "read", "steps"),
    [("", "", 0), ("ABC", "", 3), ("", "AB", 2), ("30A1", "30B1", 1), ("1234", "234", 1)],
)
def test_distance_by_hand(truth: str, read: str, steps: int) -> None:
    assert distance(truth, read) == steps


@given(TEXTS, TEXTS, TEXTS)
def test_distance_is_one(one: str, two: str, three: str) -> None:
    assert distance(one, two) == distance(two, one)
    assert (distance(one, two) == 0) == (one == two)
    assert distance(one, three) <= distance(one, two) + distance(two, three)


@given(TEXTS, TEXTS)
def test_an_alignment_spells_both_texts(truth: str, read: str) -> None:
    pairs = aligned(truth, read)
    assert "".join(a for a, _ in pairs if a != NOTHING) == truth
    assert "".join(b for _, b in pairs if b != NOTHING) == read
    assert sum(count for _, _, count in confusions([(truth, read)], 99)) == distance(truth, read)
