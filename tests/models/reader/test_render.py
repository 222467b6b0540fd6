from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest

from edge_agent.models.reader import render as rendering
from edge_agent.models.reader.glyphs import LETTERS, bank
from edge_agent.models.reader.paint import Plate, paint
from edge_agent.models.reader.render import BLANK, Renderer, labels_of, render
from edge_agent.models.reader.spoil import SIZE, Spoiler
from edge_agent.models.reader.strokes import CELL, draw, shapes
from edge_agent.models.reader.texts import Print

GLYPHS = bank(1)


def test_labels_are_classes_then_blanks() -> None:
    assert labels_of("29Đ").tolist() == [2, 9, LETTERS.index("Đ"), *[BLANK] * 7]


def test_a_text_too_long_or_strange_has_no_labels() -> None:
    with pytest.raises(ValueError, match="more than 10"):
        labels_of("12345678901")
    with pytest.raises(ValueError, match="no plate carries"):
        labels_of("29?")


@pytest.mark.parametrize("letter", LETTERS)
def test_every_shape_of_a_letter_fills_its_cell(letter: str) -> None:
    for shape in shapes(letter):
        glyph = draw(shape, 0.12, Random(1))
        assert glyph.shape == (CELL[1], CELL[0])
        ink = glyph > 127
        assert ink[:2].any()
        assert ink[-2:].any()
        assert ink[:, :2].any()
        assert ink[:, -2:].any()


def test_glyphs_of_one_face_differ() -> None:
    for face in GLYPHS.faces["strokes"][:3]:
        drawn = {letter: face.glyphs[letter][0] for letter in LETTERS if letter != "O"}
        for one, a in drawn.items():
            for other, b in drawn.items():
                if one < other:
                    assert np.abs(a.astype(int) - b).mean() > 8, (one, other)


def test_ink_is_where_the_centres_are() -> None:
    what = Print(("29-HE", "838.86"), "bike", 1.36, 0.45, 0.4)
    plate = paint(what, GLYPHS, 120, Random(5))
    assert plate.centres.shape == (len(what.text), 2)
    ground = np.median(plate.picture)
    for x, y in plate.centres:
        column = plate.picture[round(y) - 20 : round(y) + 20, round(x) - 8 : round(x) + 8]
        assert np.abs(column.astype(float) - ground).max() > 40


def test_centres_follow_the_plate_into_the_crop() -> None:
    """A dot at a centre changes the crop where the crop says the centre is."""
    what = Print(("30A-123.45",), "long", 4.4, 0.5, 0.7)
    for seed in range(12):
        plate = paint(what, GLYPHS, 60, Random(seed))
        x, y = plate.centres[4]
        plain = np.zeros_like(plate.picture)
        dotted = plain.copy()
        cv2.circle(dotted, (round(x), round(y)), 4, 255, -1)
        (without, _), (crop, centres) = (
            Spoiler(seed).crop(Plate(picture, plate.centres), (256, 64), 0.0, Random(seed + 100))
            for picture in (plain, dotted)
        )
        change = cv2.absdiff(crop, without).astype(np.float32)
        rows, columns = np.mgrid[: SIZE[1], : SIZE[0]]
        weights = np.where(change > 0.5 * change.max(), change, 0)
        assert abs((weights * columns).sum() / weights.sum() - centres[4][0]) < 3
        assert abs((weights * rows).sum() / weights.sum() - centres[4][1]) < 5


def test_samples_are_crops_with_their_truth() -> None:
    renderer = Renderer(3, GLYPHS)
    known = 0
    for _ in range(150):
        sample = renderer.sample()
        assert sample.crop.shape == (SIZE[1], SIZE[0])
        assert sample.crop.dtype == np.uint8
        assert len(sample.centres) == len(sample.text)
        known += not np.isnan(sample.centres).any()
    assert known > 120


def test_the_same_seed_makes_the_same_samples() -> None:
    one, other = Renderer(8, bank(8)), Renderer(8, bank(8))
    for _ in range(20):
        a, b = one.sample(), other.sample()
        assert a.text == b.text
        assert np.array_equal(a.crop, b.crop)


def test_a_cache_is_not_made_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "SHARD", 8)
    monkeypatch.setattr(rendering.fill_shard, "__defaults__", (8,))
    render(tmp_path, 10, 1, None)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sorted(made) == [
        "0000.crops.npy",
        "0000.truth.npz",
        "0001.crops.npy",
        "0001.truth.npz",
    ]
    assert np.load(tmp_path / "0000.crops.npy").shape == (8, 64, 128)
    before = (tmp_path / "0000.crops.npy").stat().st_mtime_ns
    render(tmp_path, 10, 1, None)
    assert (tmp_path / "0000.crops.npy").stat().st_mtime_ns == before
