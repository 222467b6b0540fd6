import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent import cli


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of empty road, then two vehicles to the right and one to the left."""
    path = tmp_path_factory.mktemp("clip") / "two lanes & more.mp4"
    draw = np.random.default_rng(1)
    road = draw.normal(105, 8, (176, 320))
    out = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25, (320, 176))
    for index in range(200):
        t = index / 25
        plane = road + draw.normal(0, 2, road.shape)
        for enters, speed, y, level in (
            (3.0, 120, 30, 220),
            (4.2, 110, 80, 30),
            (3.5, -90, 130, 200),
        ):
            gone = (t - enters) * speed
            x = gone - 40 if speed > 0 else 320 + gone
            x1, x2 = max(0, round(x)), min(320, round(x + 40))
            if x1 < x2:
                plane[y : y + 24, x1:x2] = level
        grey = np.clip(plane, 0, 255).astype(np.uint8)
        out.write(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))
    out.release()
    return path


MOTION = ("--detector", "motion")
"""What is drawn here moves, but is no vehicle to a network."""


def replay(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edge_agent.cli", "replay", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("fps", ["5", "10", "25"])
def test_counts_by_direction_and_class(
    clip: Path, fps: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(
        [
            *("replay", "--video", str(clip), "--line", "160,0,160,176"),
            *("--fps", fps, "--json", *MOTION),
        ]
    )
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert code == 0
    assert result["counts"] == {"left_to_right": {"unknown": 2}, "right_to_left": {"unknown": 1}}
    assert result["totals"] == {"left_to_right": 2, "right_to_left": 1}
    assert result["frames"]["decoded"] == 200
    assert result["lines"]["line1"]["ab"] == "right_to_left"


def test_several_lines_are_told_apart_and_the_picture_is_written(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "seen.mp4"
    lines = ["--line", "160,0,160,176", "--line", "0,60,320,60"]
    assert cli.main(["replay", "--video", str(clip), *lines, *MOTION, "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert "line 160,0,160,176" in text
    assert "top_to_bottom" in text
    film = cv2.VideoCapture(str(out))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == 80
    film.release()


def test_what_cannot_be_read_says_why(clip: Path, tmp_path: Path) -> None:
    zero, text, cut = tmp_path / "zero.mp4", tmp_path / "text.mp4", tmp_path / "cut.mp4"
    zero.touch()
    text.write_text("no video at all\n" * 50)
    cut.write_bytes(clip.read_bytes()[:20_000])
    line = ("--line", "160,0,160,176", "--json", *MOTION)
    for path, words in (
        (tmp_path / "none.mp4", "No such file"),
        (zero, "zero bytes"),
        (text, "not a video"),
        (cut, "cut short"),
        (tmp_path, "not a file"),
    ):
        done = replay("--video", path, *line)
        assert done.returncode == 1, done
        assert words in done.stderr
        assert done.stderr.startswith("edge-agent: ")
        assert len(done.stderr.splitlines()) == 1
        assert done.stdout == ""


def test_lines_that_count_nothing_are_refused(clip: Path) -> None:
    done = replay("--video", clip, "--line", "160,0,160,900")
    assert (done.returncode, "outside the picture of 320x176" in done.stderr) == (1, True)
    for wrong in ("1,2,3", "5,5,5,5", "a,b,c,d"):
        done = replay("--video", clip, "--line", wrong)
        assert done.returncode == 2
        assert "--line" in done.stderr


def test_a_picture_that_cannot_be_written_is_said(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "seen.mp4"
    done = replay("--video", clip, "--line", "160,0,160,176", *MOTION, "--out", out)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
