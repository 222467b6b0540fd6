import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.vision.geometry import Point, Segment
from edge_agent.vision.lines import DEAD_BAND, Crossing, LineCounter, Sight

LINE = Segment((100.0, 0.0), (100.0, 200.0))  # downwards: ba is left to right
SIZE = (20.0, 20.0)
BAND = DEAD_BAND * 20


def ride(
    counter: LineCounter,
    xs: Sequence[float],
    *,
    track: int = 1,
    y: float = 100.0,
    t0: float = 0.0,
    confirmed: bool = True,
    size: Point = SIZE,
) -> list[Crossing]:
    """Feed a track at these x; velocity is that of the last step."""
    found: list[Crossing] = []
    before: float | None = None
    for index, x in enumerate(xs):
        speed = 0.0 if before is None else (x - before) / 0.1
        before = x
        sight = Sight(track, t0 + index * 0.1, (x, y), size, (speed, 0.0), confirmed)
        found += counter.step([sight], [])
    return found


def test_a_vehicle_that_drives_through_is_counted_once_at_the_interpolated_moment() -> None:
    counter = LineCounter(LINE)
    [crossing] = ride(counter, [70, 85, 95, 115, 130])
    assert (crossing.track, crossing.direction, crossing.seen) == (1, "ba", True)
    assert crossing.t == pytest.approx(0.2 + 0.1 * 5 / 20)
    assert crossing.at == pytest.approx((100, 100))


def test_the_other_way_is_the_other_direction() -> None:
    [crossing] = ride(LineCounter(LINE), [130, 115, 95, 80])
    assert crossing.direction == "ab"


def test_beside_the_segment_is_no_crossing() -> None:
    assert ride(LineCounter(LINE), [70, 90, 110, 130], y=250.0) == []


def test_trembling_on_the_line_counts_nothing() -> None:
    shaking: list[float] = [90, 98, *(100 + (-1) ** n * BAND * 0.9 for n in range(50))]
    assert ride(LineCounter(LINE), shaking) == []


def test_forth_and_back_counts_each_way_once() -> None:
    path = [80, 95, 110, 125, 110, 90, 75, 90, 110, 125]
    found = ride(LineCounter(LINE), path)
    assert [crossing.direction for crossing in found] == ["ba", "ab"]


def test_standing_long_behind_the_line_counts_once() -> None:
    assert len(ride(LineCounter(LINE), [80, 95, 104, *[104.5] * 200, 120])) == 1


def test_trembling_just_behind_the_line_is_no_way_back() -> None:
    counter = LineCounter(LINE)
    shaking: list[float] = [80, 95, 104, *(100 + (-1) ** n * 6.0 for n in range(50)), 96]
    found = ride(counter, shaking)
    found += counter.step([], [1])
    assert [crossing.direction for crossing in found] == ["ba"]


def test_born_just_behind_the_line_is_counted_by_its_speed() -> None:
    counter = LineCounter(LINE)
    [crossing] = ride(counter, [108, 124, 140, 156])
    assert crossing.direction == "ba"
    assert not crossing.seen
    assert crossing.t == pytest.approx(0.0 - 8 / 160, abs=0.01)


def test_born_far_behind_the_line_is_not() -> None:
    assert ride(LineCounter(LINE), [190, 206, 222, 238]) == []


def test_last_seen_just_before_the_line_is_counted_when_the_track_ends() -> None:
    counter = LineCounter(LINE)
    assert ride(counter, [50, 66, 82, 95]) == []
    [crossing] = counter.step([], [1])
    assert (crossing.direction, crossing.seen) == ("ba", False)
    assert len(counter) == 0


def test_a_track_that_breaks_at_the_line_is_one_vehicle() -> None:
    counter = LineCounter(LINE)
    first = ride(counter, [60, 76, 92])
    second = ride(counter, [124, 140, 156, 172], track=2, t0=0.4)
    last = counter.step([], [1])
    assert len(first + second + last) == 1


def test_a_track_that_breaks_just_behind_the_line_is_one_vehicle() -> None:
    counter = LineCounter(LINE)
    first = ride(counter, [70, 86, 102, 118])
    second = ride(counter, [118, 134, 150, 166], track=2, t0=0.4)
    assert len(first) == 1
    assert second == []


def test_two_abreast_born_behind_the_line_are_two() -> None:
    counter = LineCounter(LINE)
    assert len(ride(counter, [108, 124, 140], y=60)) == 1
    assert len(ride(counter, [108, 124, 140], y=100, track=2)) == 1


def test_two_boxes_of_one_vehicle_are_one_crossing() -> None:
    counter = LineCounter(LINE)
    assert len(ride(counter, [70, 85, 95, 115, 130])) == 1
    assert ride(counter, [71, 86, 97, 117, 132], y=103, track=2) == []


