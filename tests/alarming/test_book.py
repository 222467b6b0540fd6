from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.alarming.alarm import CHATTER, QUIET_S, Change, Shelf
from edge_agent.alarming.book import LONGEST_SHELF_S, SETTLE_S
from edge_agent.alarming.rules import AlarmRule
from edge_agent.clock import Stamp
from tests.alarming.kit import HOUR, NS, T, at, plain, raised, said, states


def test_a_condition_is_told_when_it_changes_and_only_then() -> None:
    book = plain()
    assert states(book.hear("ctl1", said(0, "lamp", on=False))) == [("lamp", "cleared")]
    assert book.hear("ctl1", said(1, "lamp", on=False)) == []
    [told] = book.hear("ctl1", said(2, "lamp", on=True))
    assert (told.state, told.on, told.at, told.since) == ("raised", True, at(2), at(2))
    assert book.hear("ctl1", said(3, "lamp", on=True, text="in other words")) == []
    assert [(alarm.since, alarm.reading.text) for alarm in book.alarms()] == [
        (at(2), "in other words")
    ]
    assert states(book.hear("ctl1", said(4, "lamp", on=False))) == [("lamp", "cleared")]
    assert book.alarms() == []


def test_what_is_over_before_its_delay_was_never_there() -> None:
    book = plain(lamp=AlarmRule(on_s=10, off_s=5))
    book.hear("ctl1", said(0, "lamp", on=False))
    assert book.hear("ctl1", said(1, "lamp", on=True)) == []
    assert book.hear("ctl1", said(9, "lamp", on=False)) == []
    assert book.tick(at(60)) == []
    book.hear("ctl1", said(100, "lamp", on=True))
    assert book.tick(at(109)) == []
    [told] = book.tick(at(110))
    assert (told.state, told.since, told.at) == ("raised", at(100), at(100))
    # And it is not over when it flickers for a moment.
    book.hear("ctl1", said(120, "lamp", on=False))
    assert book.hear("ctl1", said(122, "lamp", on=True)) == []
    assert book.tick(at(200)) == []
    assert [alarm.since for alarm in book.alarms()] == [at(100)]


def test_chatter_is_raised_once_and_counted() -> None:
    book = plain()
    told: list[Change] = []
    for n in range(3 * CHATTER):
        told += book.hear("ctl1", said(10 * n, "lamp", on=True))
        told += book.hear("ctl1", said(10 * n + 5, "lamp", on=False))
    last = 10 * (3 * CHATTER - 1) + 5
    assert len(told) == 2 * CHATTER - 1
    assert (told[-1].state, told[-1].times) == ("raised", CHATTER)
    assert book.chattered == 1
    assert book.tick(at(last + QUIET_S - 1)) == []
    assert states(book.tick(at(last + QUIET_S))) == [("lamp", "cleared")]


def test_a_consequence_is_kept_from_people_until_its_cause_is_over() -> None:
    book = plain(ups=AlarmRule(cause="mains"))
    book.hear("cab1", said(0, "mains", on=True))
    [told] = book.hear("cab1", said(1, "ups", on=True))
    assert (told.state, told.on, told.cause) == ("shelved", True, "cab1/mains")
    assert book.tick(at(100)) == []
    assert book.hushed == 1
    assert states(book.hear("cab1", said(200, "mains", on=False))) == [("mains", "cleared")]
    assert book.tick(at(200 + SETTLE_S - 1)) == []
    [told] = book.tick(at(200 + SETTLE_S))
    assert (told.state, told.since) == ("raised", at(1))


def test_a_consequence_that_is_over_with_its_cause_was_never_raised() -> None:
    book = plain(ups=AlarmRule(cause="mains"))
    book.hear("cab1", said(0, "mains", on=True))
    book.hear("cab1", said(1, "ups", on=True))
    book.hear("cab1", said(50, "mains", on=False))
    assert states(book.hear("cab1", said(52, "ups", on=False))) == [("ups", "cleared")]


def test_what_people_know_already_does_not_vanish_behind_its_cause() -> None:
    book = plain(ups=AlarmRule(cause="mains"))
    book.hear("cab1", said(0, "ups", on=True))
    assert states(book.hear("cab1", said(1, "mains", on=True))) == [("mains", "raised")]
    assert raised(book) == ["cab1/ups", "cab1/mains"]


@pytest.mark.parametrize(
    ("cause", "explained"),
    [("cab1/mains", True), ("*/mains", True), ("mains", False), ("cab2/mains", False)],
)
def test_a_cause_may_be_another_devices(cause: str, explained: bool) -> None:
    book = plain(lamp=AlarmRule(cause=cause))
    book.hear("cab1", said(0, "mains", on=True))
    [told] = book.hear("ctl1", said(1, "lamp", on=True))
    assert (told.state == "shelved") is explained


def test_of_a_device_that_is_down_nothing_more_is_told() -> None:
    book = plain(lamp=AlarmRule(cause="down"))
    book.device("ctl1", at(0), up=False)
    [told] = book.hear("ctl1", said(1, "lamp", on=True))
    assert (told.state, told.cause) == ("shelved", "ctl1/down")
    assert book.device("ctl1", at(60), up=True) == []
    assert states(book.tick(at(60 + SETTLE_S))) == [("lamp", "raised")]


