"""Incidents out of readings: one for each kind and lane, under one id."""

import itertools
from dataclasses import replace

import pytest

from edge_agent.clock import ManualClock, Stamp
from edge_agent.device.readings import (
    Colour,
    ConditionReading,
    CrossingReading,
    SignalReading,
    Stray,
    StrayReading,
    VehicleClass,
    ZoneReading,
)
from edge_agent.incidents.event import event
from edge_agent.incidents.incidents import DELAYS, WRONG_WAY_S, Incidents
from edge_agent.passage.heading import Heading
from edge_agent.passage.lanes import LaneSettings, LineSource

LANES = {
    "north-1": LaneSettings(lines=[LineSource(device="cam1", line="stop")], against="out"),
    "north-2": LaneSettings(lines=[LineSource(device="cam1", line="second")]),
}


def at(seconds: float) -> Stamp:
    return Stamp(1_790_000_000_000 + round(seconds * 1000), round(seconds * 1e9) + 10**12)


def stray(
    what: Stray = "stopped", number: int = 1, *, place: str = "north-1", active: bool = True,
    when: float = 30, lasted: float = 30,
) -> StrayReading:  # fmt: skip
    return StrayReading(
        at(when), what, place, number, active, round(lasted * 1000), (1, 2, 3, 4), "r",
        VehicleClass.CAR, 900, "a" * 64,
    )  # fmt: skip


@pytest.fixture
def incidents() -> Incidents:
    numbers = itertools.count(1)
    return Incidents(LANES, lambda _: f"N{next(numbers)}")


def said(incidents: Incidents, seconds: float) -> list[tuple[str, str, str]]:
    return [(told.inc, told.kind, told.state) for told in incidents.tick(at(seconds))]


def test_a_vehicle_stands_and_drives_on(incidents: Incidents) -> None:
    incidents.read("cam1", stray())
    (told,) = incidents.tick(at(30))
    assert (told.about, told.lane, told.inc, told.kind) == (
        "north-1",
        "north-1",
        "N1",
        "stopped-vehicle",
    )
    assert told.since == at(0)
    assert (told.n, told.picture, told.state) == (1, "a" * 64, "raised")
    assert incidents.open == {("stopped-vehicle", "north-1"): "N1"}
    incidents.read("cam1", stray(active=False, when=90))
    assert said(incidents, 90) == []
    assert said(incidents, 95) == [("N1", "stopped-vehicle", "cleared")]
    assert incidents.open == {}


def test_two_in_one_lane_are_one_incident(incidents: Incidents) -> None:
    incidents.read("cam1", stray(number=1))
    incidents.read("cam1", stray(number=2, when=31))
    incidents.read("cam1", stray(number=3, place="north-2"))
    assert [(told.lane, told.n) for told in incidents.tick(at(31))] == [
        ("north-1", 2),
        ("north-2", 1),
    ]
    incidents.read("cam1", stray(number=1, active=False))
    assert [(t.state, t.n) for t in incidents.tick(at(50))] == [("updated", 1)]


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("stopped", "stopped-vehicle"),
        ("object", "debris"),
        ("person-sized", "pedestrian"),
        ("wrong-way", "wrong-way"),
    ],
)
def test_every_stray_has_its_kind(incidents: Incidents, what: Stray, kind: str) -> None:
    incidents.read("cam1", stray(what))
    assert said(incidents, 30) == [("N1", kind, "raised")]


def test_a_stretch_that_is_no_lane_is_the_cameras(incidents: Incidents) -> None:
    incidents.read("cam1", stray(place="middle"))
    (told,) = incidents.tick(at(30))
    assert (told.about, told.lane) == ("cam1", None)


def test_who_drives_the_wrong_way(incidents: Incidents) -> None:
    crossing = CrossingReading(at(0), "stop", "ba", 7, VehicleClass.MOTORBIKE, 900, run="r")
    incidents.read("cam1", replace(crossing, direction="ab"))
    incidents.read("cam1", replace(crossing, line="second"))
    incidents.read("cam2", crossing)
    assert said(incidents, 0) == []
    incidents.read("cam1", crossing)
    (told,) = incidents.tick(at(0))
    assert told.text == "A motorbike drives against the direction"
    incidents.read("cam1", stray("wrong-way", 7, place="stop"))
    assert said(incidents, 1) == []  # the same vehicle, seen twice
    incidents.read("cam1", stray("wrong-way", 7, place="stop", active=False))
    assert said(incidents, 2) == []
    assert said(incidents, 2 + DELAYS["wrong-way"].off_s) == [("N1", "wrong-way", "cleared")]
    incidents.read("cam1", replace(crossing, track=8, at=at(1000)))
    assert said(incidents, 1000) == [("N2", "wrong-way", "raised")]
    assert said(incidents, 1000 + WRONG_WAY_S) == []
    later = 1000 + WRONG_WAY_S + DELAYS["wrong-way"].off_s
    assert said(incidents, later) == [("N2", "wrong-way", "cleared")]


