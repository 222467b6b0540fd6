"""Drawn vehicles through detector, tracker and counters: the whole chain but the decoder."""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from edge_agent.clock import Stamp
from edge_agent.device.readings import (
    ConditionReading,
    CrossingReading,
    Reading,
    VehicleClass,
    ZoneReading,
)
from edge_agent.vision.frame import CLASSES, Detections, Frame, framed, shrink
from edge_agent.vision.motion import MotionDetector
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.scene import Scene

Drawn = tuple[float, float, int, int, int, int]
FPS = 10
SCENE = Scene({"mid": (0.5, 0, 0.5, 1)}, {"left": ((0, 0), (0.5, 0), (0.5, 1), (0, 1))})


def film(
    seconds: float,
    vehicles: list[Drawn],
    *,
    size: tuple[int, int] = (180, 320),
    cut_at: int | None = None,
    begins: float = 0.0,
) -> Iterator[Frame]:
    """Frames of a grey road; a vehicle is (enter second, x speed, y, width, height, level)."""
    draw = np.random.default_rng(5)
    road = draw.normal(105, 6, size)
    for index in range(round(seconds * FPS)):
        t = index / FPS
        if cut_at == index:
            road = draw.normal(170, 30, size)
        plane = road + draw.normal(0, 3, size)
        for enters, speed, y, width, height, level in vehicles:
            gone = (t - enters) * speed
            x = gone - width if speed > 0 else size[1] + gone
            x1, x2 = max(0, round(x)), min(size[1], round(x + width))
            if x1 < x2:
                plane[y : y + height, x1:x2] = level + draw.normal(0, 8, (height, x2 - x1))
        plane = np.clip(plane, 0, 255).astype(np.uint8)
        now = begins + t
        yield framed(plane, now, Stamp(1000 + round(now * 1000), round(now * 1e9)))


def feed(pipeline: Pipeline, frames: Iterable[Frame]) -> list[Reading]:
    readings: list[Reading] = []
    last = None
    for last in frames:
        readings += pipeline.feed(last)
    return readings + (pipeline.finish(last) if last else [])


def crossings(readings: list[Reading]) -> list[CrossingReading]:
    return [reading for reading in readings if isinstance(reading, CrossingReading)]


def test_vehicles_of_both_directions_are_counted_when_they_cross() -> None:
    vehicles: list[Drawn] = [
        (2.0, 90, 30, 44, 24, 200),
        (3.1, 120, 70, 26, 16, 40),
        (2.5, -100, 130, 48, 26, 190),
    ]
    readings = feed(Pipeline(SCENE, MotionDetector(), "r1"), film(8, vehicles))
    found = crossings(readings)
    assert sorted(crossing.direction for crossing in found) == ["ab", "ba", "ba"]
    expected = sorted(enters + (160 + width / 2) / abs(v) for enters, v, _, width, *_ in vehicles)
    for crossing, t in zip(sorted(found, key=lambda c: c.at.mono_ns), expected, strict=True):
        assert crossing.at.mono_ns / 1e9 == pytest.approx(t, abs=0.06)
        assert crossing.at.utc_ms == pytest.approx(1000 + t * 1000, abs=61)
        assert crossing.vehicle.value == "unknown"
        assert crossing.run == "r1"


def test_an_empty_road_counts_nothing() -> None:
    assert crossings(feed(Pipeline(SCENE, MotionDetector(), "r"), film(20, []))) == []


def test_a_cut_to_another_scene_is_not_traffic() -> None:
    pipeline = Pipeline(SCENE, MotionDetector(), "r")
    vehicles: list[Drawn] = [(1.0, 90, 30, 44, 24, 220), (7.0, 90, 30, 44, 24, 20)]
    found = crossings(feed(pipeline, film(12, vehicles, cut_at=50)))
    assert pipeline.cuts == 1
    assert len(found) == 2
    assert len({crossing.track for crossing in found}) == 2


