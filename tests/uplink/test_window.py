from hypothesis import given
from hypothesis import strategies as st

from edge_agent.uplink.window import QUICK_NS, Lane, Window


def test_backlog_leaves_room_for_live_and_live_for_critical() -> None:
    window = Window(50, 0.5)
    for _ in range(40):  # a quick line
        window.sent(Lane.BACKLOG)
        window.answered(Lane.BACKLOG, 1)
    while window.free(Lane.BACKLOG):
        window.sent(Lane.BACKLOG)
    assert window.of(Lane.BACKLOG) == 25
    while window.free(Lane.LIVE):
        window.sent(Lane.LIVE)
    assert window.in_flight == 46
    assert window.free(Lane.CRITICAL) == 4


def test_a_slow_line_takes_one_old_message_at_a_time() -> None:
    window = Window(50, 0.5)
    for _ in range(40):
        window.sent(Lane.BACKLOG)
        window.answered(Lane.BACKLOG, 1)
    assert window.allowance == 25
    for _ in range(6):
        window.sent(Lane.BACKLOG)
        window.answered(Lane.BACKLOG, QUICK_NS + 1)
    assert window.allowance == 1
    assert window.free(Lane.BACKLOG) == 1


@given(
    st.integers(20, 100),
    st.floats(0.01, 0.8),
    st.lists(st.tuples(st.sampled_from(list(Lane)), st.booleans(), st.integers(0, 2 * QUICK_NS))),
)
def test_never_beyond_the_window_and_never_starved(
    size: int, share: float, steps: list[tuple[Lane, bool, int]]
) -> None:
    window = Window(size, share)
    for lane, send, took in steps:
        if send and window.free(lane):
            window.sent(lane)
        elif not send and window.of(lane):
            window.answered(lane, took)
        assert 0 <= window.in_flight <= size
        assert window.of(Lane.BACKLOG) <= size * share + 1
        others = window.of(Lane.BIRTH) + window.of(Lane.CRITICAL) + window.of(Lane.LIVE)
        if not others:
            assert window.free(Lane.LIVE) >= 1
            assert window.free(Lane.CRITICAL) >= 4
