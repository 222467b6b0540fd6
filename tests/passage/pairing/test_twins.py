from dataclasses import replace

from edge_agent.passage.pairing.place import Place
from edge_agent.passage.pairing.sight import Sight
from edge_agent.passage.pairing.twins import LEAST_GAP_M, grouped

CAM = Place("cam1/north", "camera", 0.0)
TAG = Place("etc1/1", "tag", 40.0, two_wheels=False)
WIM = Place("wim1/1", "axles", 20.0, two_wheels=False)
CAR = Sight("1", "cam1/north", 1000.0, speed=10.0, builds=frozenset({"light"}))
INSIDE_MS = LEAST_GAP_M / 10.0 * 1000 - 1


def ids(sights: list[Sight], place: Place = CAM) -> list[list[str]]:
    return [[sight.id for sight in group] for group in grouped(sights, place, 14.0)]


def after(ms: float, **more: object) -> Sight:
    return replace(CAR, id="2", t_ms=CAR.t_ms + ms, **more)  # type: ignore[arg-type]


def test_cars_cannot_be_closer_than_a_car_is_long() -> None:
    assert ids([CAR, after(INSIDE_MS)]) == [["1", "2"]]
    assert ids([CAR, after(INSIDE_MS + 2)]) == [["1"], ["2"]]


def test_two_wheels_ride_abreast() -> None:
    bike = replace(CAR, builds=frozenset({"two-wheels"}))
    assert ids([bike, after(20, builds=frozenset({"two-wheels"}))]) == [["1"], ["2"]]
    assert ids([CAR, after(20, builds=frozenset({"two-wheels"}))]) == [["1"], ["2"]]


def test_of_two_wheels_the_plate_can_tell() -> None:
    bike = replace(CAR, builds=frozenset({"two-wheels"}), plate="29X112345")
    assert ids([bike, replace(bike, id="2", t_ms=1400.0, plate="29X112845")]) == [["1", "2"]]
    assert ids([bike, replace(bike, id="2", t_ms=1020.0, plate="30Y199999")]) == [["1"], ["2"]]


def test_two_plates_are_two_cars_however_near() -> None:
    assert ids([replace(CAR, plate="30A12345"), after(20, plate="51G99888")]) == [["1"], ["2"]]


def test_scales_have_no_twins_and_tags_always_do() -> None:
    assert ids([CAR, after(20)], WIM) == [["1"], ["2"]]
    bare = replace(CAR, builds=frozenset(), speed=None)
    assert ids([bare, replace(bare, id="2", t_ms=1030.0)], TAG) == [["1", "2"]]
