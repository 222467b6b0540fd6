import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.device.readings import VehicleClass
from edge_agent.vision.frame import CLASSES, Detections
from edge_agent.vision.tracking.nested import Heights, outermost

Box = tuple[float, float, float, float]
BIKE, BUS, CAR = (
    CLASSES.index(one) for one in (VehicleClass.MOTORBIKE, VehicleClass.BUS, VehicleClass.CAR)
)


def found(*things: tuple[Box, float, int]) -> Detections:
    boxes, scores, classes = zip(*things, strict=True)
    return Detections(np.array(boxes, float), np.array(scores), np.array(classes))


def riders(height: float) -> Heights:
    """So high in every row."""
    return lambda feet: np.full(len(feet), height)


def test_a_part_of_a_bus_is_no_vehicle_but_the_motorbike_before_it_is() -> None:
    bus = ((100.0, 50.0, 200.0, 150.0), 0.8, BUS)
    front = ((110.0, 100.0, 190.0, 150.0), 0.6, CAR)
    rider = ((140.0, 110.0, 160.0, 150.0), 0.5, BIKE)
    left = outermost(found(front, rider, bus), 0.1)
    assert left.classes.tolist() == [BUS, BIKE]


def test_the_better_of_two_boxes_stays_even_if_it_is_the_smaller() -> None:
    rider = ((10.0, 10.0, 20.0, 40.0), 0.9, BIKE)
    more = ((8.0, 5.0, 24.0, 42.0), 0.5, BIKE)
    assert outermost(found(more, rider), 0.1).scores.tolist() == [0.9]


def test_riders_in_a_queue_hide_half_of_each_other_and_both_stay() -> None:
    near, far = ((10.0, 30.0, 30.0, 70.0), 0.9, BIKE), ((12.0, 10.0, 30.0, 48.0), 0.8, BIKE)
    assert len(outermost(found(near, far), 0.1).scores) == 2


def test_the_wheel_of_a_car_is_no_motorbike_but_one_that_rides_before_it_is() -> None:
    car = ((100.0, 100.0, 160.0, 160.0), 0.8, CAR)
    wheel = ((98.0, 120.0, 108.0, 141.0), 0.5, BIKE)
    before = ((110.0, 140.0, 119.0, 164.0), 0.5, BIKE)
    behind = ((140.0, 98.0, 160.0, 140.0), 0.5, BIKE)
    left = outermost(found(car, wheel, before, behind), 0.1)
    assert left.boxes.tolist() == [list(one[0]) for one in (car, before, behind)]


def test_the_wheel_of_a_lorry_cannot_be_told_from_a_motorbike_beside_it() -> None:
    bus = ((100.0, 0.0, 260.0, 160.0), 0.8, BUS)
    either = ((110.0, 100.0, 122.0, 130.0), 0.5, BIKE)
    assert len(outermost(found(bus, either), 0.1).scores) == 2


@pytest.mark.parametrize(("rider", "left"), [(35.0, 2), (50.0, 1)])
def test_but_by_how_high_riders_are_who_stand_there(rider: float, left: int) -> None:
    bus = ((100.0, 0.0, 260.0, 160.0), 0.8, BUS)
    either = ((110.0, 100.0, 122.0, 130.0), 0.5, BIKE)
    assert len(outermost(found(bus, either), 0.1, riders(rider)).scores) == left


def test_nobody_is_the_wheel_of_who_knows_what() -> None:
    blob = ((100.0, 0.0, 260.0, 160.0), 0.8, CLASSES.index(VehicleClass.UNKNOWN))
    rider = ((110.0, 100.0, 122.0, 130.0), 0.5, BIKE)
    assert len(outermost(found(blob, rider), 0.1, riders(50.0)).scores) == 2


def test_what_scores_too_low_is_left_out() -> None:
    one = ((0.0, 0.0, 9.0, 9.0), 0.2, CAR)
    assert len(outermost(found(one), 0.25).scores) == 0
    assert len(outermost(Detections.none(), 0.25).scores) == 0


def test_what_has_no_area_is_left_out() -> None:
    turned, flat = ((9.0, 0.0, 2.0, 9.0), 0.9, CAR), ((0.0, 5.0, 9.0, 5.0), 0.9, CAR)
    sound = ((20.0, 20.0, 40.0, 40.0), 0.6, CAR)
    assert outermost(found(turned, sound, flat), 0.25).scores.tolist() == [0.6]


@given(
    st.lists(
        st.tuples(
            st.tuples(*[st.floats(0, 60)] * 2, *[st.floats(1, 40)] * 2),
            st.floats(0, 1),
            st.sampled_from([BIKE, BUS, CAR]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_nothing_is_invented_and_twice_is_as_good_as_once(
    things: list[tuple[Box, float, int]],
) -> None:
    all_of_them = found(*(((x, y, x + w, y + h), s, c) for (x, y, w, h), s, c in things))
    once = outermost(all_of_them, 0.0)
    assert once.scores.max() == all_of_them.scores.max()
    assert {tuple(box) for box in once.boxes} <= {tuple(box) for box in all_of_them.boxes}
    assert outermost(once, 0.0).boxes.tolist() == once.boxes.tolist()
