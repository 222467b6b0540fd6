import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import pytest
from cv2.typing import MatLike

from edge_agent.device.view import View
from edge_agent.vision.glance import look, moved, plate_width, sharpness


def street(seed: int = 1) -> MatLike:
    """Edges of all directions, as a street has."""
    chance = np.random.default_rng(seed)
    picture = np.full((360, 640), 110, np.uint8)
    for _ in range(60):
        x, y = chance.integers(0, 600), chance.integers(0, 330)
        w, h = chance.integers(10, 90, 2)
        grey = int(chance.integers(20, 230))
        cv2.rectangle(picture, (int(x), int(y)), (int(x + w), int(y + h)), grey, -1)
    return picture


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "street.avi"
    out = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 360))
    for _ in range(30):
        out.write(cv2.cvtColor(street(), cv2.COLOR_GRAY2BGR))
    out.release()
    return path


def test_a_sharp_picture_differs_from_a_blurred_one() -> None:
    sharp, soft = street(), cv2.GaussianBlur(street(), (0, 0), 6)
    assert sharpness(sharp) > 40 > sharpness(soft)


@pytest.mark.parametrize(("across", "down"), [(0, 0), (4, 0), (0, 30), (64, 10)])
def test_how_far_a_picture_moved(across: int, down: int) -> None:
    there = np.array([[1, 0, across], [0, 1, down]], np.float32)
    now = cv2.warpAffine(street(), there, (640, 360), borderMode=cv2.BORDER_REFLECT)
    found = moved(cv2.resize(street(), (320, 180)), now)
    assert found == pytest.approx(np.hypot(across, down) / 640, abs=0.01)


def test_darkness_is_no_movement_and_another_street_is_no_picture_of_this_one() -> None:
    then = cv2.resize(street(), (320, 180))
    dim = cv2.convertScaleAbs(street(), alpha=0.5)
    assert moved(then, dim) == pytest.approx(0, abs=0.01)
    assert moved(then, street(2)) is None or moved(then, street(2)) > 0.05  # type: ignore[operator]


def test_the_width_of_a_plate_on_the_line() -> None:
    # 10 m by 10 m fill the picture, seen from straight above: 100 pixels a metre.
    ground = [(0, 0, 0, 0), (1, 0, 10, 0), (1, 1, 10, 10), (0, 1, 0, 10)]
    assert plate_width([(0, 0.5, 1, 0.5)], ground, (1000, 1000)) == 19
    assert plate_width([], ground, (1000, 1000)) is None
    assert plate_width([(0, 0.5, 1, 0.5)], ground[:3], (1000, 1000)) is None


def test_a_look_remembers_when_asked(film: Path, tmp_path: Path) -> None:
    view = View(f"file://{film}")
    aim = tmp_path / "aims" / "cam1.png"
    first = look(view, 5, aim)
    assert (first.frames, first.size, first.trouble) == (5, (640, 360), "")
    assert (first.remembered, first.shift) == (False, None)
    assert look(view, 5, aim, remember=True).remembered
    again = look(view, 5, aim)
    assert again.remembered
    assert again.shift == pytest.approx(0, abs=0.002)


def test_what_cannot_be_seen_says_why(tmp_path: Path) -> None:
    missing = look(View(f"file://{tmp_path}/none.mp4"), 5, None)
    assert "gone" in missing.trouble
    empty = tmp_path / "empty.mp4"
    empty.write_bytes(b"")
    assert "zero bytes" in look(View(f"file://{empty}"), 5, None).trouble


def test_one_line_in_and_one_out(film: Path) -> None:
    asked = {
        "view": asdict(View(f"file://{film}")),
        "frames": 3,
        "remembered": None,
        "remember": False,
    }
    done = subprocess.run(
        [sys.executable, "-m", "edge_agent.vision.glance"],
        input=json.dumps(asked).encode() + b"\n", capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["frames"] == 3
    assert done.stdout.count(b"\n") == 1
