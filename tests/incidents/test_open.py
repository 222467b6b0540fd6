"""One incident: delays on both sides, and what flaps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import Stamp
from edge_agent.incidents.open import FLAPS_S, MOST_PATIENCE, UPDATE_S, Delays, Said, Watched


def at(seconds: float) -> Stamp:
    return Stamp(1_790_000_000_000 + round(seconds * 1000), round(seconds * 1e9) + 10**12)


def step(one: Watched, seconds: float) -> str | None:
    """As the room does: a number while it is open."""
    state = one.step(at(seconds))
    if state == "raised":
        one.number = "N"
    if state == "cleared":
        one.close()
    return state


def test_it_must_hold_before_it_is_raised() -> None:
    one = Watched(Delays(on_s=10, off_s=5))
    one.say("a", Said(at(0)))
    assert [step(one, s) for s in (0, 9.9, 10, 11)] == [None, None, "raised", None]


def test_what_ends_too_soon_was_nothing() -> None:
    one = Watched(Delays(on_s=10, off_s=5))
    one.say("a", Said(at(0)))
    assert step(one, 5) is None
    one.unsay("a")
    assert step(one, 6) is None
    one.say("a", Said(at(7)))
    assert [step(one, s) for s in (7, 16.9, 17)] == [None, None, "raised"]


def test_it_is_cleared_when_nobody_says_so_any_more() -> None:
    one = Watched(Delays(0, 5))
    one.say("a", Said(at(0)))
    one.say("b", Said(at(0)))
    assert step(one, 0) == "raised"
    one.unsay("a")
    one.unsay("nobody")
    assert step(one, 1) is None
    one.unsay("b")
    assert [step(one, s) for s in (2, 6.9, 7, 8)] == [None, None, "cleared", None]
    assert one.since is None


def test_a_pause_shorter_than_the_delay_is_none() -> None:
    one = Watched(Delays(0, 5))
    one.say("a", Said(at(0)))
    step(one, 0)
    one.unsay("a")
    assert step(one, 1) is None
    one.say("a", Said(at(4)))
    assert [step(one, s) for s in (4, 5, 20)] == [None, None, None]
    assert one.flaps == 0


def test_a_word_that_nobody_renews_lapses() -> None:
    one = Watched(Delays(0, 0))
    one.say("a", Said(at(0), until_ns=at(60).mono_ns))
    assert [step(one, s) for s in (0, 59.9, 60)] == ["raised", None, "cleared"]


def test_more_voices_are_an_update_and_not_too_often() -> None:
    one = Watched(Delays(0, 5))
    one.say("a", Said(at(0), text="one"))
    assert step(one, 0) == "raised"
    one.say("b", Said(at(1), text="two"))
    assert [step(one, s) for s in (1, UPDATE_S, 2 * UPDATE_S)] == [None, "updated", None]
    assert (one.count, one.text) == (2, "one")


def test_what_comes_back_soon_flaps_and_waits_longer() -> None:
    one = Watched(Delays(0, 5))
    now = 0.0
    waited = []
    for _ in range(6):
        one.say("a", Said(at(now)))
        assert step(one, now) == "raised"
        one.unsay("a")
        began = now
        while step(one, now) is None:
            now += 1
        waited.append(now - began)
        now += FLAPS_S / 2
    assert waited == [5, 10, 20, 40, 40, 40]
    assert waited[-1] == MOST_PATIENCE * 5
    assert one.flaps == 5
    now += FLAPS_S
    one.say("a", Said(at(now)))
    step(one, now)
    one.unsay("a")
    assert step(one, now + 1) is None
    assert step(one, now + 6) == "cleared"


@pytest.mark.parametrize("device", ["cam1", "cam2"])
def test_a_device_that_is_gone_says_nothing(device: str) -> None:
    one = Watched(Delays(0, 0))
    one.say("cam1/r-1", Said(at(0)))
    step(one, 0)
    one.unsay_all(f"{device}/")
    assert step(one, 1) == ("cleared" if device == "cam1" else None)


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "c"]), st.booleans(), st.floats(0, 40)), max_size=40
    ),
    st.floats(0, 20),
    st.floats(0, 20),
)
def test_raised_and_cleared_take_turns(
    words: list[tuple[str, bool, float]], on_s: float, off_s: float
) -> None:
    one, now, told = Watched(Delays(on_s, off_s)), 0.0, []
    for who, holds, later in words:
        now += later
        if holds:
            one.say(who, Said(at(now)))
        else:
            one.unsay(who)
        told.append(step(one, now))
    for who in "abc":
        one.unsay(who)
    for _ in range(3):
        told.append(step(one, now))
        now += 20 * MOST_PATIENCE + 1
    turns = [word for word in told if word in ("raised", "cleared")]
    assert turns == ["raised", "cleared"] * (len(turns) // 2)
    open_now = False
    for word in told:
        assert open_now or word != "updated"
        open_now = word == "raised" or (open_now and word != "cleared")
