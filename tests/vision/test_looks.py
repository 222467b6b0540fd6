"""Many looks at one plate: a reader that errs now and then must not make the answer err."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import Stamp
from edge_agent.vision.looks import Agreed, Look, Looks, LookSettings, Read
from tests.vision.eyekit import CHARSET, PLACES, decode, slots


def look(quality: float = 1.0, number: int = 0) -> Look:
    return Look(Stamp(number, number), (0, 0, 9, 9), np.zeros((4, 8), np.uint8), quality)


def told(*seen: tuple[str, float]) -> Looks:
    looks = Looks(decode, near=True, tried=1)
    for number, (text, sure) in enumerate(seen):
        one = look(1.0, number)
        looks.offer(one)
        looks.took(Read(one, slots(text, sure), text, sure, ("white", 0.9)))
    return looks


def text(looks: Looks) -> str:
    verdict = looks.verdict()
    return verdict.reading.text if isinstance(verdict, Agreed) else f"({verdict})"


@given(
    st.text("0123456789", min_size=5, max_size=5),
    st.lists(st.tuples(st.integers(0, 7), st.sampled_from("38BZ")), min_size=1, max_size=2),
)
def test_one_look_in_four_that_errs_changes_nothing(
    tail: str, errors: list[tuple[int, str]]
) -> None:
    right = f"30A{tail}"
    wrong = list(right)
    for place, character in errors:
        wrong[place] = character
    looks = told((right, 0.95), ("".join(wrong), 0.9), (right, 0.95), (right, 0.95))
    assert text(looks) == right


def test_a_character_that_one_look_lost_is_given_back_by_the_others() -> None:
    looks = told(("30A12345", 0.9), ("30A1234", 0.95), ("30A12345", 0.85))
    verdict = looks.verdict()
    assert isinstance(verdict, Agreed)
    assert (verdict.reading.text, verdict.looks, verdict.colour) == ("30A12345", 3, "white")
    assert verdict.best.at == Stamp(0, 0)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        ([("", 0.9)], "unreadable"),
        ([("30A", 0.99)] * 3, "unreadable"),
        ([("30A12345", 0.7)], "unreadable"),
        ([("XX", 0.85)], "unreadable"),  # of no format: must be surer
        ([("30A12345", 0.9), ("51F98765", 0.9)], "disagree"),
        ([("30A12345", 0.5), ("30A12945", 0.5)], "unreadable"),
    ],
)
def test_what_cannot_be_trusted_says_why(seen: list[tuple[str, float]], why: str) -> None:
    assert told(*seen).verdict() == why


def test_nothing_read_says_why() -> None:
    assert Looks(decode).verdict() == "too-small"
    assert Looks(decode, near=True).verdict() == "not-tried"
    assert Looks(decode, near=True, tried=3).verdict() == "not-found"
    assert Looks(decode, near=True, tried=3, found=2).verdict() == "too-small"
    waiting = Looks(decode, near=True, tried=1, found=1)
    waiting.offer(look())
    assert waiting.verdict() == "not-tried"


def test_reading_stops_when_looks_agree_and_goes_on_while_they_do_not() -> None:
    assert told(*[("30A12345", 0.97)] * 3).settled
    assert not told(*[("30A12345", 0.97)] * 2).settled
    assert not told(*[("30A12345", 0.8)] * 3).settled
    assert told(*[("30A12345", 0.6)] * LookSettings().most).settled


def test_the_best_are_kept_and_read_first() -> None:
    looks = Looks(decode)
    for quality in (3.0, 9.0, 1.0, 5.0, 7.0):
        looks.offer(look(quality))
    order = []
    while (best := looks.next()) is not None:
        order.append(best.quality)
        looks.took(Read(best, slots("30A12345", 0.8), "30A12345", 0.8))
    assert order == [9.0, 7.0, 5.0]
    looks.offer(look(9.5))
    assert looks.next() is None  # hardly better than what was read
    looks.offer(look(12.0))
    assert looks.next() is not None


@given(
    st.lists(
        st.tuples(st.text(CHARSET[:-1], max_size=PLACES), st.floats(0, 1), st.floats(0.01, 100)),
        max_size=14,
    )
)
def test_whatever_a_reader_says_there_is_an_answer(
    seen: list[tuple[str, float, float]],
) -> None:
    looks = Looks(decode, near=True, tried=1)
    for number, (said, sure, quality) in enumerate(seen):
        one = look(quality, number)
        looks.offer(one)
        looks.took(Read(one, slots(said, sure), said, sure))
        verdict = looks.verdict()
        if isinstance(verdict, Agreed):
            assert len(verdict.reading.text) >= LookSettings().shortest
            assert 1 <= verdict.looks <= number + 1
    assert looks.reads == len(seen)
