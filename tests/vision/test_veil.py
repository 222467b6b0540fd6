"""The veil: characters on a vehicle or a plate are gone, all else is as it was."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.device.pictures import Box
from edge_agent.simulators.render.renderer import Renderer
from edge_agent.simulators.render.watch import Watch, camera_of
from edge_agent.simulators.world.world import World
from edge_agent.vision.frame import Grey
from edge_agent.vision.live import _whole
from edge_agent.vision.nets.manifest import models
from edge_agent.vision.plates.still import still_reader
from edge_agent.vision.veil import _VEHICLE, WHOLE, WHOLE_CLOSE, veiled

SIDES = st.integers(-50, 700)
BOXES = st.tuples(SIDES, SIDES, SIDES, SIDES)


def noise(*shape: int) -> Grey:
    return np.asarray(np.random.default_rng(7).integers(0, 256, shape), np.uint8)


def squares(row: Grey) -> int:
    """Runs of equal pixels."""
    return 1 + int((np.diff(row.astype(int)) != 0).sum())


@pytest.mark.parametrize("wide", [40, 120, 400])
def test_a_vehicle_has_few_squares_and_the_rest_is_untouched(wide: int) -> None:
    picture = noise(360, 640)
    out = veiled(picture, [(100, 100, 100 + wide, 300)], [])
    assert squares(out[200, 100 : 100 + wide]) <= _VEHICLE
    outside = np.ones_like(picture, bool)
    outside[40:320, 100 - wide // 10 - 1 : 101 + wide + wide // 10] = False
    assert (out[outside] == picture[outside]).all()
    assert out is not picture


def test_a_vehicle_too_far_for_its_plate_is_left_as_it_is() -> None:
    picture = noise(360, 640)
    assert (veiled(picture, [(10, 10, 36, 30)], []) == picture).all()


def test_a_plate_that_was_found_is_gone() -> None:
    picture = np.full((360, 640, 3), 250, np.uint8)
    cv2.putText(picture, "29A-123.45", (300, 200), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 2)
    out = veiled(picture, [], [(296, 180, 420, 206)])
    assert max(squares(row) for row in out[180:206, 296:420, 0]) <= 5


@pytest.mark.parametrize(("wide", "touched"), [(640, True), (320, False)])
def test_where_standing_vehicles_are_not_found_all_is_coarse(wide: int, *, touched: bool) -> None:
    picture = noise(wide // 2, wide)
    out = veiled(picture, [], [], whole=WHOLE)
    assert (out != picture).any() == touched
    assert max(squares(row) for row in out) <= 320


@given(vehicles=st.lists(BOXES, max_size=4), plates=st.lists(BOXES, max_size=2))
def test_any_boxes_of_any_tracker_do(vehicles: list[Box], plates: list[Box]) -> None:
    picture = noise(90, 160)
    out = veiled(picture, vehicles, plates)
    assert out.shape == picture.shape
    assert (picture == noise(90, 160)).all()


@pytest.mark.slow
def test_nobody_reads_through_the_veil_what_is_read_without_it() -> None:
    """By our own finder and reader, on a plate camera's picture at the size that people see."""
    world = World("toll-plaza", 7, 0)
    camera = camera_of(world.site, "anpr-rear")
    watch = Watch(world, camera, Renderer(world.site, camera, 7, size=(1280, 720)))
    reader = still_reader(models(None))

    def reads(picture: Grey, text: str) -> bool:
        said = [one.reading.text.replace("-", "").replace(".", "") for one in reader.read(picture)]
        return text in said

    plain = veil = coarse = 0
    for step in range(40):
        shot, _ = watch.at(60_000 + step * 1500)
        small = cv2.resize(shot.picture, (640, 360), interpolation=cv2.INTER_AREA)
        boxes = [_whole(np.array(one.shown) / 2) for one in shot.seen]
        for one in shot.seen:
            if one.plate is None or one.plate.visible < 0.95 or one.plate.px < 40:
                continue
            plain += reads(small, one.plate.text)
            veil += reads(veiled(small, boxes, []), one.plate.text)
            coarse += reads(veiled(small, [], [], whole=WHOLE_CLOSE), one.plate.text)
    assert plain >= 5
    assert (veil, coarse) == (0, 0)
