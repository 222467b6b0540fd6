"""From boxes to crossings with class, plate and speed: the chain behind the detector."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from edge_agent.clock import Stamp
from edge_agent.device.readings import CrossingReading, Reading, VehicleClass
from edge_agent.vision.frame import CLASSES, Detections, Frame, framed
from edge_agent.vision.ground import Ground
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.scene import Scene
from tests.vision.eyekit import Found, Workshop

FPS = 10
WIDTH, HEIGHT = 1280, 720
SCENE = Scene({"first": (0.4, 0, 0.4, 1), "second": (0.6, 0, 0.6, 1)}, anchor="foot")
CAR, BUS = CLASSES.index(VehicleClass.CAR), CLASSES.index(VehicleClass.BUS)
# Seen from above: 1280 pixels are 64 m, so 20 pixels of the full picture are a metre.
GROUND = Ground([(0, 0, 0, 0), (1, 0, 64, 0), (0, 1, 0, 36), (1, 1, 64, 36)])


@dataclass
class Road:
    """One vehicle drives to the right, its plate on it; as detector and as what the camera sees.

    Attributes:
        speed: Pixels of the full picture a second.
        shows: Seconds in which its plate is to be seen.
        lasts: Seconds until it is gone.
    """

    shop: Workshop
    speed: float = 240
    shows: tuple[float, float] = (0.0, 99.0)
    lasts: float = 6.0
    kinds: tuple[int, ...] = (CAR,)
    _frames: int = field(default=0)

    def box(self, t: float) -> tuple[float, float, float, float]:
        x = 40 + self.speed * t
        return x, 300.0, x + 200, 440.0

    def film(self, seconds: float = 8.0) -> Iterator[Frame]:
        for index in range(round(seconds * FPS)):
            t = index / FPS
            x1, _, x2, y2 = self.box(t)
            middle = (x1 + x2) / 2
            seen = self.shows[0] <= t <= self.shows[1] and t < self.lasts
            plate = Found("30A12345", (middle - 40, y2 - 40, middle + 40, y2 - 20))
            self.shop.plates = [plate] if seen else []
            picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
            yield framed(picture, t, Stamp(5000 + index * 100, index * 100_000_000))

    def detect(self, frame: Frame) -> Detections:
        if frame.t >= self.lasts:
            return Detections.none()
        self._frames += 1
        kind = self.kinds[self._frames % len(self.kinds)]
        box = np.array([self.box(frame.t)]) / 2  # the analysed picture is half as wide
        return Detections(box, np.array([0.9]), np.array([kind]))

    def cut(self) -> bool:
        return False


def run(road: Road, **more: object) -> list[tuple[float, CrossingReading]]:
    """Crossings, each with the second at which it was told."""
    pipeline = Pipeline(SCENE, road, "r", lookout=road.shop.lookout(), **more)  # type: ignore[arg-type]
    told: list[tuple[float, CrossingReading]] = []
    last: Frame | None = None

    def take(t: float, readings: list[Reading]) -> None:
        told.extend((t, one) for one in readings if isinstance(one, CrossingReading))

    for last in road.film():
        take(last.t, pipeline.feed(last))
    assert last is not None
    take(last.t, pipeline.finish(last))
    return told


def crossed(x: float, road: Road) -> float:
    """The moment at which the middle of its foot is at this pixel."""
    return (x - 140) / road.speed


def test_both_lines_carry_the_plate_of_one_vehicle() -> None:
    road = Road(Workshop())
    told = run(road)
    assert [one.line for _, one in told] == ["first", "second"]
    for t, one in told:
        assert one.plate is not None
        assert (one.plate.text, one.plate.looks, one.no_plate) == ("30A12345", 3, "")
        assert one.plate.formats == ("car",)
        assert one.plate.colour == "yellow"
        assert len(one.plate.picture) == 64
        assert one.vehicle is VehicleClass.CAR
        assert t - (one.at.utc_ms - 5000) / 1000 <= 0.35  # nothing to wait for but the dead band
    first, second = (one for _, one in told)
    assert first.at.utc_ms == pytest.approx(5000 + 1000 * crossed(512, road), abs=15)
    assert second.at.utc_ms == pytest.approx(5000 + 1000 * crossed(768, road), abs=15)
    assert first.plate == second.plate


def test_a_plate_seen_only_after_the_line_is_waited_for() -> None:
    road = Road(Workshop())
    road.shows = (crossed(512, road) + 0.4, 99)
    (t, first), _ = run(road)
    assert first.plate is not None
    assert 0.5 <= t - (first.at.utc_ms - 5000) / 1000 <= 1.3


def test_nobody_waits_longer_than_promised() -> None:
    road = Road(Workshop(), shows=(0, 0))
    told = run(road)
    assert [one.no_plate for _, one in told] == ["not-found"] * 2
    for t, one in told:
        assert 1.4 <= t - (one.at.utc_ms - 5000) / 1000 <= 1.61


def test_a_vehicle_that_is_lost_after_the_line_is_told_with_what_was_read() -> None:
    road = Road(Workshop())
    road.lasts = crossed(512, road) + 0.25
    road.shop.sure = 0.85  # good enough to be told, not to stop looking
    [(_, one)] = run(road)
    assert one.plate is not None
    assert one.plate.confidence == 850


def test_plates_that_stay_here_are_counted_only() -> None:
    road = Road(Workshop())
    pipeline_told = run(road, publish=False)
    assert [(one.plate, one.no_plate) for _, one in pipeline_told] == [(None, "withheld")] * 2


def test_class_is_what_most_sights_say() -> None:
    road = Road(Workshop(), kinds=(CAR, CAR, BUS))
    for _, one in run(road):
        assert one.vehicle is VehicleClass.CAR
        assert one.confidence == pytest.approx(600, abs=70)


def test_speed_and_size_come_from_the_road() -> None:
    road = Road(Workshop())
    told = run(road, ground=GROUND)
    for _, one in told:
        assert one.speed == pytest.approx(432, abs=9)  # 240 px/s are 12 m/s
        assert one.spread is not None
        assert one.no_speed == ""
        assert one.size == "large"  # 10 m wide seen from above


def test_without_a_measured_road_there_is_no_speed() -> None:
    for _, one in run(Road(Workshop())):
        assert (one.speed, one.no_speed, one.size) == (None, "no-ground", None)


def test_without_networks_the_passage_says_so() -> None:
    road = Road(Workshop())
    pipeline = Pipeline(SCENE, road, "r", no_plate="no-model")
    told = [r for frame in road.film() for r in pipeline.feed(frame)]
    assert {r.no_plate for r in told if isinstance(r, CrossingReading)} == {"no-model"}


def test_the_picture_that_was_read_is_held() -> None:
    road = Road(Workshop())
    pipeline = Pipeline(SCENE, road, "r", lookout=road.shop.lookout())
    told = [r for frame in road.film() for r in pipeline.feed(frame)]
    plates = [r.plate for r in told if isinstance(r, CrossingReading) and r.plate]
    jpeg = pipeline.picture(plates[0])
    assert jpeg is not None
    assert jpeg[:2] == b"\xff\xd8"
    assert (pipeline.plates_read, pipeline.plates_unread) == (2, 0)
