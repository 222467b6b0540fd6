"""What the finder is taught is what the window shows."""

from random import Random

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.models.finder.clutter import litter, scribbled
from edge_agent.models.finder.faces import FlatPlate, drawn, paste, weathered
from edge_agent.models.finder.scenes import Scene, Target, corners_of
from edge_agent.models.finder.windows import BOXED, EXACT, IGNORED, SIDE, Cutter, Window

_WHITE, _DARK = 255, 20


def _scene(*boxes: tuple[int, int, int, int], exact: bool = True) -> Scene:
    picture = np.full((480, 640), _DARK, np.uint8)
    targets = []
    for x1, y1, x2, y2 in boxes:
        picture[y1:y2, x1:x2] = _WHITE
        targets.append(Target(corners_of((x1, y1, x2, y2)), exact=exact, lines=2))
    return Scene(picture, tuple(targets), source="made")


def _face() -> FlatPlate:
    return FlatPlate(np.full((40, 60), _WHITE, np.uint8), 2)


def _windows(scene: Scene, count: int) -> list[Window]:
    cutter = Cutter([scene], [_face()], seed=3)
    return [cutter.cut() for _ in range(count)]


def _cover(quad: NDArray[np.float32]) -> NDArray[np.uint8]:
    cover = np.zeros((SIDE, SIDE), np.uint8)
    fixed = np.round((quad - 0.5) * 16).astype(np.int32)
    return np.asarray(cv2.fillConvexPoly(cover, fixed, 255, cv2.LINE_8, 4), np.uint8)


def test_corners_go_where_the_plate_goes() -> None:
    shares = []
    for window in _windows(_scene((300, 200, 380, 250)), 150):
        for quad, kind in zip(window.quads, window.kinds, strict=True):
            if kind != EXACT:
                continue
            inner = cv2.erode(_cover(quad), np.ones((3, 3), np.uint8)) > 0
            if inner.sum() > 30:
                shares.append(float(np.mean(window.picture[inner] > 150)))
    assert len(shares) > 80
    assert np.mean(shares) > 0.97  # a pasted neighbour may be darker, its own is white


def test_sizes_vary_from_a_few_pixels_to_most_of_the_window() -> None:
    wide = [
        float(np.hypot(*(quad[1] - quad[0])))
        for window in _windows(_scene((300, 200, 380, 250)), 300)
        for quad, kind in zip(window.quads, window.kinds, strict=True)
        if kind == EXACT
    ]
    assert min(wide) < 20
    assert max(wide) > 150
    assert min(wide) >= 12


def test_a_box_drawn_by_hand_is_not_taken_for_corners() -> None:
    kinds = {int(kind) for one in _windows(_scene((300, 200, 380, 250), exact=False), 60)
             for kind in one.kinds}  # fmt: skip
    assert BOXED in kinds
    boxed = [
        quad
        for window in _windows(_scene((300, 200, 380, 250), exact=False), 60)
        for quad, kind in zip(window.quads, window.kinds, strict=True)
        if kind == BOXED
    ]
    for quad in boxed:  # upright: nobody knows how the plate itself leans
        assert quad[0, 1] == quad[1, 1]
        assert quad[0, 0] == quad[3, 0]


def test_a_vehicle_whose_plate_nobody_labelled_is_left_out() -> None:
    scene = Scene(np.full((480, 640), 90, np.uint8), None, ((200, 100, 500, 400),), "traffic")
    windows = _windows(scene, 80)
    assert any((one.kinds == IGNORED).any() for one in windows)


def test_windows_are_alike_for_the_same_seed() -> None:
    scene = _scene((300, 200, 380, 250))
    one, other = _windows(scene, 5), _windows(scene, 5)
    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(one, other, strict=True))


def test_a_face_is_laid_into_its_corners() -> None:
    picture = np.full((100, 100), _DARK, np.uint8)
    quad = np.array(((20, 30), (70, 20), (75, 60), (25, 70)), np.float32)
    paste(picture, _face(), quad)
    cover = _cover_of(quad, picture.shape)
    assert (picture[cv2.erode(cover, np.ones((3, 3), np.uint8)) > 0] == _WHITE).all()
    assert (picture[cv2.dilate(cover, np.ones((5, 5), np.uint8)) == 0] == _DARK).all()


def _cover_of(quad: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    cover = np.zeros(shape, np.uint8)
    return np.asarray(cv2.fillConvexPoly(cover, np.round(quad).astype(np.int32), 255), np.uint8)


@pytest.mark.parametrize("shift", [(-200.0, 0.0), (90.0, 90.0), (-30.0, -20.0)])
def test_a_face_beyond_the_edge_is_cut_off(shift: tuple[float, float]) -> None:
    picture = np.full((100, 100), _DARK, np.uint8)
    paste(picture, _face(), corners_of((10, 10, 60, 40)) + np.array(shift, np.float32))
    assert picture.shape == (100, 100)


def test_weather_keeps_the_size_of_a_face() -> None:
    chance = Random(1)
    for face in drawn(12, seed=1):
        assert weathered(face, chance).picture.shape == face.picture.shape


def test_drawn_plates_have_one_and_two_lines() -> None:
    assert {face.lines for face in drawn(40, seed=2)} == {1, 2}


def test_clutter_keeps_away_from_plates() -> None:
    chance = Random(4)
    quad = corners_of((100, 100, 160, 140))
    for _ in range(40):
        picture = scribbled(chance, SIDE)
        before = picture[96:144, 96:164].copy()
        litter(picture, chance, [quad])
        assert np.array_equal(picture[96:144, 96:164], before)
