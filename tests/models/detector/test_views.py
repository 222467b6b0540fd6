from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")

from edge_agent.models.detector import blind, views
from edge_agent.models.detector.classes import CLASSES
from edge_agent.models.detector.labels import Lesson, read
from edge_agent.models.detector.views import CROP, Scenes, batch
from edge_agent.models.detector.weather import change
from tests.models.detector.labelled import folder, frame

SIZE = (640, 384)
CAR = ("car", [100.0, 60.0, 180.0, 120.0])


def lessons(place: Path, **facts: object) -> list[Lesson]:
    return read([folder(place, frame("a", CAR, **facts), frame("b", CAR, scene="other"))])


def test_a_box_stays_on_its_vehicle_through_every_change(tmp_path: Path) -> None:
    scenes = Scenes(lessons(tmp_path), SIZE, paste=0.0)
    chance = np.random.default_rng(1)
    boxes = 0
    for _ in range(60):
        view = scenes.view(chance, CROP)
        grey = cv2.GaussianBlur(cv2.cvtColor(view.picture, cv2.COLOR_RGB2GRAY), (0, 0), 3)
        for x1, y1, x2, y2 in view.boxes:
            boxes += 1
            inner = grey[int((y1 + y2) / 2), int((x1 + x2) / 2)]
            for x, y in ((x1 - 12, (y1 + y2) / 2), (x2 + 12, (y1 + y2) / 2)):
                if 8 <= x < CROP[0] - 8 and 8 <= y < CROP[1] - 8:
                    assert grey[int(y), int(x)] >= inner
    assert boxes > 30


def test_equal_seeds_give_equal_batches(tmp_path: Path) -> None:
    scenes = Scenes(lessons(tmp_path), SIZE)
    one, other = (next(scenes.batches(5, 4)) for _ in range(2))
    assert bool((one[0] == other[0]).all())
    assert bool((one[1].boxes == other[1].boxes).all())


def test_pictures_are_kept_only_while_there_is_room_and_look_the_same_anew(tmp_path: Path) -> None:
    some = lessons(tmp_path)
    roomy, tight = Scenes(some, SIZE), Scenes(some, SIZE, memory=1)
    one, other = (next(scenes.batches(5, 8)) for scenes in (roomy, tight))
    assert (len(roomy._pictures), len(tight._pictures)) == (2, 1)
    assert bool((one[0] == other[0]).all())


def test_every_second_batch_holds_whole_frames(tmp_path: Path) -> None:
    batches = Scenes(lessons(tmp_path), SIZE).batches(1, 6)
    shapes = [tuple(next(batches)[0].shape) for _ in range(3)]
    assert shapes == [(6, 3, 256, 320), (2, 3, 384, 640), (6, 3, 256, 320)]


def test_whole_frames_are_more_often_of_vehicles_that_no_crop_can_show(tmp_path: Path) -> None:
    near = ("bus", [60.0, 20.0, 260.0, 170.0])
    scenes = Scenes(
        read([folder(tmp_path, frame("a", CAR), frame("b", near, scene="gate"))]), SIZE, paste=0.0
    )
    batches = scenes.batches(1, 12)
    buses = cars = 0
    for _ in range(20):
        _, (_, kinds, real, *_) = next(batches), next(batches)[1]
        buses += int(((kinds == CLASSES.index("bus")) & real).sum())
        cars += int(((kinds == CLASSES.index("car")) & real).sum())
    assert buses > 1.5 * cars > 0


def test_bare_pieces_of_road_hold_nobody_but_who_is_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "change", lambda picture, _: picture)
    dark = 90  # between the road's grey and a vehicle's
    for paste in (0.0, 1.0):
        scenes, chance = Scenes(lessons(tmp_path), SIZE, paste=paste), np.random.default_rng(3)
        bare = [one for one in (scenes._deserted(chance) for _ in range(30)) if one is not None]
        assert len(bare) > 20
        assert all(one.picture.shape == (384, 640, 3) for one in bare)
        assert any(len(one.boxes) for one in bare) == bool(paste)
        for one in bare:
            assert (int(one.picture.min()) > dark) == (not len(one.boxes))
            assert len(one.boxes) == len(one.kinds)
            assert len(one.blank) == 0


