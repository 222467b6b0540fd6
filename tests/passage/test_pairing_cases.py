"""What happens on a road, and what is said of it: one vehicle, one passage."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.contract.events import Agg, Alarm, Axles, Passage, Tag, Unpaired
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


def test_a_jump_of_utc_changes_no_pair() -> None:
    street = Street()
    start = settled(street)
    for n, place in enumerate(ALL):
        due, device, reading = street.readings(Car(start, number=1), place)
        street.wait_until(due)
        jump = -3_600_000 * n
        at = replace(reading.at, utc_ms=reading.at.utc_ms + jump)
        street.clock.step_utc(-3_600_000)
        street.say(device, replace(reading, at=at))
    street.wait(4)
    (event,) = street.passages
    assert len(event.parts) == 4


def test_a_stuttering_sensor_is_heard_once() -> None:
    street = Street()
    start = settled(street)
    said = [street.readings(Car(start, number=1), place) for place in ALL]
    street.hear([one for one in said for _ in range(3)])
    street.wait(4)
    (event,) = street.passages
    assert len(event.parts) == 4
    assert not street.unpaired
    assert sum(isinstance(each, Tag | Axles) for each in street.events) == 2
    assert street.interpreter.repeated == {"cam1": 2, "wim1": 2, "etc1": 2, "cam2": 2}


def test_a_tag_that_is_read_again_in_the_same_pass_is_told_apart() -> None:
    street = Street()
    start = settled(street)
    said = [street.readings(Car(start, number=1), place) for place in ALL]
    due, device, reading = said[2]
    again = replace(reading, at=street.at(start + 40 / 14 + 1.2))
    street.hear([*said, (due + 1.2, device, again)])
    street.wait(6)
    (event,) = street.passages
    assert len(event.parts) == 4
    assert [each.why for each in street.unpaired] == ["not-detected"]


def test_a_reading_hours_late_is_told_and_joins_nobody() -> None:
    street = Street()
    start = settled(street)
    late = [street.readings(Car(start, number=1), place) for place in ALL]
    street.wait(4 * 3600)
    for _, device, reading in late:
        street.say(device, reading)
    assert street.passages == []
    assert [each.why for each in street.unpaired] == ["stale"] * 4


def test_a_reading_from_the_future_is_not_waited_with() -> None:
    street = Street()
    start = settled(street)
    _, device, reading = street.readings(Car(start + 600, number=1), "leave")
    street.say(device, reading)
    (event,) = street.unpaired
    assert event.why == "clock-off"


def test_a_device_that_restarts_in_the_middle_of_a_vehicle() -> None:
    street = Street()
    start = settled(street)
    said = [street.readings(Car(start, number=1), place) for place in ALL]
    street.hear(said[:2])
    street.state("cam2", "down")
    street.wait(0.5)
    street.state("cam2", "ok")
    due, device, reading = said[3]
    assert isinstance(reading, CrossingReading)
    street.hear([said[2], (due, device, replace(reading, run="r2", track=1))])
    street.wait(1)
    (event,) = street.passages
    assert [part.i for part in event.parts][-1] == "r2-1"
    assert len(event.parts) == 4


def test_clocks_are_believed_before_what_waits_is_given_up() -> None:
    street = Street()
    starts = itertools.accumulate((1.0, 6.2, 1.7, 7.1, 1.9, 6.4, 2.1, 1.6))
    street.drive([Car(t, number=n) for n, t in enumerate(starts)])
    street.wait(15)
    whole = [len(event.parts) for event in street.passages]
    assert len(whole) == 8
    # Three vehicles for the clocks; the third still waits when they have spoken.
    assert whole[2:] == [4] * 6
    assert {each.why for each in street.unpaired} <= {"clock-off"}
    assert set(street.used().values()) == {1}


@pytest.mark.parametrize("off_s", [2.0, -2.0])
def test_a_clock_that_is_off_is_said_and_joins_nobody(off_s: float) -> None:
    street = Street()
    gaps = (5.0, 3.1, 7.3, 4.2, 2.7, 6.1, 3.6)
    t, cars = 1.0, []
    for n in range(30):
        cars.append(Car(t, number=n))
        t += gaps[n % 7]
    street.drive(cars, {"wim": off_s})
    street.wait(15)
    street.events += street.interpreter.tick()
    assert all(event.axles is None for event in street.passages)
    assert len(street.passages) == 30
    assert street.passages[-1].why["axles"] == "clock-off"
    alarm = next(e for e in street.events if isinstance(e, Alarm) and e.d == "wim1")
    assert (alarm.code, alarm.state) == ("clock-off", "raised")
    assert f"2.0 s {'after' if off_s > 0 else 'before'}" in alarm.text
    assert [each.why for each in street.unpaired if each.k == "axles"][-1] == "clock-off"


def test_a_clock_that_is_mended_is_believed_again() -> None:
    street = Street()
    gaps = (5.0, 3.1, 7.3, 4.2, 2.7, 6.1, 3.6)
    t, cars = 1.0, []
    for n in range(60):
        cars.append(Car(t, number=n))
        t += gaps[n % 7]
    street.drive(cars[:20], {"wim": 2.0})
    street.events += street.interpreter.tick()
    street.drive(cars[20:])
    street.wait(15)
    street.events += street.interpreter.tick()
    states = [e.state for e in street.events if isinstance(e, Alarm) and e.d == "wim1"]
    assert states == ["raised", "cleared"]
    assert len(street.passages[-1].parts) == 4


def test_what_was_found_of_clocks_is_known_after_a_restart() -> None:
    before = Street()
    settled(before)
    after = Street(scores=before.interpreter.scores)
    after.drive([Car(1.0, number=1)])
    after.wait(1)
    assert [len(event.parts) for event in after.passages] == [4]


def test_stopping_gives_out_what_waits() -> None:
    street = Street()
    street.drive([Car(settled(street), number=1, has=("arrive", "wim"))])
    street.stop()
    assert [len(event.parts) for event in street.passages] == [2]


def test_each_vehicle_is_counted_once() -> None:
    street = Street()
    start = settled(street)
    street.interpreter.tick(everything=True)
    street.drive([Car(start + 3 * n, number=n) for n in range(4)])
    street.wait(12)
    aggs = [e for e in street.interpreter.tick(everything=True) if isinstance(e, Agg)]
    assert sum(count.n for agg in aggs for count in agg.n or []) == 4


def test_lanes_without_places_pass_at_once() -> None:
    bare = lane()
    lines = [line.model_copy(update={"at": None}) for line in bare.lines]
    street = Street(bare.model_copy(update={"lines": lines, "scales": [], "tags": []}))
    street.drive([Car(1.0, number=1, has=("arrive",))])
    assert len(street.passages) == 1
    assert street.passages[0].why["tag"] == "no-sensor"


_WILD = st.lists(
    st.tuples(
        st.sampled_from(ALL),
        st.floats(0, 40),
        st.sampled_from([10.0, 14.0, -9.0]),
        st.sampled_from([VehicleClass.CAR, VehicleClass.MOTORBIKE, VehicleClass.UNKNOWN]),
        st.integers(1, 2),
        st.floats(0, 6),
    ),
    max_size=50,
)


@settings(max_examples=60, deadline=None)
@given(_WILD, st.sampled_from(["", "30A12345"]))
def test_whatever_is_said_each_reading_ends_in_one_event(
    came: list[tuple[str, float, float, VehicleClass, int, float]], plate: str
) -> None:
    street = Street(lane(1), lane(2))
    said = []
    for number, (place, t, speed, vehicle, lane_number, late) in enumerate(came):
        car = Car(t + 10, speed, number, lane_number, vehicle, plate=plate)
        due, device, reading = street.readings(car, place)
        said.append((max(0.0, due + late), device, reading))
    street.hear(said)
    street.wait(200)
    street.stop()
    used = street.used()
    assert set(used.values()) <= {1}
    assert used.total() == len(came)


def facts(event: Passage | Unpaired) -> dict[str, Any]:
    return event.model_dump(exclude={"id"})


def test_the_same_readings_make_the_same_passages_whatever_the_order_of_devices() -> None:
    outcome = []
    for turn in (1, -1):
        street = Street()
        start = settled(street)
        said = [
            street.readings(Car(start + 2.5 * n, number=n), place)
            for n in range(5)
            for place in ALL
        ]
        street.hear(said[::turn])
        street.wait(6)
        outcome.append([facts(event) for event in street.passages])
    assert outcome[0] == outcome[1]
