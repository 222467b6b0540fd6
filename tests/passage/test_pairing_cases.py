"""What happens on a road, and what is said of it: one vehicle, one passage."""

from dataclasses import replace

import pytest

from edge_agent.contract.events import Tag
from edge_agent.device.readings import CrossingReading, TagReading, VehicleClass
from tests.passage.road import Car, Street, lane, settled

ALL = ("arrive", "wim", "tag", "leave")


def test_four_sensors_make_one_passage() -> None:
    street = Street()
    start = settled(street)
    street.drive([Car(start, number=7, plate="30A12345")])
    street.wait(1)
    (event,) = street.passages
    assert [(part.k, part.d, part.i) for part in event.parts] == [
        ("camera", "cam1", "r1-7"),
        ("axles", "wim1", "7"),
        ("tag", "etc1", event.parts[2].i),
        ("camera", "cam2", "r1-7"),
    ]
    assert event.parts[0].r is None
    assert all(abs(part.r) < 300 for part in event.parts[1:] if part.r is not None)
    assert event.t == street.at(start).utc_ms
    assert (event.lane, event.dir, event.cls, event.spd) == ("l1", "in", "car", 504)
    assert event.plate is not None
    assert event.tag is not None
    assert event.axles is not None
    assert (event.plate.t, event.tag.epc, event.axles.gross) == ("30A12345", "30000007", 1600)
    assert event.why == {"signal": "no-sensor"}


def test_a_part_names_its_raw_event() -> None:
    street = Street()
    street.drive([Car(settled(street), number=7)])
    street.wait(1)
    (tag,) = (event for event in street.events if isinstance(event, Tag))
    assert tag.i == street.passages[0].parts[2].i


def test_the_passage_leaves_when_its_last_part_has_come() -> None:
    street = Street()
    start = settled(street)
    car = Car(start, number=7)
    street.drive([car])
    last = max(street.readings(car, place)[0] for place in ALL)
    street.wait_until(last + 0.1)
    assert len(street.passages) == 1


def test_a_part_that_never_comes_is_waited_for_until_the_horizon() -> None:
    street = Street()
    start = settled(street)
    street.drive([Car(start, number=7, has=("arrive", "wim", "leave"))])
    leaves = start + 60 / 14
    street.wait_until(leaves + 2.7)
    assert street.passages == []
    street.wait_until(leaves + 3.3)
    (event,) = street.passages
    assert (event.tag, event.why["tag"]) == (None, "not-detected")


def test_a_device_that_is_down_is_the_reason() -> None:
    street = Street()
    start = settled(street)
    street.state("etc1", "down")
    street.state("cam2", "down")
    street.drive([Car(start, number=7, has=("arrive", "wim"))])
    street.wait(12)
    (event,) = street.passages
    assert (event.why["tag"], event.why["cam2"]) == ("device-down", "device-down")


def test_motorbikes_abreast_are_two_and_nobody_gets_the_others_plate() -> None:
    street = Street()
    start = settled(street)
    bike = Car(start, number=1, vehicle=VehicleClass.MOTORBIKE, has=("arrive", "leave"))
    street.drive([bike, replace(bike, t=start + 0.03, number=2)])
    street.wait(12)
    assert len(street.passages) == 2
    for event in street.passages:
        assert len({part.i for part in event.parts}) == 1
        assert event.why["axles"] == "no-sensor"
    assert {each.why for each in street.unpaired} <= {"ambiguous"}
    assert set(street.used().values()) == {1}


def test_plates_tell_motorbikes_abreast_apart() -> None:
    street = Street()
    start = settled(street)
    said = []
    for number, text in ((1, "29X112345"), (2, "59P298761")):
        bike = Car(start + number * 0.03, number=number, vehicle=VehicleClass.MOTORBIKE, plate=text)
        due, device, seen = street.readings(bike, "arrive")
        assert isinstance(seen, CrossingReading)
        plate = street.plate(text, seen.at)
        said += [
            (due, device, replace(seen, plate=plate, no_plate="")),
            street.readings(bike, "leave"),
        ]
    street.hear(said)
    street.wait(12)
    assert [[part.i for part in event.parts] for event in street.passages] == [
        ["r1-1", "r1-1"],
        ["r1-2", "r1-2"],
    ]


def test_tailgating_trucks_keep_their_own_axles() -> None:
    street = Street()
    start = settled(street)
    first = Car(start, number=1, vehicle=VehicleClass.TRUCK, axles=5)
    street.drive([first, replace(first, t=start + 1.1, number=2, axles=3)])
    street.wait(6)
    assert [len(event.axles.ax) for event in street.passages if event.axles] == [5, 3]


def test_a_missed_truck_between_two_gets_nobodys_weight() -> None:
    street = Street()
    start = settled(street)
    one = Car(start, number=1, vehicle=VehicleClass.TRUCK, axles=5)
    missed = replace(one, t=start + 1.4, number=2, has=("arrive", "leave"))
    street.drive([one, missed, replace(one, t=start + 2.8, number=3, axles=4)])
    street.wait(12)
    weighed = {event.parts[0].i: event.axles and len(event.axles.ax) for event in street.passages}
    assert weighed == {"r1-1": 5, "r1-2": None, "r1-3": 4}
    assert [event.why.get("axles") for event in street.passages] == [None, None, "not-detected"]
    assert not street.unpaired


