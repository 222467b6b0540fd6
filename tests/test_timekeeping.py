from edge_agent.clock import ManualClock
from edge_agent.timekeeping import ClockWatch, Step


def test_quiet_clock_mends_nothing() -> None:
    clock = ManualClock()
    watch = ClockWatch(clock)
    for _ in range(5):
        clock.advance(1)
        assert watch.look() == []
    assert watch.steps == 0


def test_set_first_vouched_for_later_mends_only_what_came_before_the_step() -> None:
    clock = ManualClock(utc_ms=0, source="none")
    watch = ClockWatch(clock)
    clock.advance(10)
    watch.look()
    before = clock.mono_ns()
    clock.step_utc(1_790_000_000_000, "rtc")
    clock.advance(1)
    assert watch.look() == []
    clock.advance(5)
    clock.step_utc(0, "ntp")
    assert watch.look() == [Step(1_790_000_000_000, before)]
    assert watch.look() == []


def test_set_and_vouched_for_between_two_looks() -> None:
    clock = ManualClock(utc_ms=0, source="none")
    watch = ClockWatch(clock)
    before = clock.mono_ns()
    clock.step_utc(3_600_000, "ntp")
    clock.advance(1)
    assert watch.look() == [Step(3_600_000, before)]


def test_step_of_a_trusted_clock_is_counted_but_mends_nothing() -> None:
    clock = ManualClock(source="ntp")
    watch = ClockWatch(clock)
    clock.step_utc(-3_600_000)
    clock.advance(1)
    assert watch.look() == []
    assert watch.steps == 1