def test_what_ends_above_the_labelled_road_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    here = [one for one in lessons(tmp_path, ignore_above_y=150) if one.above_y]
    scenes, chance = Scenes(here, SIZE, paste=0.0), np.random.default_rng(2)
    views = [scenes.view(chance, SIZE) for _ in range(10)]
    assert all(not len(view.boxes) for view in views)
    assert any(len(view.blank) for view in views)


def test_pasted_vehicles_stand_in_the_picture_and_keep_their_kind(tmp_path: Path) -> None:
    bike = ("motorbike", [40.0, 60.0, 70.0, 120.0])
    place = folder(tmp_path, frame("a", bike), frame("b", bike))
    scenes, chance = Scenes(read([place]), SIZE, paste=1.0), np.random.default_rng(3)
    views = [scenes.view(chance, CROP) for _ in range(30)]
    assert max(len(view.boxes) for view in views) > 1
    for view in views:
        assert set(view.kinds.tolist()) <= {0}
        assert ((view.boxes >= 0) & (view.boxes <= (*CROP, *CROP))).all()
        assert (view.boxes[:, 2:] > view.boxes[:, :2]).all()


def test_views_and_pasted_vehicles_are_more_often_of_seldom_kinds(tmp_path: Path) -> None:
    rows = [("motorbike", [20.0 + 40 * n, 60.0, 40.0 + 40 * n, 110.0]) for n in range(7)]
    bicycle = ("bicycle", [20.0, 120.0, 40.0, 170.0])
    place = folder(tmp_path, *(frame(f"{n}", *rows, scene=f"{n}") for n in range(9)),
                   frame("b", *rows, bicycle, scene="b"))  # fmt: skip
    bank = Scenes(read([place]), SIZE)._bank
    chance = np.random.default_rng(6)
    chosen = [bank._choose(two=True, chance=chance) for _ in range(200)]
    kinds = [CLASSES[one[0].kinds[one[1]]] for one in chosen if one]
    assert 20 < kinds.count("bicycle") < 80
    alone = Scenes([one for one in read([place]) if one.scene == "b"], (1920, 1152), paste=0.0)
    views = [alone.view(chance, CROP) for _ in range(400)]
    assert sum(1 in view.kinds for view in views) > 100  # a tenth of the views if none were sought


def test_a_site_gets_the_share_of_views_that_it_shall(tmp_path: Path) -> None:
    scenes = Scenes(lessons(tmp_path), SIZE, favoured={"other"}, favour=0.8)
    shares = dict(zip(scenes.names, scenes.shares, strict=True))
    assert shares["other"] == pytest.approx(0.8)


def test_a_batch_pads_to_its_fullest_picture(tmp_path: Path) -> None:
    scenes, chance = Scenes(lessons(tmp_path), SIZE), np.random.default_rng(4)
    views = [scenes.view(chance, CROP) for _ in range(8)]
    _, truth = batch(views)
    assert truth.real.sum(1).tolist() == [len(view.boxes) for view in views]


@pytest.mark.parametrize("seed", range(40))
def test_light_and_weather_leave_a_picture_a_picture(seed: int) -> None:
    road = np.full((64, 80, 3), 120, np.uint8)
    changed = change(road, np.random.default_rng(seed))
    assert changed.shape == road.shape
    assert changed.dtype == np.uint8


def test_some_views_are_of_cameras_that_see_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blind, "SHARE", 1.0)
    pictures, truth = next(Scenes(lessons(tmp_path), SIZE).batches(1, 40))
    assert not truth.real.any()
    assert bool((truth.doubt >= 1).all())
    spread = pictures.float().std(dim=(1, 2, 3))
    assert float(spread.min()) < 40 < float(spread.max())