def test_in_a_circle_of_causes_somebody_is_told() -> None:
    book = plain(one=AlarmRule(cause="two"), two=AlarmRule(cause="one"))
    book.hear("d", said(0, "one", on=True))
    book.hear("d", said(1, "two", on=True))
    assert raised(book) == ["d/one", "d/two"]


def test_shelving_says_who_and_why_and_ends() -> None:
    book = plain()
    book.hear("ctl1", said(0, "lamp", on=True, text="lamp 3 is out"))
    shelf = Shelf("Lan", "lamp ordered", T + 600_000)
    [told] = book.shelve("ctl1", "lamp", shelf, at(10))
    assert (told.state, told.on, told.shelf, told.at) == ("shelved", True, shelf, at(10))
    assert raised(book) == []
    # Not for people, but on record: each change of the condition.
    assert [(c.state, c.on) for c in book.hear("ctl1", said(20, "lamp", on=False))] == [
        ("shelved", False)
    ]
    assert [(c.state, c.on) for c in book.hear("ctl1", said(30, "lamp", on=True))] == [
        ("shelved", True)
    ]
    assert book.tick(at(599)) == []
    [back] = book.tick(at(600))
    assert (back.state, back.since, back.shelf) == ("raised", at(30), None)
    book.shelve("ctl1", "lamp", Shelf("Lan", "again", T + 700_000), at(610))
    assert states(book.unshelve("ctl1", "lamp", at(620))) == [("lamp", "raised")]
    with pytest.raises(KeyError):
        book.unshelve("ctl1", "lamp", at(621))


@pytest.mark.parametrize(
    ("who", "why", "until_s"),
    [
        ("", "x", 60),
        ("Lan", " ", 60),
        ("Lan", "x", 5),
        ("Lan", "x", 1e7),
        ("L" * 81, "x", 60),
        ("Lan", "x" * 201, 60),
    ],
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
        plain().unshelve("ctl1", "lamp", at(0))


def test_a_clock_that_is_set_back_makes_no_shelf_of_years() -> None:
    book = plain()
    book.hear("ctl1", said(0, "lamp", on=True))
    book.shelve("ctl1", "lamp", Shelf("Lan", "x", T + 2 * HOUR * 1000), at(0))
    years = Stamp(T - 90 * 86_400_000, 10 * NS)
    assert book.tick(years) == []
    [alarm] = book.alarms()
    assert alarm.shelf is not None
    assert alarm.shelf.until_ms == years.utc_ms + LONGEST_SHELF_S * 1000


def test_the_site_may_say_how_serious_it_is() -> None:
    book = plain(lamp=AlarmRule(severity="critical"))
    [told] = book.hear("ctl1", said(0, "lamp", on=True))
    assert told.reading.severity == "critical"


_STEPS = st.lists(
    st.tuples(
        st.floats(0.1, 40),
        st.sampled_from(["on", "off", "cause", "no cause", "shelve", "unshelve"]),
    ),
    max_size=60,
)


@given(_STEPS)
def test_what_is_told_is_always_news_and_ends_as_it_truly_is(
    steps: list[tuple[float, str]],
) -> None:
    book = plain(lamp=AlarmRule(on_s=3, off_s=7, cause="mains"))
    now, holds, mains = 0.0, None, None
    told: list[Change] = []
    for seconds, step in steps:
        now += seconds
        told += book.tick(at(now))
        match step:
            case "on" | "off":
                holds = step == "on"
                told += book.hear("d", said(now, "lamp", on=holds))
            case "cause" | "no cause":
                mains = step == "cause"
                told += book.hear("d", said(now, "mains", on=mains))
            case "shelve" if holds is not None:
                shelf = Shelf("Lan", "x", at(now).utc_ms + 20_000)
                told += book.shelve("d", "lamp", shelf, at(now))
            case _:
                pass
    for more in (QUIET_S, QUIET_S + SETTLE_S):
        told += book.tick(at(now + 2 * more))
    lamp = [change for change in told if change.code == "lamp"]
    words = [(change.state, change.on, change.cause, change.shelf) for change in lamp]
    assert all(one != other for one, other in pairwise(words))
    if holds is not None:
        last = lamp[-1]
        assert last.on is holds
        assert last.shelf is None
        expected = {"raised", "shelved"} if holds and mains else {"raised" if holds else "cleared"}
        assert last.state in expected
        assert (last.state == "shelved") is bool(last.cause)


@given(_STEPS)
def test_every_change_of_a_settled_condition_leaves_the_book(
    steps: list[tuple[float, str]],
) -> None:
    """Shelved or a consequence: the pairs of on and off go on record all the same."""
    book = plain(lamp=AlarmRule(cause="mains"))
    now = 0.0
    turns: list[bool] = []
    told: list[Change] = []
    for seconds, step in steps:
        now += 70 + seconds  # too seldom to chatter
        told += book.tick(at(now))
        if step in ("on", "off"):
            if not turns or turns[-1] != (step == "on"):
                turns.append(step == "on")
            told += book.hear("d", said(now, "lamp", on=step == "on"))
        elif step in ("cause", "no cause"):
            told += book.hear("d", said(now, "mains", on=step == "cause"))
        elif step == "shelve" and turns:
            shelf = Shelf("Lan", "x", at(now).utc_ms + 100_000)
            told += book.shelve("d", "lamp", shelf, at(now))
    lamp = [change.on for change in told if change.code == "lamp"]
    assert [on for n, on in enumerate(lamp) if n == 0 or lamp[n - 1] != on] == turns
