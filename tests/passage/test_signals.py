from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import ManualClock, Stamp
from edge_agent.contract.events import Passage
from edge_agent.device.readings import Colour, CrossingReading, SignalReading
from edge_agent.passage.heading import Heading
from edge_agent.passage.interpreter import Interpreter
from edge_agent.passage.lanes import LaneSettings, LineSource, SignalSource
from edge_agent.passage.signals import SETTLE_MS, SignalTrace

LANE = LaneSettings(
    lines=[LineSource(device="cam1", line="stop")],
    signal=SignalSource(device="ctl1", phase=2, camera="cam1", line="stop"),
)
MS = 1_000_000


def at(ms: int, spread_ms: int = 0) -> Stamp:
    return Stamp(1_790_000_000_000 + ms, ms * MS, spread_ms)


def shows(ms: int, colour: Colour, **more: Any) -> SignalReading:
    facts: dict[str, Any] = {"changed": (2,)}
    return SignalReading(at(ms, 20), {2: colour}, **facts | more)


def test_age_and_uncertainty_of_a_red() -> None:
    trace = SignalTrace()
    trace.say("ctl1", shows(0, Colour.GREEN, first=True))
    trace.say("ctl1", shows(10_000, Colour.RED))
    moment = trace.at("ctl1", 2, at(10_400, 15))
    assert moment is not None
    assert (moment.colour, moment.age_ms, moment.spread_ms, moment.stale) == ("r", 400, 35, False)


def test_a_slow_poll_makes_the_onset_uncertain() -> None:
    trace = SignalTrace()
    trace.say("ctl1", shows(0, Colour.GREEN, first=True))
    trace.say("ctl1", shows(10_000, Colour.RED, every_ms=1000))
    moment = trace.at("ctl1", 2, at(10_400, 15))
    assert moment is not None
    assert moment.spread_ms == 1015


def test_what_was_lit_when_we_came_is_stale_until_it_changes() -> None:
    trace = SignalTrace()
    trace.say("ctl1", shows(0, Colour.RED, first=True))
    before = trace.at("ctl1", 2, at(5_000))
    assert before is not None
    assert before.stale
    trace.say("ctl1", shows(9_000, Colour.GREEN))
    after = trace.at("ctl1", 2, at(9_500))
    assert after is not None
    assert not after.stale


def test_a_controller_that_was_away_leaves_the_aspect_stale() -> None:
    trace = SignalTrace()
    trace.say("ctl1", shows(0, Colour.GREEN, first=True))
    trace.say("ctl1", shows(1_000, Colour.RED))
    trace.device("ctl1", up=False, now=at(2_000))
    early, late = (trace.at("ctl1", 2, at(ms)) for ms in (1_500, 3_000))
    assert early is not None
    assert late is not None
    assert (early.stale, late.stale) == (False, True)
    trace.device("ctl1", up=True, now=at(4_000))
    again = trace.at("ctl1", 2, at(5_000))
    assert again is not None
    assert again.stale


def test_nothing_is_known_before_the_first_word_or_of_another_phase() -> None:
    trace = SignalTrace()
    trace.say("ctl1", shows(1_000, Colour.RED))
    assert trace.at("ctl1", 2, at(500)) is None
    assert trace.at("ctl1", 3, at(2_000)) is None


@given(st.lists(st.tuples(st.integers(1, 5_000), st.sampled_from(list(Colour))), max_size=150))
def test_the_trace_knows_what_was_said_last(said: list[tuple[int, Colour]]) -> None:
    trace = SignalTrace()
    now, shown, since = 0, None, 0
    for wait, colour in said:
        now += wait
        trace.say("ctl1", shows(now, colour))
        if colour is not shown:
            shown, since = colour, now
    moment = trace.at("ctl1", 2, at(now + 7))
    assert (moment is None) == (not said)
    if moment is not None:
        assert (moment.colour, moment.age_ms) == (shown, now + 7 - since)


def cross(clock: ManualClock) -> CrossingReading:
    stamp = Stamp(clock.utc_ms(), clock.mono_ns(), 15)
    return CrossingReading(stamp, "stop", "ab", 7, run="r1")


def test_the_passage_waits_for_a_change_that_is_still_on_its_way() -> None:
    clock = ManualClock()
    interpreter = Interpreter(Heading("u1", clock), {"north": LANE})
    lit = SignalReading(Stamp(clock.utc_ms(), clock.mono_ns()), {2: Colour.GREEN}, first=True)
    interpreter.read("ctl1", lit)
    clock.advance(10)
    red = SignalReading(Stamp(clock.utc_ms(), clock.mono_ns(), 20), {2: Colour.RED}, (2,))
    clock.advance(0.3)
    assert interpreter.read("cam1", cross(clock)) == []
    interpreter.read("ctl1", red)
    clock.advance(SETTLE_MS / 1000)
    (event,) = interpreter.pump()
    assert isinstance(event, Passage)
    assert event.sig is not None
    assert (event.sig.a, event.sig.age, event.sig.u, event.sig.ph) == ("r", 300, 35, 2)
    assert "signal" not in event.why


@pytest.mark.parametrize(
    ("up", "says", "why"),
    [(True, True, "stale"), (False, False, "device-down"), (True, False, "not-detected")],
)
def test_a_signal_that_is_not_known_says_why(up: bool, says: bool, why: str) -> None:
    clock = ManualClock()
    interpreter = Interpreter(Heading("u1", clock), {"north": LANE})
    interpreter.device(
        "ctl1", state="ok" if up else "down", cause=None, detail="", since_ms=0, last_ms=None
    )
    if says:
        lit = SignalReading(Stamp(clock.utc_ms(), clock.mono_ns()), {2: Colour.RED}, first=True)
        interpreter.read("ctl1", lit)
    clock.advance(5)
    interpreter.read("cam1", cross(clock))
    (event,) = interpreter.pump(everything=True)
    assert isinstance(event, Passage)
    assert (event.sig, event.why["signal"]) == (None, why)