def test_a_stream_that_changes_its_size_goes_on() -> None:
    pipeline = Pipeline(SCENE, MotionDetector(), "r")
    first = crossings(feed(pipeline, film(6, [(1.0, 90, 30, 44, 24, 220)])))
    larger: list[Drawn] = [(1.0, 180, 60, 88, 48, 220)]
    second = crossings(feed(pipeline, film(6, larger, size=(360, 640), begins=6.0)))
    assert len(first) == len(second) == 1
    assert first[0].track != second[0].track


def test_a_zone_tells_what_is_in_it() -> None:
    passing: list[Drawn] = [(2.0, 80, 60, 40, 24, 220)]
    pipeline = Pipeline(SCENE, MotionDetector(), "r", zone_s=8.0)
    [zone] = [r for r in feed(pipeline, film(9, passing)) if isinstance(r, ZoneReading)]
    # 180 px of zone and vehicle at 80 px/s: in it for about 2.2 of 8 s.
    assert zone.zone == "left"
    assert zone.occupancy == pytest.approx(270, abs=60)
    assert zone.vehicles == 0


def test_a_frozen_picture_is_a_condition_and_its_zones_are_unknown() -> None:
    frames = list(film(3, []))
    still = [
        Frame(frames[-1].plane, frames[-1].small, 3 + n / FPS, Stamp(4000 + n * 100, n))
        for n in range(240)
    ]
    readings = feed(Pipeline(SCENE, MotionDetector(), "r", zone_s=25.0), [*frames, *still])
    said = [(r.code, r.active) for r in readings if isinstance(r, ConditionReading)]
    assert said == [
        ("picture-black", False),
        ("picture-frozen", False),
        ("picture-frozen", True),
    ]
    [zone] = [r for r in readings if isinstance(r, ZoneReading)]
    assert (zone.vehicles, zone.occupancy, zone.why) == (None, None, "picture frozen")


class Script:
    """A detector that sees a motorbike, which it takes for a car at first."""

    def __init__(self, taken: int) -> None:
        self._taken, self._seen = taken, 0

    def detect(self, _frame: Frame) -> Detections:
        y = 10.0 * self._seen
        kind = VehicleClass.CAR if self._seen < self._taken else VehicleClass.MOTORBIKE
        self._seen += 1
        box = np.array([[300.0, y, 330.0, y + 40]])
        return Detections(box, np.array([0.9]), np.array([CLASSES.index(kind)]))

    def cut(self) -> bool:
        return False


@pytest.mark.parametrize(
    ("taken", "tells", "kind"),
    [(0, 17, "motorbike"), (4, 25, "motorbike"), (12, 31, "motorbike"), (18, 17, "car")],
)
def test_a_crossing_waits_until_it_is_clear_what_its_vehicle_is(
    taken: int, tells: int, kind: str
) -> None:
    pipeline = Pipeline(Scene({"mid": (0, 0.5, 1, 0.5)}), Script(taken), "run")
    told = {
        index: crossing.vehicle.value
        for index, frame in enumerate(film(3.3, [], size=(360, 640)))
        for crossing in crossings(pipeline.feed(frame))
    }
    assert told == {tells: kind}


class Ghost:
    """A detector that takes an empty road for a lorry as large as the picture, more or less."""

    def __init__(self, share: float) -> None:
        self._share, self._seen = share, 0

    def detect(self, _frame: Frame) -> Detections:
        self._seen += 1
        slack = 0.5 * (1 - self._share) * (-1) ** self._seen
        shares = np.array([[max(0.0, slack), 0.0, 1 + min(0.0, slack), 1.0]])
        lorry = CLASSES.index(VehicleClass.TRUCK)
        return Detections(shares * (640, 360, 640, 360), np.array([0.9]), np.array([lorry]))

    def cut(self) -> bool:
        return False


@pytest.mark.parametrize(("share", "counted"), [(0.6, True), (0.75, False)])
def test_what_fills_the_picture_crosses_nothing(share: float, counted: bool) -> None:
    pipeline = Pipeline(SCENE, Ghost(share), "r")
    assert bool(crossings(feed(pipeline, film(3, [], size=(360, 640))))) == counted


def test_large_pictures_are_analysed_small() -> None:
    assert shrink(np.zeros((1080, 1920), np.uint8)).shape == (360, 640)
    small = np.zeros((176, 320), np.uint8)
    assert shrink(small) is small
