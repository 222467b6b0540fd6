from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from edge_agent.models.detector import deserted
from edge_agent.models.detector.labels import read
from tests.models.detector.labelled import folder, frame

SIZE = (640, 384)
CAR = ("car", [100.0, 60.0, 180.0, 120.0])


def test_no_label_touches_a_bare_place_and_it_lies_where_all_is_labelled(tmp_path: Path) -> None:
    lesson = read([folder(tmp_path, frame("a", CAR, ignore_above_y=40))])[0]
    chance = np.random.default_rng(2)
    places = [deserted.place(lesson, SIZE, chance) for _ in range(300)]
    found = [one for one in places if one is not None]
    assert 30 < len(found) < 300
    for (x1, y1), (x2, y2) in found:
        assert x1 >= 0
        assert y1 >= 40
        assert x2 <= lesson.size[0]
        assert y2 <= lesson.size[1]
        assert (x2 - x1) / (y2 - y1) == pytest.approx(SIZE[0] / SIZE[1])
        assert x2 <= 100 or x1 >= 180 or y2 <= 60 or y1 >= 120


def test_a_crowded_or_half_labelled_picture_has_no_bare_place(tmp_path: Path) -> None:
    full = ("bus", [0.0, 0.0, 320.0, 240.0])
    crowded = read([folder(tmp_path / "full", frame("a", full))])[0]
    partly = read([folder(tmp_path / "partly", frame("a", CAR))])[0]
    partly.whole = False
    chance = np.random.default_rng(2)
    for lesson in (crowded, partly):
        assert all(deserted.place(lesson, SIZE, chance) is None for _ in range(50))


def test_an_enlarged_piece_shows_the_piece_alone_and_often_from_another_side() -> None:
    rows = np.linspace(50, 200, 60).astype(np.uint8)
    piece = np.repeat(np.repeat(rows[:, None], 100, 1)[..., None], 3, 2)
    chance = np.random.default_rng(2)
    shown = [deserted.enlarged(piece, SIZE, chance) for _ in range(40)]
    assert all(one.shape == (384, 640, 3) for one in shown)
    assert all(one.min() >= 49 and one.max() <= 201 for one in shown)
    level = [bool((one == one[:, :1]).all()) for one in shown]
    assert 8 < sum(level) < 32