@pytest.mark.parametrize(("y", "later"), [(112.0, 0.0), (100.0, 0.2)], ids=["abreast", "behind"])
def test_riders_abreast_and_close_behind_are_two(y: float, later: float) -> None:
    counter = LineCounter(LINE)
    path = [70.0, 85.0, 95.0, 115.0, 130.0]
    assert len(ride(counter, path)) == 1
    assert len(ride(counter, path, y=y, track=2, t0=later)) == 1


@pytest.mark.parametrize("first", [1, 2])
def test_a_rider_beside_a_lorry_is_one_and_the_lorry_another(first: int) -> None:
    """Whoever comes first: for so large a box much is near that is not near for the small one."""
    counter = LineCounter(LINE)
    path = [70.0, 85.0, 95.0, 115.0, 130.0]
    count = 0
    for track in (first, 3 - first):
        large = track == 1
        size, y = ((90.0, 80.0), 100.0) if large else (SIZE, 120.0)
        count += len(ride(counter, path, y=y, track=track, size=size))
    assert count == 2


def test_a_leap_against_the_own_motion_is_an_exchange_of_identities() -> None:
    counter = LineCounter(LINE)
    sights = [(130, 160.0), (146, 160.0), (162, 160.0), (80, 100.0)]
    found: list[Crossing] = []
    for index, (x, speed) in enumerate(sights):
        found += counter.step([Sight(1, index * 0.1, (x, 50.0), SIZE, (speed, 0.0))], [])
    assert [crossing for crossing in found if crossing.direction == "ab"] == []


def test_doubtful_tracks_wait_until_they_are_vehicles() -> None:
    counter = LineCounter(LINE)
    assert ride(counter, [90, 110], confirmed=False) == []
    [crossing] = counter.step([Sight(1, 0.2, (130, 100.0), SIZE, (200.0, 0.0))], [])
    assert crossing.t == pytest.approx(0.05)


def placed(x: float, t: float, *, placed: bool = True) -> Sight:
    return Sight(1, t, (x, 100.0), SIZE, (300.0, 0.0), placed=placed)


def test_a_box_that_is_the_whole_picture_crosses_nothing() -> None:
    counter = LineCounter(LINE)
    trembling = [placed(x, t / 10, placed=False) for t, x in enumerate([96, 104, 97, 108, 94, 110])]
    assert [one for sight in trembling for one in counter.step([sight], [])] == []
    assert counter.step([], [1]) == []


def test_who_fills_the_picture_on_its_way_is_counted_when_it_is_over_the_line() -> None:
    counter = LineCounter(LINE)
    ride(counter, [40, 60, 80])
    assert counter.step([placed(100, 0.3, placed=False)], []) == []
    [crossing] = counter.step([placed(130, 0.4)], [])
    assert crossing.at == pytest.approx((100, 100))
    assert crossing.t == pytest.approx(0.2 + 0.2 * 20 / 50)


def test_who_fills_the_picture_when_it_proves_a_vehicle_has_crossed_before() -> None:
    counter = LineCounter(LINE)
    assert ride(counter, [80, 95, 115], confirmed=False) == []
    [crossing] = counter.step([placed(100, 0.3, placed=False)], [])
    assert crossing.t == pytest.approx(0.1 + 0.1 * 5 / 20)


def test_paths_are_forgotten() -> None:
    counter = LineCounter(LINE)
    for track in range(1, 2000):
        ride(counter, [300, 301], track=track)
        counter.step([], [track])
    assert len(counter) == 0


@given(
    start=st.floats(-200, 80),
    speed=st.floats(30, 400),
    shake=st.floats(0, 0.5),
    seed=st.integers(0, 2**16),
    fps=st.sampled_from([5, 10, 15, 25]),
)
def test_whoever_drives_from_far_before_to_far_behind_counts_exactly_once(
    start: float, speed: float, shake: float, seed: int, fps: int
) -> None:
    """With measuring noise below the dead band, at any speed and frame rate."""
    draw = random.Random(seed)
    xs, x = [], start
    while x < 320:
        xs.append(x + draw.uniform(-shake, shake))
        x += speed / fps
    counter = LineCounter(LINE)
    found: list[Crossing] = []
    for index, at in enumerate(xs):
        sight = Sight(1, index / fps, (at, 100.0), SIZE, (speed, 0.0))
        found += counter.step([sight], [])
    found += counter.step([], [1])
    assert [crossing.direction for crossing in found] == ["ba"]
    assert found[0].t == pytest.approx((100 - start) / speed, abs=2 * shake / speed + 1e-6)


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(0, 200)), max_size=60))
def test_no_walk_whatsoever_counts_a_direction_twice(walk: list[tuple[float, float]]) -> None:
    counter = LineCounter(LINE)
    found: list[Crossing] = []
    for index, at in enumerate(walk):
        found += counter.step([Sight(1, index * 0.1, at, SIZE, (0.0, 0.0))], [])
    found += counter.step([], [1])
    directions = [crossing.direction for crossing in found]
    assert len(directions) == len(set(directions))
