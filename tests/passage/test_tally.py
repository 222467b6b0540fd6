from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import ManualClock, Stamp, stamp
from edge_agent.passage.tally import GRACE_MS, Interval, Tally

MINUTE = 60_000


def at_minute() -> ManualClock:
    return ManualClock(utc_ms=1_790_000_000_000 // MINUTE * MINUTE)


def test_interval_is_published_once_after_its_grace() -> None:
    clock = at_minute()
    tally = Tally(60, stamp(clock))
    tally.sensor(stamp(clock), up=True)
    tally.vehicles(stamp(clock), "in", "car")
    clock.advance(60)
    assert tally.take(stamp(clock)) == []
    clock.advance(GRACE_MS / 1000)
    (interval,) = tally.take(stamp(clock))
    assert interval.counts == {("in", "car"): 1}
    assert (interval.dur_ms, interval.measured) == (MINUTE, 1000)
    assert tally.take(stamp(clock)) == []


def test_reading_that_comes_late_counts_where_it_belongs() -> None:
    clock = at_minute()
    tally = Tally(60, stamp(clock))
    clock.advance(59.9)
    late = stamp(clock)
    clock.advance(1)
    tally.take(stamp(clock))
    tally.vehicles(late, "in", "car")
    tally.vehicles(stamp(clock), "in", "bus")
    clock.advance(GRACE_MS / 1000)
    (interval,) = tally.take(stamp(clock))
    assert interval.counts == {("in", "car"): 1}


def test_first_interval_says_its_true_length() -> None:
    clock = at_minute()
    clock.advance(45)
    tally = Tally(60, stamp(clock))
    clock.advance(15)
    tally.take(stamp(clock))
    clock.advance(5)
    (interval,) = tally.take(stamp(clock))
    assert interval.dur_ms == 15_000


def test_blind_time_is_said_not_counted_as_empty_road() -> None:
    clock = at_minute()
    tally = Tally(60, stamp(clock))
    tally.sensor(stamp(clock), up=True)
    clock.advance(30)
    tally.sensor(stamp(clock), up=False)
    clock.advance(30)
    tally.take(stamp(clock))
    clock.advance(5)
    (interval,) = tally.take(stamp(clock))
    assert interval.measured == 500


def test_utc_jump_neither_hangs_nor_stretches_an_interval() -> None:
    for jump_ms in (-365 * 86_400_000, -3_600_000, 3_600_000, 365 * 86_400_000):
        clock = at_minute()
        tally = Tally(60, stamp(clock))
        tally.sensor(stamp(clock), up=True)
        clock.advance(20)
        tally.vehicles(stamp(clock), "in", "car")
        clock.step_utc(jump_ms)
        seen: list[Interval] = []
        for _ in range(140):
            clock.advance(1)
            seen += tally.take(stamp(clock))
        assert sum(sum(interval.counts.values()) for interval in seen) == 1
        assert all(0 < interval.dur_ms <= MINUTE + 1000 for interval in seen)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["pass", "step", "vehicle", "up", "down"]),
            st.integers(-100_000, 100_000),
        ),
        max_size=60,
    )
)
def test_every_vehicle_is_published_exactly_once(steps: list[tuple[str, int]]) -> None:
    clock = ManualClock()
    tally = Tally(10, stamp(clock))
    counted = 0
    published: list[Interval] = []
    for what, amount in steps:
        match what:
            case "pass":
                clock.advance(abs(amount) / 5000)
                published += tally.take(stamp(clock))
            case "step":
                clock.step_utc(amount)
            case "vehicle":
                tally.vehicles(stamp(clock), "in", "car")
                counted += 1
            case _:
                tally.sensor(stamp(clock), up=what == "up")
    published += tally.take(stamp(clock), everything=True)
    assert sum(sum(interval.counts.values()) for interval in published) == counted
    assert all(0 <= interval.measured <= 1000 for interval in published)


@given(st.lists(st.tuples(st.integers(0, 200_000), st.integers(1, 4)), min_size=1, max_size=40))
def test_headways_add_up_to_last_minus_first_in_whatever_order_they_are_told(
    fronts: list[tuple[int, int]],
) -> None:
    clock = at_minute()
    tally = Tally(60, stamp(clock))
    tally.sensor(stamp(clock), up=True)
    first = stamp(clock)
    tally.vehicles(first, "in", "car")
    for after_ms, n in fronts:
        at = Stamp(first.utc_ms + after_ms, first.mono_ns + after_ms * 1_000_000)
        tally.vehicles(at, "in", "car", n)
    clock.advance(300)
    seen = tally.take(stamp(clock), everything=True)
    assert sum(interval.gap_ns for interval in seen) == max(at for at, _ in fronts) * 1_000_000
    assert sum(interval.gaps for interval in seen) == sum(n for _, n in fronts)
