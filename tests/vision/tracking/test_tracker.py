import copy

import numpy as np
import pytest

from edge_agent.device.readings import VehicleClass
from edge_agent.vision.frame import CLASSES, Detections
from edge_agent.vision.tracking.tracker import Tracker, TrackerSettings

Box = tuple[float, float, float, float]
CAR, BIKE, BUS = (
    CLASSES.index(one) for one in (VehicleClass.CAR, VehicleClass.MOTORBIKE, VehicleClass.BUS)
)


def found(
    *boxes: Box, scores: list[float] | None = None, classes: list[int] | None = None
) -> Detections:
    count = len(boxes)
    return Detections(
        np.array(boxes, float).reshape(-1, 4),
        np.full(count, 0.9) if scores is None else np.array(scores, float),
        np.full(count, CAR) if classes is None else np.array(classes),
    )


def box(x: float, y: float = 100.0, w: float = 20.0, h: float = 16.0) -> Box:
    return (x - w / 2, y - h / 2, x + w / 2, y + h / 2)


def test_a_motorbike_that_moves_its_own_length_per_frame_keeps_its_number() -> None:
    """Plain overlap is zero between any two frames."""
    tracker = Tracker()
    for step in range(20):
        tracks = tracker.update(step * 0.1, found(box(20 + 22 * step)))
    assert tracks.ids.tolist() == [1]
    assert tracks.velocity[0, 0] == pytest.approx(220, rel=0.03)
    assert tracks.hits.tolist() == [20]


def test_riders_abreast_keep_apart() -> None:
    tracker = Tracker()
    for step in range(20):
        boxes = [box(20 + 18 * step, y, w=24, h=18) for y in (80, 100, 120)]
        tracks = tracker.update(step * 0.1, found(*boxes))
    assert tracks.ids.tolist() == [1, 2, 3]
    assert [round(float((b[1] + b[3]) / 2)) for b in tracks.boxes] == [80, 100, 120]


def test_overtaking_swaps_nobody() -> None:
    tracker = Tracker()
    for step in range(30):
        boxes = [box(50 + 9 * step, 100), box(10 + 13 * step, 112)]
        tracks = tracker.update(step * 0.1, found(*boxes))
    centre = {
        int(n): float((b[1] + b[3]) / 2) for n, b in zip(tracks.ids, tracks.boxes, strict=True)
    }
    assert centre == {1: 100, 2: 112}


def test_a_gap_is_bridged_by_motion_on_real_time() -> None:
    """Five frames shed: the step is longer, the number stays."""
    tracker = Tracker()
    times = [0, 0.1, 0.2, 0.3, 0.9, 1.0]
    for t in times:
        tracks = tracker.update(t, found(box(20 + 150 * t)))
    assert tracks.ids.tolist() == [1]


def test_a_weak_detection_continues_a_track() -> None:
    tracker = Tracker()
    for step in range(3):
        tracker.update(step * 0.1, found(box(50 + 5 * step)))
    tracks = tracker.update(0.3, found(box(65), scores=[0.3]))
    assert tracks.ids.tolist() == [1]
    assert tracks.seen.tolist() == [True]
    assert tracks.hits.tolist() == [4]


def test_weak_detections_alone_are_no_vehicle() -> None:
    tracker = Tracker()
    for step in range(20):
        score = 0.9 if step == 10 else 0.4
        tracks = tracker.update(step * 0.1, found(box(50 + 5 * step), scores=[score]))
        assert tracks.ids.tolist() == [1]
        assert not tracks.confirmed.any()


def test_a_vehicle_that_was_seen_dimly_at_first_has_its_way_from_there() -> None:
    """So that who is seen well only behind the line has crossed it."""
    tracker = Tracker()
    for step in range(6):
        score = 0.3 if step < 4 else 0.9
        tracks = tracker.update(step * 0.1, found(box(50 + 8 * step), scores=[score]))
    assert tracks.ids.tolist() == [1]
    assert tracks.hits.tolist() == [6]
    assert tracks.confirmed.tolist() == [True]


