import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.simulators.world.chance import stream
from edge_agent.simulators.world.plates import plate
from edge_agent.vision.plates.grammar import CHARSET, FORMATS, decode, formats

TEXTS = st.text(CHARSET, min_size=1, max_size=10)


def places(text: str, *doubts: tuple[int, str, float], sure: float = 0.98) -> list[list[float]]:
    """Ten places that say a text; at each doubt another character has the given probability."""
    rows = []
    for index in range(10):
        row = [0.0] * (1 + len(CHARSET))
        true = 1 + CHARSET.index(text[index]) if index < len(text) else 0
        row[true] = sure
        for place, other, share in doubts:
            if place == index:
                row[1 + CHARSET.index(other) if other else 0] = share
                row[true] = 1 - share
        rows.append(row)
    return rows


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("30A12345", ("motorbike", "car")),
        ("29A1234", ("car",)),
        ("29B112345", ("motorbike",)),
        ("29AA12345", ("motorbike",)),
        ("29MĐ112345", ("electric-motorbike",)),
        ("29MD112345", ("electric-motorbike",)),
        ("51TĐ12345", ("pilot",)),
        ("51LD12345", ("special", "motorbike")),
        ("51RM14139", ("special",)),
        ("80441NG02", ("diplomatic",)),
        ("80441NG123", ("diplomatic",)),
        ("80NG44102", ("diplomatic", "motorbike")),
        ("29O1234", ("car-old",)),
        ("TM3386", ("army",)),
        ("TM123", ("army-motorbike",)),
        ("KA123RM", ("army-trailer",)),
        ("T2912345", ("temporary",)),
        ("HELLO", ()),
        ("", ()),
    ],
)
def test_formats(text: str, names: tuple[str, ...]) -> None:
    assert formats(text) == names


def test_where_the_line_breaks_decides() -> None:
    assert formats("30A12345", top=3) == ("car",)
    assert formats("30A12345", top=0) == ("car",)
    assert formats("30A12345", top=4) == ("motorbike",)


def test_a_break_that_no_format_has_is_ignored() -> None:
    assert formats("30A12345", top=6) == ("motorbike", "car")


def test_digits_of_other_scripts_are_none() -> None:
    assert formats("3\u0660A12345") == ()


def test_every_plate_of_the_simulated_road_has_a_format() -> None:
    for vehicle in range(400):
        dealt = plate(stream(1, f"{vehicle}"), vehicle, two_wheels=vehicle % 2 == 0, business=0.2)
        face = dealt.rear or dealt.front
        if face is None:
            continue
        lines = ["".join(re.findall(r"\w", line)) for line in face.lines]
        top = len(lines[0]) if len(lines) > 1 else 0
        assert formats(dealt.text, top), (dealt.text, face.lines)


@given(TEXTS)
def test_what_the_net_is_sure_of_is_never_corrected(text: str) -> None:
    found = decode(places(text), CHARSET)
    assert found.text == text
    assert found.formats == formats(text)
    assert found.confidence == pytest.approx(0.98)
    assert text not in found.candidates


@given(TEXTS, st.integers(0, 9), st.sampled_from(CHARSET), st.floats(0.0, 0.24))
def test_one_weak_doubt_never_changes_the_text(
    text: str, where: int, other: str, share: float
) -> None:
    found = decode(places(text, (where % len(text), other, share)), CHARSET)
    assert found.text == text


@given(st.lists(st.lists(st.floats(0, 1), min_size=38, max_size=38), max_size=10))
def test_any_numbers_decode(rows: list[list[float]]) -> None:
    found = decode(rows, CHARSET)
    assert len(found.text) <= len(rows)
    assert len(found.chars) == len(found.text)
    assert 0 <= found.confidence <= 1
    assert len(set(found.candidates)) == len(found.candidates) <= 4
    assert all(formats(other) for other in found.candidates)
    assert found.text not in found.candidates
    assert set(found.formats) <= {one.name for one in FORMATS}


def test_a_doubt_that_breaks_the_grammar_is_read_as_the_grammar_wants() -> None:
    found = decode(places("3OA12345", (1, "0", 0.45)), CHARSET)
    assert found.text == "30A12345"
    assert found.confidence == pytest.approx(0.45)
    assert found.formats == ("motorbike", "car")


def test_a_sure_character_is_kept_against_the_grammar() -> None:
    found = decode(places("3OA12345", (1, "0", 0.2)), CHARSET)
    assert found.text == "3OA12345"
    assert found.formats == ()
    assert found.candidates == ("30A12345",)


def test_candidates_are_honest_and_ranked() -> None:
    doubts = ((3, "8", 0.4), (7, "6", 0.1))
    found = decode(places("30A32345", *doubts), CHARSET)
    assert found.text == "30A32345"
    assert found.candidates == ("30A82345", "30A32346", "30A82346")


def test_a_province_that_nobody_has_counts_for_less() -> None:
    found = decode(places("29A12345", (1, "1", 0.2), (0, "1", 0.24)), CHARSET)
    assert found.candidates == ("19A12345", "21A12345", "11A12345")
    unused = decode(places("43A12345", (1, "2", 0.2), (0, "5", 0.15)), CHARSET)
    assert unused.candidates[0] == "53A12345"


def test_an_unsure_end_is_doubt_too() -> None:
    found = decode(places("29B11234", (8, "5", 0.4)), CHARSET)
    assert found.text == "29B11234"
    assert found.confidence == pytest.approx(0.6)
    assert found.candidates == ("29B112345",)


def test_nothing_is_nothing() -> None:
    found = decode(places(""), CHARSET)
    assert (found.text, found.chars, found.confidence, found.formats) == ("", (), 0.0, ())