def test_two_tags_at_once_are_both_the_vehicles() -> None:
    street = Street()
    start = settled(street)
    car = Car(start, number=1, has=("arrive", "wim", "leave"))
    due, device, reading = street.readings(car, "tag")
    assert isinstance(reading, TagReading)
    other = replace(reading, at=street.at(start + 40 / 14 + 0.03), epc="30ABCDEF", reads=4)
    street.drive([car])
    street.hear([(due, device, reading), (due + 0.01, device, other)])
    street.wait(4)
    (event,) = street.passages
    assert [part.k for part in event.parts].count("tag") == 2
    assert event.tag is not None
    assert event.tag.epc == "30000001", "the one that was heard more often"
    assert not street.unpaired


def test_a_tag_that_is_not_the_plates_stays_with_its_vehicle() -> None:
    street = Street()
    street.drive([Car(settled(street), number=1, plate="30A12345", epc="30FFFFFF")])
    street.wait(2)
    (event,) = street.passages
    assert event.plate is not None
    assert event.tag is not None
    assert (event.plate.t, event.tag.epc) == ("30A12345", "30FFFFFF")


def test_a_tag_alone_is_no_vehicle() -> None:
    street = Street()
    street.drive([Car(settled(street), number=1, has=("tag",))])
    street.wait(12)
    assert street.passages == []
    (event,) = street.unpaired
    assert (event.k, event.why, event.lane) == ("tag", "not-detected", "l1")
    assert event.tag is not None


@pytest.mark.parametrize("place", ["arrive", "wim", "leave"])
def test_a_camera_or_scale_alone_is_a_vehicle(place: str) -> None:
    street = Street()
    street.drive([Car(settled(street), number=1, has=(place,))])
    street.wait(15)
    (event,) = street.passages
    assert [part.k for part in event.parts] == ["axles" if place == "wim" else "camera"]
    assert event.cls == ("unknown" if place == "wim" else "car")
    assert not street.unpaired


def test_a_tag_heard_across_lanes_belongs_where_it_was_heard_more() -> None:
    street = Street(lane(1), lane(2))
    start = settled(street)
    car = Car(start, number=1)
    street.drive([car])
    _, device, reading = street.readings(car, "tag")
    assert isinstance(reading, TagReading)
    street.say(device, replace(reading, antenna=2, reads=2))
    street.wait(12)
    (event,) = street.passages
    assert event.tag is not None
    (across,) = street.unpaired
    assert (across.lane, across.why) == ("l2", "ambiguous")


def test_a_tag_heard_first_across_lanes_still_reaches_its_own() -> None:
    street = Street(lane(1), lane(2))
    start = settled(street)
    car = Car(start, number=1)
    due, device, reading = street.readings(car, "tag")
    assert isinstance(reading, TagReading)
    said = [street.readings(car, place) for place in ALL]
    street.hear([*said, (due - 0.2, device, replace(reading, antenna=2, reads=2))])
    street.wait(12)
    assert [event.tag is not None for event in street.passages] == [True]
    assert [(each.lane, each.why) for each in street.unpaired] == [("l2", "ambiguous")]


def test_who_changes_lanes_stays_one_vehicle() -> None:
    street = Street(lane(1), lane(2))
    start = settled(street)
    street.drive([Car(start, number=1, lanes={"tag": 2, "leave": 2})])
    street.wait(12)
    (event,) = street.passages
    assert event.lane == "l1"
    assert [part.d for part in event.parts] == ["cam1", "wim1", "etc1", "cam2"]
    assert event.why == {"plate": "no-sensor", "signal": "no-sensor"}
    assert not street.unpaired


def test_two_who_could_have_changed_are_not_guessed() -> None:
    street = Street(lane(1), lane(2), lane(3))
    start = settled(street)
    one = Car(start, number=1, has=("arrive", "leave"), lanes={"leave": 2})
    other = replace(one, t=start + 0.05, number=2, lane=3, lanes={"leave": 2}, has=("arrive",))
    street.drive([one, other])
    street.wait(12)
    assert sorted((event.lane, len(event.parts)) for event in street.passages) == [
        ("l1", 1),
        ("l2", 1),
        ("l3", 1),
    ]
    assert set(street.used().values()) == {1}


def test_lanes_of_two_roads_do_not_exchange_vehicles() -> None:
    street = Street(lane(1), lane(2, road="west"))
    start = settled(street)
    street.drive([Car(start, number=1, lanes={"leave": 2}, has=("arrive", "wim", "leave"))])
    street.wait(12)
    assert [event.lane for event in street.passages] == ["l1", "l2"]


def test_wrong_way_is_one_passage_the_other_way_round() -> None:
    street = Street()
    start = settled(street)
    street.drive([Car(start + 8, -10.0, number=1, has=("leave", "wim", "arrive"))])
    street.wait(15)
    (event,) = street.passages
    assert event.dir == "out"
    assert [part.d for part in event.parts] == ["cam2", "wim1", "cam1"]
    assert event.t == street.at(start + 2).utc_ms
