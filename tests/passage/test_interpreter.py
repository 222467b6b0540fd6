from typing import Any

import pytest

from edge_agent.clock import ManualClock, stamp
from edge_agent.contract import topics, wire
from edge_agent.contract.events import Agg, Alarm, Figure, Passage, Signal
from edge_agent.device.readings import (
    Colour,
    ConditionReading,
    CrossingReading,
    DetectorReading,
    FigureReading,
    Plate,
    SignalReading,
    VehicleClass,
    ZoneReading,
)
from edge_agent.passage.heading import Heading
from edge_agent.passage.interpreter import Interpreter
from edge_agent.passage.lanes import DetectorSource, LaneSettings, LineSource, ZoneSource

LANE = LaneSettings(
    lines=[LineSource(device="cam1", line="stop", ab="in", ba="wrong")],
    zones=[ZoneSource(device="cam1", zone="queue")],
    detectors=[DetectorSource(device="ctl1", detector="d1", dir="in")],
)


def make(clock: ManualClock, **lanes: LaneSettings) -> Interpreter:
    return Interpreter(Heading("rsu-1", clock), lanes)


def crossing(clock: ManualClock, line: str = "stop", **more: Any) -> CrossingReading:
    facts: dict[str, Any] = {"line": line, "direction": "ab", "track": 7, "run": "r1"}
    return CrossingReading(at=stamp(clock, 40), **facts | more)


def close_minute(clock: ManualClock, interpreter: Interpreter) -> list[Agg]:
    events = []
    for _ in range(65):
        clock.advance(1)
        events += interpreter.tick()
    return [event for event in events if isinstance(event, Agg)]


def test_crossing_becomes_a_passage_with_the_lanes_own_words() -> None:
    clock = ManualClock()
    interpreter = make(clock, north=LANE)
    (event,) = interpreter.read("cam1", crossing(clock, direction="ba", vehicle=VehicleClass.CAR))
    assert isinstance(event, Passage)
    assert (event.lane, event.dir, event.cls, event.tq) == ("north", "wrong", "car", 45)
    assert event.parts[0].i == "r1-7"
    assert event.why["speed"] == "no-sensor"
    assert topics.below(event) == "evt/passage"
    assert len(wire.encode(event, sq=1, ep="0badcafe")) <= 400


def plate(clock: ManualClock, **more: Any) -> Plate:
    facts: dict[str, Any] = {
        "text": "59X312345",
        "confidence": 982,
        "looks": 4,
        "candidates": (),
        "formats": ("motorbike",),
        "colour": "white",
        "at": stamp(clock),
        "box": (1, 2, 3, 4),
        "picture": "0" * 64,
    }
    return Plate(**facts | more)


def test_a_read_plate_travels_with_its_passage_and_costs_little() -> None:
    clock = ManualClock()
    reading = crossing(clock, plate=plate(clock), no_plate="", vehicle=VehicleClass.MOTORBIKE)
    (event,) = make(clock, north=LANE).read("cam1", reading)
    assert isinstance(event, Passage)
    assert event.plate is not None
    assert event.plate.t == "59X312345"
    assert "plate" not in event.why
    bare = make(clock, north=LANE).read("cam1", crossing(clock, vehicle=VehicleClass.MOTORBIKE))
    more = len(wire.encode(event, sq=1, ep="0badcafe"))
    assert more - len(wire.encode(bare[0], sq=1, ep="0badcafe")) <= 40


@pytest.mark.parametrize("text", ["", "30A", "30a12345", "30A-12345", "x" * 40])
def test_what_cannot_be_a_plate_is_not_published(text: str) -> None:
    clock = ManualClock()
    reading = crossing(clock, plate=plate(clock, text=text), no_plate="")
    (event,) = make(clock, north=LANE).read("cam1", reading)
    assert isinstance(event, Passage)
    assert (event.plate, event.why["plate"]) == (None, "unreadable")


def test_a_plate_of_two_formats_says_so() -> None:
    clock = ManualClock()
    both = plate(clock, text="30A12345", formats=("car", "motorbike"), candidates=("30A12845",))
    (event,) = make(clock, north=LANE).read("cam1", crossing(clock, plate=both, no_plate=""))
    assert isinstance(event, Passage)
    assert event.plate is not None
    assert (event.plate.f, event.plate.c) == (["car", "motorbike"], ["30A12845"])


@pytest.mark.parametrize(
    ("no_plate", "no_speed", "why"),
    [
        ("off", "no-ground", ("no-sensor", "no-sensor")),
        ("too-small", "too-short", ("too-small", "not-detected")),
        ("not-found", "unsteady", ("not-detected", "ambiguous")),
        ("disagree", "no-ground", ("ambiguous", "no-sensor")),
        ("not-tried", "no-ground", ("overload", "no-sensor")),
        ("withheld", "no-ground", ("withheld", "no-sensor")),
    ],
)
def test_what_is_missing_says_why(no_plate: str, no_speed: str, why: tuple[str, str]) -> None:
    clock = ManualClock()
    reading = crossing(clock, no_plate=no_plate, no_speed=no_speed)
    (event,) = make(clock, north=LANE).read("cam1", reading)
    assert isinstance(event, Passage)
    assert (event.why["plate"], event.why["speed"]) == why
    assert event.plate is None


