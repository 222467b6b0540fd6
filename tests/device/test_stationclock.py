"""The interval that must hold a device's clock: it always does, and a jump is told from a delay."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import ManualClock
from edge_agent.device.stationclock import StationClock


@given(
    st.integers(-10_000_000, 10_000_000),
    st.integers(-100, 100),
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), min_size=1, max_size=40),
)
def test_the_truth_lies_within_the_spread(
    offset_ms: int, ppm: int, looks: list[tuple[int, int]]
) -> None:
    clock = ManualClock()
    station = StationClock(clock)

    def true_ms() -> float:
        return clock.mono_ns() / 1e6 * (1 + ppm / 1e6) + 1e9 + offset_ms

    for before_ms, after_ms in looks:
        earliest = clock.mono_ns()
        clock.advance(before_ms / 1000)
        told = int(true_ms())
        clock.advance(after_ms / 1000)
        station.look(told, earliest, clock.mono_ns())
        at = station.place(int(true_ms()))
        assert at is not None
        assert abs(at.mono_ns - clock.mono_ns()) / 1e6 <= at.spread_ms + 1
        clock.advance(0.5)
    assert station.steps == 0


def test_one_late_word_is_not_a_jump_and_three_are() -> None:
    clock = ManualClock()
    station = StationClock(clock)

    def look(error_ms: int) -> None:
        clock.advance(1)
        now = clock.mono_ns()
        station.look(now // 10**6 + error_ms, now - 5_000_000, now)

    for error in (0, 0, -3000, 0, 0, -3000, -3000, 0):
        look(error)
    assert station.steps == 0
    for _ in range(3):
        look(60_000)
    assert station.steps == 1
    at = station.place(clock.mono_ns() // 10**6 + 60_000)
    assert at is not None
    assert abs(at.mono_ns - clock.mono_ns()) / 1e6 <= at.spread_ms + 1
