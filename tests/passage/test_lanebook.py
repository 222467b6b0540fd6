"""What a lane's sensors count together; the interpreter's tests show the events of it."""

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.clock import ManualClock, stamp
from edge_agent.contract.events import Agg
from edge_agent.device.readings import (
    Colour,
    CrossingReading,
    DetectorReading,
    SignalReading,
    VehicleClass,
    ZoneReading,
)
from edge_agent.passage.closing import fuse
from edge_agent.passage.fused import Member
from edge_agent.passage.heading import Heading
from edge_agent.passage.lanebook import LaneBook
from edge_agent.passage.lanes import (
    DetectorSource,
    LaneSettings,
    LineSource,
    SignalSource,
    ZoneSource,
)
from edge_agent.passage.pairedlane import Closed
from edge_agent.passage.signals import SignalTrace

SIGNALLED = LaneSettings(
    lines=[LineSource(device="cam1", line="stop", ab="in", ba="wrong")],
    zones=[ZoneSource(device="cam1", zone="queue")],
    detectors=[
        DetectorSource(device="ctl1", detector="stop"),
        DetectorSource(device="ctl1", detector="ahead", ahead_m=50),
    ],
    signal=SignalSource(device="ctl1", phase=2, camera="cam1", line="stop"),
    against="wrong",
)


class Road:
    """One lane, its sensors and the clock."""

    def __init__(self, lane: LaneSettings = SIGNALLED) -> None:
        self.clock = ManualClock(utc_ms=1_790_000_040_000 // 60_000 * 60_000)
        self.book = LaneBook(Heading("rsu-1", self.clock), {"north": lane})
        self.aggs: list[Agg] = []
        for device in ("cam1", "ctl1"):
            self.book.device(device, up=True)

    def cross(self, speed: int | None = None, direction: Any = "ab") -> None:
        reading = CrossingReading(
            at=stamp(self.clock),
            line="stop",
            direction=direction,
            track=1,
            run="r1",
            vehicle=VehicleClass.CAR,
            speed=speed,
        )
        self.book.stop_line("cam1", reading)
        lane, way = self.book.where("cam1", reading)
        member = Member("camera", "cam1", "cam1/stop", "r1-1", reading.at, reading)
        closed = Closed(lane, way, (member,))
        self.book.vehicle(fuse(closed, SIGNALLED, {}, SignalTrace(), self.clock))

    def show(self, colour: Colour) -> None:
        self.book.signal("ctl1", SignalReading(stamp(self.clock), {2: colour}))

    def detect(self, name: str, count: int | None) -> None:
        self.book.detector("ctl1", DetectorReading(stamp(self.clock), name, count))

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.aggs += self.book.take()

    def minute(self) -> dict[str, Agg]:
        """What this minute's aggregates say, by source, once the minute is over."""
        last = self.clock.utc_ms() // 60_000 * 60_000
        while not (found := self._told(last)):
            self.wait(1)
        return found

    def _told(self, start_ms: int) -> dict[str, Agg]:
        return {agg.src: agg for agg in self.aggs if agg.t == start_ms}


def test_headway_is_from_front_to_front_and_goes_on_over_the_interval() -> None:
    road = Road()
    for _ in range(4):
        road.cross()
        road.wait(10)
    assert road.minute()["camera"].hw == 10_000
    road.cross()
    # The car before it came 30 s into the minute before, and this one some seconds into the next.
    gap = road.clock.utc_ms() % 60_000 + 30_000
    assert road.minute()["camera"].hw == gap


def test_headway_does_not_bridge_a_time_when_nobody_looked() -> None:
    road = Road()
    road.cross()
    road.wait(5)
    road.book.device("cam1", up=False)
    road.wait(5)
    road.book.device("cam1", up=True)
    road.cross()
    assert road.minute()["camera"].hw is None


def test_queue_of_the_camera_and_of_the_detector_are_kept_apart() -> None:
    road = Road()
    road.show(Colour.RED)
    road.book.zone("cam1", ZoneReading(stamp(road.clock), "queue", 4, 250, queue=3))
    for _ in range(5):
        road.wait(2)
        road.detect("ahead", 1)
    aggs = road.minute()
    assert (aggs["camera"].que, aggs["detector"].que) == (3, 5)


def test_detector_ahead_tells_the_queue_and_the_one_at_the_line_counts() -> None:
    road = Road()
    road.show(Colour.GREEN)
    for _ in range(3):
        road.detect("ahead", 1)
        road.wait(3)
        road.detect("stop", 1)
    detector = road.minute()["detector"]
    assert detector.n is not None
    assert [count.n for count in detector.n] == [3]
    assert detector.que == 0


def test_queue_lasts_into_the_next_minute_until_green_releases_it() -> None:
    road = Road()
    road.show(Colour.RED)
    road.detect("ahead", 4)
    assert road.minute()["detector"].que == 4
    assert road.minute()["detector"].que == 4
    road.show(Colour.GREEN)
    road.wait(60)
    assert road.minute()["detector"].que == 0


def test_queue_is_not_told_where_the_signal_is_not_known() -> None:
    road = Road()
    road.detect("ahead", 4)
    assert road.minute()["detector"].que is None


def test_saturation_counts_who_crosses_while_green_and_not_who_comes_against() -> None:
    road = Road()
    road.show(Colour.RED)
    road.wait(30)
    road.show(Colour.GREEN)
    for _ in range(10):
        road.cross()
        road.cross(direction="ba")
        road.wait(2)
    agg = road.minute()["camera"]
    assert agg.sat == round(10 * 3600 / 30 / 1900 * 1000)
    assert agg.why is None


def test_controller_that_is_away_leaves_the_saturation_unknown() -> None:
    road = Road()
    road.show(Colour.GREEN)
    road.book.device("ctl1", up=False)
    road.cross()
    agg = road.minute()["camera"]
    assert (agg.sat, agg.why) == (None, "signal-unknown")


def test_level_of_congestion_remembers_where_it_came_from() -> None:
    road = Road(LaneSettings(lines=SIGNALLED.lines))
    found = []
    for speed in (300, 420, 480):
        for _ in range(3):
            road.cross(speed)
        found.append(road.minute()["camera"].los)
    assert found == ["dense", "dense", "free"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["wait", "cross", "ahead", "stop", "up", "down", "red", "green", "step"]),
        st.integers(1, 40),
    ),
    max_size=80,
)


@settings(max_examples=60)
@given(STEPS)
def test_whatever_happens_every_vehicle_is_told_once_and_nothing_blind_has_figures(
    steps: list[tuple[str, int]],
) -> None:
    road = Road()
    crossed: Counter[str] = Counter()
    for what, amount in steps:
        match what:
            case "wait":
                road.wait(amount)
            case "cross":
                road.cross(amount * 10)
                crossed["camera"] += 1
            case "stop" | "ahead":
                road.detect(what, amount)
                crossed["detector"] += amount if what == "stop" else 0
            case "up" | "down":
                road.book.device("cam1" if amount % 2 else "ctl1", up=what == "up")
            case "red" | "green":
                road.show(Colour.RED if what == "red" else Colour.GREEN)
            case _:
                road.clock.step_utc((amount - 20) * 10_000)
    road.aggs += road.book.take(everything=True)
    told: Counter[str] = Counter()
    for agg in road.aggs:
        told[agg.src] += sum(count.n for count in agg.n or ())
        if agg.n is None:
            assert (agg.part, agg.why) == (0, "device-down")
            assert (agg.occ, agg.hw, agg.sat, agg.los) == (None,) * 4
        if agg.src == "camera" and agg.sat is None:
            assert agg.why is not None
    assert told == crossed
