from typing import Any

import pytest

from edge_agent.clock import Stamp
from edge_agent.device.readings import AxlesReading, CrossingReading, Plate, VehicleClass
from edge_agent.passage import merge
from edge_agent.passage.fused import Member

AT = Stamp(1_790_000_000_000, 1_000_000_000, 10)


def look(**more: Any) -> CrossingReading:
    return CrossingReading(AT, "north", "ab", 1, **more)


def member(reading: Any) -> Member:
    return Member("camera", "cam1", "cam1/north", "r-1", AT, reading)


def plate(text: str, confidence: int) -> Plate:
    return Plate(text, confidence, 3, (), (), None, AT, (0, 0, 1, 1), "0" * 64)


def test_class_is_voted_by_confidence() -> None:
    car, truck = VehicleClass.CAR, VehicleClass.TRUCK
    looks = [look(vehicle=car, confidence=600), look(vehicle=truck, confidence=900)]
    assert merge.vehicle_class(looks) == (truck, 540)
    looks.append(look(vehicle=car, confidence=500))
    assert merge.vehicle_class(looks)[0] is car
    assert merge.vehicle_class([]) == (VehicleClass.UNKNOWN, 0)
    assert merge.vehicle_class([look()]) == (VehicleClass.UNKNOWN, 0)


def test_one_who_knows_outvotes_those_who_do_not() -> None:
    looks = [look(), look(), look(vehicle=VehicleClass.BUS, confidence=400)]
    assert merge.vehicle_class(looks)[0] is VehicleClass.BUS


def test_speed_is_the_mean_by_inverse_variance() -> None:
    both = [member(look(speed=500, spread=30)), member(look(speed=530, spread=10))]
    speed, spread = merge.speed(both)
    assert speed == 527
    assert spread == 9


def test_speeds_that_contradict_each_other_are_less_certain() -> None:
    scale = AxlesReading(AT, "1", 1, (), speed=800)
    _, agreed = merge.speed([member(look(speed=800, spread=16)), member(scale)])
    _, apart = merge.speed([member(look(speed=500, spread=10)), member(scale)])
    assert agreed is not None
    assert apart is not None
    assert apart > 8 * agreed


def test_a_speed_without_an_error_has_none() -> None:
    assert merge.speed([member(look(speed=500))]) == (500, None)
    assert merge.speed([member(look())]) == (None, None)


@pytest.mark.parametrize(
    ("plates", "best"),
    [
        ([("30A12345", 700), ("30A12845", 900)], "30A12845"),
        ([("30A12345", 700), ("30A12845", 900), ("30A12345", 750)], "30A12345"),
        ([("30a12345", 999), ("30A12845", 600)], "30A12845"),
        ([], None),
    ],
)
def test_the_best_plate_is_the_one_that_others_confirm(
    plates: list[tuple[str, int]], best: str | None
) -> None:
    chosen = merge.best_plate([look(plate=plate(*each)) for each in plates])
    assert (chosen.text if chosen else None) == best


def test_of_several_reasons_the_nearest_is_told() -> None:
    looks = [look(no_plate="off"), look(no_plate="unreadable"), look(no_plate="too-small")]
    assert merge.telling(merge.why_no_plate(looks)) == "unreadable"
    assert merge.telling([]) == "no-sensor"