@pytest.mark.parametrize(("before", "taken"), [(6, True), (20, False)])
def test_a_doubt_of_long_standing_is_no_part_of_who_drives_over_it(
    before: int, taken: bool
) -> None:
    """A shadow that looked like a lorry for two seconds does not leave with the first that comes.

    One that was doubted only just before was this lorry, on its way into the view.
    """
    tracker = Tracker(size=(320, 176))
    shadow = (0.0, 12.0, 300.0, 176.0)
    for step in range(before):
        tracker.update(step * 0.1, found(shadow, scores=[0.4]))
    tracks = tracker.update(before * 0.1, found((0.0, 12.0, 140.0, 120.0), scores=[0.6]))
    assert tracks.ids.tolist() == ([1] if taken else [1, 2])


def test_a_doubt_of_long_standing_that_proves_true_where_it_is_keeps_its_number() -> None:
    tracker = Tracker()
    for step in range(30):
        score = 0.3 if step < 25 else 0.9
        tracks = tracker.update(step * 0.1, found(box(50 + 3 * step), scores=[score]))
    assert tracks.ids.tolist() == [1]
    assert tracks.confirmed.tolist() == [True]


def test_the_dim_never_take_what_belongs_to_the_clear() -> None:
    """A ghost beside a vehicle, before it in the list: the vehicle keeps its number."""
    tracker = Tracker()
    for step in range(3):
        tracker.update(step * 0.1, found(box(50 + 5 * step)))
    both = found(box(56), box(66), scores=[0.45, 0.9])
    tracks = tracker.update(0.3, both)
    assert tracks.ids.tolist() == [1, 2]
    assert tracks.confirmed.tolist() == [True, False]
    assert tracks.boxes[:, 0].tolist() == pytest.approx([56, 46], abs=1)


def test_the_dead_are_named_once_and_doubtful_ones_die_sooner() -> None:
    settings = TrackerSettings()
    tracker = Tracker(settings)
    tracker.update(0.0, found(box(50), box(400)))
    for step in (1, 2):
        tracker.update(step * 0.1, found(box(50 + 5 * step)))
    ended: list[tuple[float, int]] = []
    for step in range(3, 40):
        tracks = tracker.update(step * 0.1, Detections.none())
        ended += [(round(step * 0.1, 1), number) for number in tracks.ended.tolist()]
    assert ended == [(0.4, 2), (round(0.3 + settings.patience_s, 1), 1)]


def test_a_newcomer_is_expected_to_move_like_those_before_it() -> None:
    """Fast, its own length twice over per frame, beside another: only the place knows the way."""
    tracker = Tracker()
    t, last = 0.0, 0
    for lap in range(12):
        # The first ones drive slower than their own length a frame, so that they can be learnt.
        speed = 18 if lap < 10 else 30
        numbers: list[int] = []
        for step in range(20):
            t += 0.1
            tracks = tracker.update(t, found(box(20 + speed * step)))
            numbers += tracks.ids[tracks.seen].tolist()
        last = len(set(numbers))
        t += 5.0
        tracker.update(t, Detections.none())
    assert last == 1


def test_classes_are_voted_over_the_whole_track() -> None:
    tracker = Tracker()
    for step, kind in enumerate([CAR, BIKE, BIKE, CAR, BIKE]):
        tracks = tracker.update(step * 0.1, found(box(50 + 5 * step), classes=[kind]))
    assert CLASSES[tracks.votes[0].argmax()] is VehicleClass.MOTORBIKE
    assert tracks.score[0] == pytest.approx(0.9)


def test_looks_from_nearby_say_more_about_the_class_than_those_from_afar() -> None:
    tracker = Tracker()
    for step in range(14):
        height = 12.0 + 4 * step
        kind = CAR if height < 44 else BUS  # a bus far away at dusk: eight looks against six
        tracks = tracker.update(
            step * 0.1, found(box(100, 100 + 3 * step, 1.2 * height, height), classes=[kind])
        )
    assert tracks.ids.tolist() == [1]
    assert CLASSES[int(tracks.votes[0].argmax())] is VehicleClass.BUS


@pytest.mark.parametrize("width", [90, 310])
def test_who_drives_into_a_close_view_and_out_again_keeps_its_number(width: int) -> None:
    """Of what the edges cut, only the width stays; a car's front takes five frames of ten a second.

    The next one comes in while the last one leaves.
    """
    tracker = Tracker(size=(640, 360))
    cars = [(100.0, 0.0), (106.0, 0.5)]
    for step in range(20):
        feet = [400.0 * (step * 0.1 - late) + 20 for _, late in cars]
        seen = [
            (left, max(0.0, foot - 340), left + width, min(360.0, foot))
            for (left, _), foot in zip(cars, feet, strict=True)
            if 5 < foot < 680
        ]
        tracks = tracker.update(step * 0.1, found(*seen))
    assert sorted(tracks.ids.tolist()) == [1, 2]


