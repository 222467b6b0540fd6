"""Rules without measures."""

from dataclasses import replace

import pytest

from edge_agent.device.readings import VehicleClass
from edge_agent.passage.lanes import LaneSettings
from edge_agent.rules import road
from edge_agent.rules.verdict import Finding, Outcome, Refusal
from tests.rules.cases import PLATE, case, table, vehicle, weighed

CAR, MOTORBIKE, UNKNOWN = VehicleClass.CAR, VehicleClass.MOTORBIKE, VehicleClass.UNKNOWN
EPC = "E28011700000020000000001"
CARS = LaneSettings(only=[CAR], rules=["wrong-lane", "motorbike-in-car-lane"])


def fired(outcome: Outcome) -> str | None:
    """The clause, why it was refused, or None."""
    match outcome:
        case Finding(excess):
            return excess[0].band
        case Refusal(why):
            return why
        case None:
            return None


@pytest.mark.parametrize(
    ("direction", "kind", "expected"),
    [
        ("in", CAR, None),
        ("out", CAR, "168.6.9.d"),
        ("out", MOTORBIKE, "168.7.7.a"),
        ("out", UNKNOWN, "class-unknown"),
        ("out", VehicleClass.BICYCLE, "class-not-in-table"),
    ],
)
def test_wrong_way(direction: str, kind: VehicleClass, expected: str | None) -> None:
    lane = LaneSettings(against="out")
    law = table("wrong-way-2026")
    assert fired(road.wrong_way(case(vehicle(kind, direction=direction), lane), law)) == expected


def test_a_scale_sees_who_drives_backwards() -> None:
    axles = replace(weighed([900, 900], [250]), reverse=True)
    law = table("wrong-way-2026")
    lane = LaneSettings(against="out")
    assert fired(road.wrong_way(case(vehicle(axles=axles), lane), law)) == "168.6.9.d"
    assert road.wrong_way(case(vehicle(axles=axles), LaneSettings()), law) is None


def test_forbidden_turn() -> None:
    law = table("forbidden-turn-2026")
    lane = LaneSettings(against="left")
    assert fired(road.forbidden_turn(case(vehicle(direction="left"), lane), law)) == "168.6.4.k"
    assert road.forbidden_turn(case(vehicle(direction="right"), lane), law) is None


def test_a_motorbike_in_a_car_lane_is_one_violation() -> None:
    rider = case(vehicle(MOTORBIKE), CARS)
    assert road.wrong_lane(rider, table("wrong-lane-2026")) is None
    law = table("motorbike-in-car-lane-2026")
    assert fired(road.motorbike_in_car_lane(rider, law)) == "168.7.3.d"
    alone = case(vehicle(MOTORBIKE), CARS.model_copy(update={"rules": ["wrong-lane"]}))
    assert fired(road.wrong_lane(alone, table("wrong-lane-2026"))) == "168.7.3.d"


def test_a_lane_for_some_classes() -> None:
    law = table("wrong-lane-2026")
    assert fired(road.wrong_lane(case(vehicle(VehicleClass.TRUCK), CARS), law)) == "168.6.5.b"
    assert road.wrong_lane(case(vehicle(CAR), CARS), law) is None
    assert road.wrong_lane(case(vehicle(CAR)), law) is None
    assert fired(road.wrong_lane(case(vehicle(UNKNOWN), CARS), law)) == "class-unknown"


def test_who_may_be_a_motorbike_is_not_judged_as_one() -> None:
    law = table("motorbike-in-car-lane-2026")
    unknown = case(vehicle(UNKNOWN), CARS)
    assert fired(road.motorbike_in_car_lane(unknown, law)) == "class-unknown"
    assert road.motorbike_in_car_lane(case(vehicle(CAR), CARS), law) is None


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ({"tag": "not-detected"}, "168.6.4.a"),
        ({}, "168.6.4.a"),
        ({"tag": "device-down"}, "tag-device-down"),
        ({"tag": "ambiguous"}, "tag-ambiguous"),
        ({"tag": "no-sensor"}, "tag-no-sensor"),
    ],
    ids=lambda value: str(sorted(value.values())) if isinstance(value, dict) else value,
)
def test_no_tag_where_the_reader_listened(missing: dict[str, str], expected: str) -> None:
    law = table("no-tag-2026")
    lane = LaneSettings(tag_needed=True)
    assert fired(road.no_tag(case(vehicle(missing=missing), lane), law)) == expected
    assert road.no_tag(case(vehicle(tag=EPC), lane), law) is None
    assert road.no_tag(case(vehicle()), law) is None


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("51A12345", None),
        ("51A99999", "119.3.3"),
        ("51A12346", "plate-ambiguous"),
        (None, "tag-not-in-list"),
    ],
)
def test_a_tag_that_was_issued_for_another_plate(owner: str | None, expected: str | None) -> None:
    law = table("plate-tag-mismatch-2026")
    sold_for = {} if owner is None else {EPC: owner}
    plate = replace(PLATE, candidates=("51A12346",))
    told = case(vehicle(tag=EPC, plate=plate), sold_for=sold_for)
    assert fired(road.plate_tag_mismatch(told, law)) == expected
    unread = case(vehicle(tag=EPC, plate=None), sold_for=sold_for)
    assert road.plate_tag_mismatch(unread, law) is None


@pytest.mark.parametrize(("extra_ms", "expected"), [(0, None), (1, "168.6.2.đ")])
def test_standing_longer_than_is_let_pass(extra_ms: int, expected: str | None) -> None:
    law = table("stopping-2026")
    stood = law.allowed_s * 1000 + extra_ms
    lane = LaneSettings(stopping=False)
    assert fired(road.stopping(case(vehicle(), lane, stood_ms=stood), law)) == expected
    assert road.stopping(case(vehicle(), lane), law) is None
    assert road.stopping(case(vehicle(), stood_ms=stood), law) is None
