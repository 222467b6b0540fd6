from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.alarming.book import CHATTER, QUIET_S, AlarmBook, Change, Shelf
from edge_agent.alarming.rules import AlarmRule, Rules
from edge_agent.clock import Stamp
from edge_agent.device.readings import ConditionReading, Severity

NS = 1_000_000_000
T = 1_790_000_000_000


def at(seconds: float) -> Stamp:
    return Stamp(T + round(seconds * 1000), round(seconds * NS))


def said(
    seconds: float, code: str, *, on: bool, text: str = "", severity: Severity = "warning"
) -> ConditionReading:
    return ConditionReading(at(seconds), code, on, severity, text)


def states(changes: Sequence[Change]) -> list[tuple[str, str]]:
    return [(change.code, change.state) for change in changes]


def plain(**rules: AlarmRule) -> AlarmBook:
    return AlarmBook(Rules({name.replace("_", "-"): rule for name, rule in rules.items()}))


def test_a_condition_is_told_when_it_changes_and_only_then() -> None:
    book = plain()
    assert states(book.hear("ctl1", said(0, "lamp", on=False))) == [("lamp", "cleared")]
    assert book.hear("ctl1", said(1, "lamp", on=False)) == []
    assert states(book.hear("ctl1", said(2, "lamp", on=True))) == [("lamp", "raised")]
    assert book.hear("ctl1", said(3, "lamp", on=True)) == []
    assert [change.since for change in book.raised()] == [at(2)]
    assert states(book.hear("ctl1", said(4, "lamp", on=False))) == [("lamp", "cleared")]
    assert book.raised() == []


def test_what_is_over_before_its_delay_was_never_there() -> None:
    book = plain(lamp=AlarmRule(on_s=10, off_s=5))
    book.hear("ctl1", said(0, "lamp", on=False))
    assert book.hear("ctl1", said(1, "lamp", on=True)) == []
    assert book.hear("ctl1", said(9, "lamp", on=False)) == []
    assert book.tick(at(60)) == []
    book.hear("ctl1", said(100, "lamp", on=True))
    assert book.tick(at(109)) == []
    [raised] = book.tick(at(110))
    assert (raised.state, raised.since) == ("raised", at(100))
    # And it is not over when it flickers for a moment.
    book.hear("ctl1", said(120, "lamp", on=False))
    assert book.hear("ctl1", said(122, "lamp", on=True)) == []
    assert book.tick(at(200)) == []


def test_chatter_is_raised_once_and_counted() -> None:
    book = plain()
    told: list[Change] = []
    for n in range(3 * CHATTER):
        told += book.hear("ctl1", said(10 * n, "lamp", on=True))
        told += book.hear("ctl1", said(10 * n + 5, "lamp", on=False))
    last = 10 * (3 * CHATTER - 1) + 5
    assert len(told) == 2 * CHATTER - 1
    assert told[-1].state == "raised"
    assert "came 5 times in 5 min" in told[-1].reading.text
    assert book.chattered == 1
    assert book.tick(at(last + QUIET_S - 1)) == []
    assert states(book.tick(at(last + QUIET_S))) == [("lamp", "cleared")]


def test_a_consequence_keeps_quiet_until_its_cause_is_over() -> None:
    book = plain(no_receipt=AlarmRule(cause="no-broker"))
    book.hear("u1", said(0, "no-broker", on=True))
    assert book.hear("u1", said(1, "no-receipt", on=True)) == []
    assert book.tick(at(100)) == []
    assert book.hushed == 1
    assert book.tick(at(199)) == []
    assert states(book.hear("u1", said(200, "no-broker", on=False))) == [("no-broker", "cleared")]
    assert book.tick(at(202)) == []
    assert states(book.tick(at(216))) == [("no-receipt", "raised")]


def test_shelving_says_who_and_why_and_ends() -> None:
    book = plain()
    book.hear("ctl1", said(0, "lamp", on=True, text="lamp 3 is out"))
    shelf = Shelf("Lan", "lamp ordered", T + 600_000)
    [told] = book.shelve("ctl1", "lamp", shelf, at(10))
    assert (told.state, told.reading.text) == ("shelved", "shelved by Lan: lamp ordered")
    assert book.raised() == []
    assert book.hear("ctl1", said(20, "lamp", on=False)) == []
    assert book.hear("ctl1", said(30, "lamp", on=True, text="lamp 3 is out")) == []
    [back] = book.tick(at(600))
    assert (back.state, back.reading.text) == ("raised", "lamp 3 is out")
    book.shelve("ctl1", "lamp", Shelf("Lan", "again", T + 700_000), at(610))
    assert states(book.unshelve("ctl1", "lamp")) == [("lamp", "raised")]


@pytest.mark.parametrize(
    ("who", "why", "until_s"), [("", "x", 60), ("Lan", " ", 60), ("Lan", "x", 5), ("Lan", "x", 1e7)]
)
def test_shelving_without_a_reason_or_an_end_is_refused(who: str, why: str, until_s: float) -> None:
    book = plain()
    book.hear("ctl1", said(0, "lamp", on=True))
    with pytest.raises(ValueError, match=r"who|until"):
        book.shelve("ctl1", "lamp", Shelf(who, why, T + round(until_s * 1000)), at(10))


def test_what_is_not_there_cannot_be_shelved() -> None:
    with pytest.raises(KeyError):
        plain().shelve("ctl1", "lamp", Shelf("Lan", "x", T + 60_000), at(0))
    with pytest.raises(KeyError):
        plain().unshelve("ctl1", "lamp")


def test_the_site_may_say_how_serious_it_is() -> None:
    book = plain(lamp=AlarmRule(severity="critical"))
    [told] = book.hear("ctl1", said(0, "lamp", on=True))
    assert told.reading.severity == "critical"


@given(st.lists(st.tuples(st.floats(0.1, 40), st.booleans()), max_size=60))
def test_what_is_told_alternates_and_ends_as_it_truly_is(steps: list[tuple[float, bool]]) -> None:
    book = plain(lamp=AlarmRule(on_s=3, off_s=7))
    now, holds = 0.0, None
    told: list[Change] = []
    for seconds, on in steps:
        now += seconds
        told += book.tick(at(now))
        told += book.hear("ctl1", said(now, "lamp", on=on))
        holds = on
    told += book.tick(at(now + 10 * QUIET_S))
    words = [change.state for change in told]
    assert all(one != other for one, other in pairwise(words))
    if holds is not None and words:
        assert words[-1] == ("raised" if holds else "cleared")
    assert bool(book.raised()) == bool(holds)
