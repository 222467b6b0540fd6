import random

import pytest

from edge_agent.clock import ManualClock
from edge_agent.vision.timing import FrameClock


def run(delays: list[float], jump: int | None = None) -> list[float]:
    """Frames taken every 0.1 s, arriving with these delays; returns errors of t in seconds."""
    clock = ManualClock()
    began = clock.mono_ns() / 1e9
    times = FrameClock(clock)
    errors, base = [], 500.0
    for index, delay in enumerate(delays):
        taken = index / 10
        ahead = began + taken + delay - clock.mono_ns() / 1e9
        clock.advance(max(ahead, 0.0))
        if jump == index:
            base = 3.0
        t, at = times.place(base + taken)
        errors.append(t - began - taken)
        assert at.mono_ns / 1e9 == pytest.approx(t, abs=1e-6)
        late_ms = (clock.mono_ns() - at.mono_ns) / 1e6
        assert clock.utc_ms() - at.utc_ms == pytest.approx(late_ms, abs=1)
    return errors


def test_jitter_of_the_network_is_not_jitter_of_the_picture() -> None:
    draw = random.Random(3)
    errors = run([0.02 + draw.random() * 0.08 for _ in range(200)])
    settled = errors[50:]
    assert max(settled) - min(settled) < 0.02
    assert min(settled) > 0.015


def test_a_burst_at_the_start_is_put_in_order() -> None:
    """Frames held back while the stream was probed arrive together."""
    errors = run([0.8 - index * 0.1 for index in range(8)] + [0.02] * 30)
    assert errors[-1] == pytest.approx(0.02, abs=0.01)


def test_ticks_that_start_anew_are_followed() -> None:
    errors = run([0.03] * 100, jump=50)
    assert max(abs(error - 0.03) for error in errors) < 0.02


def test_a_known_delay_makes_the_stamp_older_and_leaves_the_axis() -> None:
    clock = ManualClock()
    times, delayed = FrameClock(clock), FrameClock(clock, 0.3)
    for index in range(20):
        clock.advance(0.1)
        (t, at), (same, older) = times.place(index / 10), delayed.place(index / 10)
        assert (same, at.mono_ns - older.mono_ns) == (t, 300_000_000)
        assert at.utc_ms - older.utc_ms == 300


def test_without_ticks_arrival_counts_and_time_always_grows() -> None:
    clock = ManualClock()
    times = FrameClock(clock)
    seen = [times.place(None)[0] for _ in range(5)]
    assert seen == sorted(set(seen))


def test_ticks_that_begin_again_after_the_first_burst() -> None:
    """FFmpeg numbers what it held back while probing from 0, and what follows from 0 again."""
    clock = ManualClock()
    times = FrameClock(clock)
    clock.advance(5.0)
    for index in range(6):
        times.place(index / 10)
    late = []
    for index in range(50):
        clock.advance(0.1)
        t, _ = times.place(index / 10)
        late.append(clock.mono_ns() / 1e9 - t)
    assert max(late) < 0.001


def test_drift_of_the_cameras_quartz_is_followed() -> None:
    clock = ManualClock()
    times = FrameClock(clock)
    for index in range(5000):
        clock.advance(0.1)
        t, _ = times.place(index * 0.1 * 0.9999)
    assert clock.mono_ns() / 1e9 - t < 0.003