def test_unread_plates_are_counted_where_plates_are_looked_for() -> None:
    clock = ManualClock(utc_ms=1_790_000_040_000 // 60_000 * 60_000)
    interpreter = make(clock, north=LaneSettings(lines=LANE.lines))
    interpreter.device("cam1", state="ok", cause=None, detail="", since_ms=0, last_ms=None)
    interpreter.read("cam1", crossing(clock, plate=plate(clock), no_plate=""))
    interpreter.read("cam1", crossing(clock, no_plate="unreadable"))
    interpreter.read("cam1", crossing(clock, direction="ba", no_plate="off"))
    (agg,) = close_minute(clock, interpreter)
    assert agg.n is not None
    assert {count.dir: (count.n, count.unread) for count in agg.n} == {
        "in": (2, 1),
        "wrong": (1, None),
    }


def test_line_that_no_lane_names_is_a_lane_of_its_own() -> None:
    clock = ManualClock()
    interpreter = make(clock)
    (event,) = interpreter.read("cam1", crossing(clock, line="west"))
    assert isinstance(event, Passage)
    assert event.lane == "cam1-west"
    assert interpreter.lanes == ["cam1-west"]


def test_lane_of_its_own_has_an_id_whatever_the_line_is_called() -> None:
    clock = ManualClock()
    interpreter = make(clock)
    for line in ("Làn xe máy_1", "LAN XE MAY 1", "x" * 80, "x" * 81):
        (event,) = interpreter.read("cam1", crossing(clock, line=line))
        assert isinstance(event, Passage)
    assert len(interpreter.lanes) == 4


def test_time_without_a_source_has_no_uncertainty() -> None:
    clock = ManualClock(utc_ms=5_000, source="none")
    (event,) = make(clock).read("cam1", crossing(clock))
    assert (event.ts, event.tq) == ("none", None)


def test_camera_and_detector_count_the_same_lane_apart() -> None:
    clock = ManualClock(utc_ms=1_790_000_040_000 // 60_000 * 60_000)
    interpreter = make(clock, north=LANE)
    for device in ("cam1", "ctl1"):
        interpreter.device(device, state="ok", cause=None, detail="", since_ms=0, last_ms=None)
    interpreter.read("cam1", crossing(clock, speed=412))
    interpreter.read("ctl1", DetectorReading(stamp(clock), "d1", 3, occupied=True))
    interpreter.read("cam1", ZoneReading(stamp(clock), "queue", 4, 250, queue=3))
    clock.advance(15)
    interpreter.read("ctl1", DetectorReading(stamp(clock), "d1", 0, occupied=False))
    camera, detector = sorted(close_minute(clock, interpreter), key=lambda agg: agg.src)
    assert camera.n is not None
    assert (camera.n[0].n, camera.n[0].spd, camera.que, camera.occ) == (1, 412, 3, 250)
    assert detector.n is not None
    assert (detector.n[0].n, detector.n[0].cls, detector.occ) == (3, "unknown", 250)
    assert camera.part is None


def test_unknown_is_not_zero_while_the_camera_is_down() -> None:
    clock = ManualClock(utc_ms=1_790_000_040_000 // 60_000 * 60_000)
    interpreter = make(clock, north=LaneSettings(lines=LANE.lines))
    (agg,) = close_minute(clock, interpreter)
    assert (agg.n, agg.occ, agg.why, agg.part) == (None, None, "device-down", 0)


def test_counter_reset_is_a_flaw_of_the_interval() -> None:
    clock = ManualClock(utc_ms=1_790_000_040_000 // 60_000 * 60_000)
    interpreter = make(clock, north=LaneSettings(detectors=LANE.detectors))
    interpreter.device("ctl1", state="ok", cause=None, detail="", since_ms=0, last_ms=None)
    interpreter.read("ctl1", DetectorReading(stamp(clock), "d1", None, why="counter-reset"))
    (agg,) = close_minute(clock, interpreter)
    assert agg.why == "counter-reset"
    assert agg.n == []


def test_alarm_speaks_only_when_it_changes() -> None:
    clock = ManualClock()
    interpreter = make(clock)

    def say(active: bool) -> list[Any]:
        return interpreter.read("ctl1", ConditionReading(stamp(clock), "door", active))

    (first,) = say(False)
    assert isinstance(first, Alarm)
    assert first.state == "cleared"
    assert say(False) == []
    (raised,) = say(True)
    assert raised.state == "raised"
    assert topics.below(raised) == "alarm/ctl1/door"
    assert say(True) == []


def test_signal_keeps_every_phase_and_says_which_changed() -> None:
    clock = ManualClock()
    reading = SignalReading(
        stamp(clock), {2: Colour.RED, 1: Colour.YELLOW}, changed=(1,), plan=3, cycle_ms=900
    )
    (event,) = make(clock).read("ctl1", reading)
    assert isinstance(event, Signal)
    assert (event.ph, event.chg, event.plan, event.cyc) == ({"1": "y", "2": "r"}, [1], 3, 900)


def test_figure_that_was_not_measured_says_why() -> None:
    clock = ManualClock()
    reading = FigureReading(stamp(clock), "volts", None, "mV", why="no-answer")
    (event,) = make(clock).read("cab1", reading)
    assert isinstance(event, Figure)
    assert (event.name, event.val, event.unit, event.why) == ("volts", None, "mV", "no-answer")
    assert topics.below(event) == "evt/figure"


def test_readings_without_an_event_are_taken_quietly() -> None:
    clock = ManualClock()
    interpreter = make(clock)
    assert interpreter.read("ctl1", DetectorReading(stamp(clock), "elsewhere", 4)) == []
    assert interpreter.read("cam1", ZoneReading(stamp(clock), "elsewhere", 4, 10)) == []


def test_stopping_publishes_what_is_still_open() -> None:
    clock = ManualClock()
    interpreter = make(clock)
    interpreter.read("cam1", crossing(clock))
    clock.advance(3)
    (agg,) = interpreter.tick(everything=True)
    assert isinstance(agg, Agg)
    assert agg.n is not None
    assert agg.n[0].n == 1