def test_a_jam(incidents: Incidents) -> None:
    delays = DELAYS["congestion"]
    incidents.level("north-1", "camera", "slow", at(0))
    incidents.level("north-1", "camera", "jammed", at(60))
    assert said(incidents, 60) == []
    incidents.level("north-1", "camera", "jammed", at(120))
    incidents.level("north-1", "camera", None, at(125))
    assert said(incidents, 60 + delays.on_s) == [("N1", "congestion", "raised")]
    incidents.level("north-1", "camera", "dense", at(300))
    assert said(incidents, 300) == []
    assert said(incidents, 300 + delays.off_s) == [("N1", "congestion", "cleared")]


def test_lamps_go_dark_and_come_back(incidents: Incidents) -> None:
    lit = SignalReading(at(0), {1: Colour.GREEN, 2: Colour.RED})
    incidents.read("ctl1", lit)
    assert said(incidents, 0) == []
    incidents.read("ctl1", replace(lit, at=at(10), phases={1: Colour.DARK, 2: Colour.RED}))
    assert said(incidents, 11) == []
    (told,) = incidents.tick(at(12))
    assert (told.kind, told.lane, told.about, told.text) == (
        "signal-dark",
        None,
        "ctl1",
        "Dark, phases: 1",
    )
    incidents.read("ctl1", replace(lit, at=at(20)))
    assert said(incidents, 20) == []
    assert said(incidents, 25) == [("N1", "signal-dark", "cleared")]


def test_a_phase_without_lamps_is_not_dark_but_one_that_a_lane_obeys_is() -> None:
    obeys = {"device": "ctl1", "phase": 4, "camera": "cam1", "line": "stop"}
    road = Incidents({"n1": LaneSettings.model_validate({"signal": obeys})}, lambda _: "N1")
    road.read("ctl1", SignalReading(at(0), {2: Colour.GREEN, 3: Colour.DARK, 4: Colour.DARK}))
    (told,) = road.tick(at(5))
    assert told.text == "Dark, phases: 4"
    road.read("ctl1", SignalReading(at(6), {2: Colour.GREEN, 3: Colour.DARK, 4: Colour.RED}))
    assert [one.state for one in road.tick(at(20)) + road.tick(at(40))] == ["cleared"]


def test_conflicts_by_lamps_and_by_greens_are_one(incidents: Incidents) -> None:
    incidents.read("ctl1", SignalReading(at(0), {1: Colour.CONFLICT}))
    incidents.read("ctl1", ConditionReading(at(0), "conflict", active=True, text="1 with 2"))
    assert said(incidents, 0) == [("N1", "signal-conflict", "raised")]
    incidents.read("ctl1", ConditionReading(at(1), "conflict", active=False))
    incidents.read("ctl1", ConditionReading(at(1), "all-dark", active=True))
    incidents.read("ctl1", ZoneReading(at(1), "z", 3, 4))
    incidents.read("ctl1", SignalReading(at(2), {1: Colour.GREEN}))
    assert said(incidents, 2) == []
    assert said(incidents, 7) == [("N1", "signal-conflict", "cleared")]


def test_a_camera_that_is_down_holds_nothing_open(incidents: Incidents) -> None:
    incidents.read("cam1", stray())
    said(incidents, 30)
    incidents.device("cam2", up=False)
    incidents.device("cam1", up=True)
    assert said(incidents, 40) == []
    incidents.device("cam1", up=False)
    assert said(incidents, 41) == []
    assert said(incidents, 46) == [("N1", "stopped-vehicle", "cleared")]


def test_a_stop_clears_what_is_open(incidents: Incidents) -> None:
    incidents.read("cam1", stray())
    said(incidents, 30)
    incidents.read("cam1", stray("object", place="north-2"))
    assert [(told.inc, told.state) for told in incidents.finish(at(31))] == [("N1", "cleared")]
    assert incidents.finish(at(32)) == []


def test_what_flaps_is_counted(incidents: Incidents) -> None:
    for turn in range(3):
        now = 100 * turn
        incidents.read("cam1", stray(when=now, lasted=0))
        said(incidents, now)
        incidents.read("cam1", stray(active=False, when=now))
        said(incidents, now)
        said(incidents, now + 90)
    assert incidents.flaps == 2


def test_the_event_of_the_contract(incidents: Incidents) -> None:
    incidents.read("cam1", stray())
    (told,) = incidents.tick(at(30))
    made = event(Heading("u1", ManualClock()), told)
    expected = {
        "d": "north-1",
        "t": at(30).utc_ms,
        "inc": "N1",
        "kind": "stopped-vehicle",
        "state": "raised",
        "since": at(0).utc_ms,
        "lane": "north-1",
        "text": "A vehicle stands",
        "n": 1,
        "pic": "a" * 64,
    }
    assert {key: made.model_dump()[key] for key in expected} == expected
