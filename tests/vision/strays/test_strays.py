"""The whole chain: drawn frames through detector, tracker and pipeline, out come strays."""

import pytest

from edge_agent.device.readings import StrayReading, VehicleClass
from edge_agent.vision.ground import Ground
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.scene import Scene
from edge_agent.vision.strays.settings import StraySettings
from tests.vision.strays.films import Drawn, Told, film, passing

SCENE = Scene({"mid": (0.5, 1, 0.5, 0)})
ROAD = ((0.0, 0.45), (1.0, 0.45), (1.0, 1.0), (0.0, 1.0))
WATCH = StraySettings({"lane-1": ROAD}, {}, stopped_s=8, object_s=20)
SQUARE = (
    (0.0, 0.0, 0.0, 0.0),
    (1.0, 0.0, 32.0, 0.0),
    (1.0, 1.0, 32.0, 18.0),
    (0.0, 1.0, 0.0, 18.0),
)
"""A road seen from above: ten pixels a metre."""


def strays(
    seconds: float,
    *drawn: Drawn,
    settings: StraySettings | None = WATCH,
    ground: Ground | None = None,
) -> tuple[list[StrayReading], Pipeline]:
    pipeline = Pipeline(SCENE, Told(*drawn), "r1", ground=ground, strays=settings)
    readings = []
    for frame in film(seconds, *drawn):
        readings += pipeline.feed(frame)
    readings += pipeline.finish(frame)
    return [one for one in readings if isinstance(one, StrayReading)], pipeline


def test_a_vehicle_comes_stands_and_drives_on() -> None:
    car = Drawn(((30, -50, 120), (33, 130, 120), (60, 130, 120), (64, 380, 120)))
    (began, ended), pipeline = strays(80, car, passing(40, 60))
    assert (began.what, began.place, began.active) == ("stopped", "lane-1", True)
    assert began.at.utc_ms / 1000 == pytest.approx(1 + 33 + 8, abs=2)
    assert began.lasted_ms == pytest.approx(8000, abs=300)
    assert began.box == pytest.approx((130, 120, 174, 144), abs=6)
    picture = pipeline.album.picture(began.picture)
    assert picture is not None
    assert picture.startswith(b"\xff\xd8")
    assert (ended.active, ended.number, ended.what) == (False, began.number, "stopped")
    assert ended.at.utc_ms / 1000 == pytest.approx(61, abs=2)
    assert ended.lasted_ms == pytest.approx(27_000, abs=2500)


def test_a_short_stop_is_none() -> None:
    car = Drawn(((30, -50, 120), (33, 130, 120), (38, 130, 120), (42, 380, 120)))
    assert strays(50, car)[0] == []


def test_where_nothing_is_watched_everybody_may_stand() -> None:
    car = Drawn(((30, -50, 20), (33, 130, 20), (60, 130, 20)))
    assert strays(60, car)[0] == []
    below = Drawn(((30, -50, 120), (33, 130, 120), (60, 130, 120)))
    assert strays(60, below, settings=None)[0] == []


def test_a_thing_that_did_not_come_by_itself() -> None:
    box = Drawn(((30, 150, 110), (80, 150, 110)), size=(16, 12), kind=None)
    found, _ = strays(100, box, passing(40, 140), passing(55, 140))
    assert {one.what for one in found} == {"object"}
    assert [one.active for one in found] == [True, False]
    assert {one.number for one in found} == {1}


def test_without_a_measured_road_nothing_has_a_persons_size() -> None:
    thing = Drawn(((22, 150, 110), (60, 150, 110)), size=(8, 18), kind=None)
    assert {one.what for one in strays(50, thing)[0]} == {"object"}


@pytest.mark.parametrize(
    ("size", "what"),
    [((8, 18), "person-sized"), ((16, 12), "object"), ((16, 40), "object")],
    ids=["upright", "flat", "too-wide"],
)
def test_a_thing_of_a_persons_size(size: tuple[int, int], what: str) -> None:
    thing = Drawn(((22, 150, 110), (90, 150, 110)), size=size, kind=None)
    found, _ = strays(50, thing, ground=Ground(SQUARE))
    assert {one.what for one in found} == {what}


@pytest.mark.parametrize(("score", "what"), [(0.9, "stopped"), (0.45, "object")])
def test_what_looks_a_bit_like_a_vehicle_and_did_not_come_is_a_thing(
    score: float, what: str
) -> None:
    thing = Drawn(((22, 150, 110), (60, 150, 110)), size=(16, 12), score=score)
    assert {one.what for one in strays(50, thing)[0]} == {what}


def test_who_drives_back_over_a_line() -> None:
    settings = StraySettings({}, {"mid": "ab"})
    (began, ended), _ = strays(10, passing(2), settings=settings)
    assert (began.what, began.place, began.active) == ("wrong-way", "mid", True)
    assert (ended.active, ended.number) == (False, began.number)
    assert strays(10, passing(2), settings=StraySettings({}, {"mid": "ba"}))[0] == []


def test_the_end_of_the_scene_ends_what_was_open() -> None:
    car = Drawn(((30, -50, 120), (33, 130, 120), (90, 130, 120)))
    began, ended = strays(55, car)[0]
    assert (began.active, ended.active) == (True, False)
    assert ended.lasted_ms == pytest.approx(22_000, abs=1500)


def test_a_vehicle_that_the_tracker_lost_stands_on() -> None:
    """No network knows it from second 45 on; the backdrop shows that it is there."""
    seen = Drawn(((25, -50, 120), (28, 130, 120), (45, 130, 120)))
    lost = Drawn(((45.1, 130, 120), (80, 130, 120)), kind=None)
    found, _ = strays(100, seen, lost)
    assert [one.active for one in found] == [True, False]
    assert found[-1].at.utc_ms / 1000 > 80


def test_something_without_a_class_that_came_by_itself_is_a_vehicle() -> None:
    unknown = VehicleClass.UNKNOWN
    came = Drawn(((30, -50, 120), (34, 150, 120), (50, 150, 120)), kind=unknown)
    assert {one.what for one in strays(50, came)[0]} == {"stopped"}
    fell = Drawn(((22, 150, 120), (50, 150, 120)), kind=unknown)
    assert {one.what for one in strays(50, fell)[0]} == {"object"}


def test_traffic_alone_is_no_stray() -> None:
    traffic = [passing(20 + 1.9 * i, 100 if i % 2 else 140, 80 + 9 * (i % 5)) for i in range(30)]
    assert strays(80, *traffic)[0] == []
