"""Failures on one picture, whatever they look like."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.errors import EdgeError
from edge_agent.evaluation.sheet import CELL, Sheet


def _size(path: Path) -> tuple[int, int]:
    picture = cv2.imread(str(path))
    assert picture is not None
    return picture.shape[1] // CELL[0], picture.shape[0] // CELL[1]


def test_pictures_of_any_shape_find_room(tmp_path: Path) -> None:
    sheet = Sheet()
    for shape in [(1, 1), (1, 900), (900, 1), (64, 128, 3), (0, 0), (3000, 4000, 3)]:
        sheet.add(np.full(shape, 40, np.uint8), "30MĐ1 read 30MD1, many words more" * 3)
    sheet.add(np.zeros((9, 9), np.uint8), "")
    sheet.write(tmp_path / "sheet.jpg")
    assert _size(tmp_path / "sheet.jpg") == (6, 2)


def test_the_heaviest_stay(tmp_path: Path) -> None:
    sheet = Sheet(most=2)
    for weight in range(20):
        sheet.add(np.full((150, 200), 12 * weight, np.uint8), "", weight)
    sheet.write(tmp_path / "sheet.png")
    picture = cv2.imread(str(tmp_path / "sheet.png"), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    assert sheet.added == 20
    assert [int(picture[75, 100]), int(picture[75, 300])] == [228, 216]


def test_no_failure_is_said(tmp_path: Path) -> None:
    Sheet().write(tmp_path / "sheet.jpg")
    assert _size(tmp_path / "sheet.jpg") == (1, 1)


@pytest.mark.parametrize("name", ["nowhere/sheet.jpg", "sheet.words", "sheet"])
def test_a_sheet_that_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(EdgeError, match="cannot be written"):
        Sheet().write(tmp_path / name)
