from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import ManualClock
from edge_agent.device.readings import Colour
from edge_agent.passage.aggregate import aggregate, percentile, saturation_at_green
from edge_agent.passage.greens import Greens
from edge_agent.passage.heading import Heading
from edge_agent.passage.lanes import LaneSettings
from edge_agent.passage.tally import Interval

MS = 1_000_000
MINUTE_NS = 60_000 * MS
HEADING = Heading("rsu-1", ManualClock())


def minute(**more: object) -> Interval:
    interval = Interval(1_790_000_040_000, 1_790_000_100_000, 0, dur_ms=60_000)
    interval.closed_ns = MINUTE_NS
    for name, value in more.items():
        setattr(interval, name, value)
    return interval


def half_green() -> Greens:
    greens = Greens()
    greens.say(0, Colour.RED)
    greens.say(30_000 * MS, Colour.GREEN)
    return greens


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=200), st.integers(1, 100))
def test_percentile_is_the_least_value_that_so_many_do_not_exceed(
    values: list[int], share: int
) -> None:
    found = percentile(sorted(values), share)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= share * len(values)
    below = [value for value in values if value < found]
    assert len(below) * 100 < share * len(values)


def test_lane_that_discharges_as_declared_is_saturated() -> None:
    # 1800 an hour of green is one every two seconds.
    stops = [(30_000 + second * 1000) * MS for second in range(0, 30, 2)]
    assert saturation_at_green(minute(stops=stops), half_green(), 1800) == (1000, None)


def test_who_crosses_at_red_fills_no_green() -> None:
    assert saturation_at_green(minute(stops=[5_000 * MS]), half_green(), 1800) == (0, None)


def test_green_that_was_not_seen_gives_no_saturation_but_a_reason() -> None:
    never, away = Greens(), Greens()
    never.say(0, Colour.RED)
    away.say(0, Colour.GREEN)
    away.say(1_000 * MS, None)
    blind = minute(blind_ns=20_000 * MS)
    assert saturation_at_green(minute(), never, 1800) == (None, "no-green")
    assert saturation_at_green(minute(), away, 1800) == (None, "signal-unknown")
    assert saturation_at_green(minute(), Greens(), 1800) == (None, "signal-unknown")
    assert saturation_at_green(blind, half_green(), 1800) == (None, "partly-measured")


def test_blind_interval_has_no_figures_at_all_and_says_why() -> None:
    blind = minute(blind_ns=MINUTE_NS, occupied_ms=10, watched_ms=10)
    agg = aggregate(HEADING, "north", LaneSettings(), "camera", blind, half_green(), "jammed")
    assert (agg.n, agg.occ, agg.que, agg.hw, agg.sat, agg.los) == (None,) * 6
    assert (agg.part, agg.why) == (0, "device-down")


def test_reason_is_told_beside_those_of_the_sensor() -> None:
    flawed = minute(flaws={"counter-reset"})
    greens = Greens()
    agg = aggregate(HEADING, "north", LaneSettings(), "camera", flawed, greens, None)
    assert agg.why == "counter-reset,signal-unknown"


@given(
    st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=12),
    st.lists(st.integers(0, 59_999), max_size=60),
)
def test_saturation_is_the_flow_second_by_second(
    phases: list[tuple[int, bool]], stops: list[int]
) -> None:
    greens = Greens()
    green_at = [False] * 60
    greens.say(0, Colour.RED)
    for second, green in sorted(phases):
        greens.say(second * 1000 * MS, Colour.GREEN if green else Colour.YELLOW)
        green_at[second:] = [green] * (60 - second)
    found, why = saturation_at_green(minute(stops=[at * MS for at in stops]), greens, 1900)
    seconds = sum(green_at)
    if seconds < 5:
        assert (found, why) == (None, "no-green")
    else:
        crossed = sum(green_at[at // 1000] for at in stops)
        assert found == round(crossed * 3600 / seconds / 1900 * 1000)
