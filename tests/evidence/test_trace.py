from hypothesis import given
from hypothesis import strategies as st

from edge_agent.device.readings import Colour, SignalReading
from edge_agent.evidence.trace import SignalLog
from tests.evidence.cases import AT_NS, moment


def _log(times: list[int]) -> SignalLog:
    log = SignalLog()
    for after_ms in times:
        colour = Colour.RED if after_ms % 2 else Colour.GREEN
        log.say("ctl1", SignalReading(moment(after_ms), {2: colour}, (2,)))
    return log


def _told(times: list[int]) -> list[int]:
    return [one["after_ms"] for one in _log(times).around("ctl1", AT_NS)]


def test_half_a_minute_before_and_after_with_what_was_shown_when_it_began() -> None:
    assert _told([-90_000, -50_000, -10_000, 5_000, 30_000, 30_001]) == [
        -50_000,
        -10_000,
        5_000,
        30_000,
    ]


def test_a_controller_that_said_nothing_has_no_trace() -> None:
    assert _log([1]).around("ctl2", AT_NS) == []


@given(st.lists(st.integers(-80_000, 80_000), unique=True, max_size=30).map(sorted))
def test_nothing_within_is_left_out_and_at_most_one_word_before(times: list[int]) -> None:
    told = _told(times)
    within = [after for after in times if -30_000 < after <= 30_000]
    assert [after for after in told if after > -30_000] == within
    assert len([after for after in told if after <= -30_000]) <= 1
    before = [after for after in times if after <= -30_000]
    if before and told:
        assert told[0] == before[-1]