def test_a_lorry_that_grows_by_half_from_frame_to_frame_keeps_its_number() -> None:
    tracker = Tracker(size=(640, 360))
    lorry = [(125, 0, 514, 73), (73, 3, 561, 136), (63, 21, 574, 210), (0, 12, 637, 314)]
    for step, seen in enumerate(lorry):
        tracks = tracker.update(step * 0.1, found(seen))
    assert tracks.ids.tolist() == [1]


def test_who_left_over_the_edge_takes_nothing_from_who_comes_after_it() -> None:
    tracker = Tracker(size=(640, 360))
    for step in range(4):
        tracks = tracker.update(step * 0.1, found((100, 0, 560, 350)))
    assert tracks.confirmed.tolist() == [True]
    tracker.update(1.0, found((130, 0, 520, 40)))
    tracker.update(1.1, found((120, 0, 530, 120)))
    tracks = tracker.update(1.2, found((100, 0, 550, 260)))
    assert tracks.ids[tracks.seen].tolist() == [2]


@pytest.mark.parametrize(("score", "who"), [(0.3, 2), (0.9, 1)])
def test_a_clear_find_brings_back_who_left_over_the_edge_and_no_dim_one(
    score: float, who: int
) -> None:
    tracker = Tracker(size=(640, 360))
    for step in range(4):
        tracker.update(step * 0.1, found((100, 0, 560, 350)))
    tracks = tracker.update(1.0, found((100, 0, 560, 350), scores=[score]))
    assert tracks.ids[tracks.seen].tolist() == [who]


@pytest.mark.parametrize(("gap", "who"), [(0.3, 1), (0.5, 2)])
def test_nothing_brings_back_who_filled_the_picture_and_was_lost(gap: float, who: int) -> None:
    tracker = Tracker(size=(640, 360))
    for step in range(4):
        tracker.update(step * 0.1, found((0, 0, 640, 360)))
    tracks = tracker.update(0.3 + gap, found((60, 0, 600, 330)))
    assert tracks.ids[tracks.seen].tolist() == [who]


def test_the_end_of_a_vehicle_says_less_about_its_class_than_all_of_it() -> None:
    tracker = Tracker(size=(640, 360))
    for step, kind in enumerate([BIKE, BIKE, BIKE, CAR, CAR]):
        y = 340.0 - 25 * step
        whole = (100.0, y, 180.0, min(y + 90, 360))
        tracks = tracker.update(step * 0.1, found(whole, classes=[kind]))
    assert tracks.ids.tolist() == [1]
    assert CLASSES[tracks.votes[0].argmax()] is VehicleClass.CAR
    assert tracks.score[0] == pytest.approx(0.9)


def test_the_wheel_of_a_bus_is_no_vehicle_once_riders_were_seen_where_it_is() -> None:
    tracker = Tracker(size=(640, 360))
    for step in range(200):  # a rider is as high as three tenths of the way down from row 60
        riders = [box(60 + 2 * step, foot - 15, 18, 0.3 * (foot - 60)) for foot in (160, 240)]
        tracker.update(step * 0.1, found(*riders, scores=[0.9, 0.9], classes=[BIKE, BIKE]))
    bus, wheel, rider = (200.0, 60.0, 420.0, 300.0), box(300, 200, 20, 28), box(240, 200, 20, 56)
    for step in range(4):
        tracks = tracker.update(
            30 + step * 0.1,
            found(bus, wheel, rider, scores=[0.9, 0.6, 0.6], classes=[BUS, BIKE, BIKE]),
        )
    seen = tracks.boxes[tracks.seen]
    assert sorted(seen.tolist()) == sorted([list(bus), list(rider)])


def test_results_do_not_change_afterwards() -> None:
    tracker = Tracker()
    first = tracker.update(0.0, found(box(50)))
    kept = copy.deepcopy(first)
    tracker.update(0.1, found(box(70)))
    tracker.update(0.2, Detections.none())
    for name in ("ids", "boxes", "velocity", "hits", "votes", "score"):
        assert (getattr(first, name) == getattr(kept, name)).all(), name


def test_empty_frames_are_nothing_special() -> None:
    tracker = Tracker()
    for step in range(3):
        assert len(tracker.update(step * 0.1, Detections.none()).ids) == 0
