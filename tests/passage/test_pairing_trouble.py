"""Clocks, devices and lines that misbehave: nothing is lost, and nobody gets a stranger's part."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.contract.events import Agg, Alarm, Axles, Passage, Tag, Unpaired
from edge_agent.device.readings import CrossingReading, VehicleClass
from tests.passage.road import Car, Street, lane, settled

ALL = ("arrive", "wim", "tag", "leave")


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
