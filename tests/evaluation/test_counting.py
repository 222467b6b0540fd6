"""Counts of clips against their truth: by class, by direction, and none hidden behind another."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.errors import EdgeError
from edge_agent.evaluation.counting import Cell, Clip, clips, count, measure, report
from edge_agent.vision.frame import Detections, Frame
from tests.evaluation.items import detections

_LEVELS = {"car": 220, "bus": 150}


class _Blobs:
    """Cars are white, buses grey, the road is dark."""

    def detect(self, frame: Frame) -> Detections:
        found = []
        for cls, level in _LEVELS.items():
            mask = (np.abs(frame.small.astype(int) - level) < 30).astype(np.uint8)
            total, _, stats, _ = cv2.connectedComponentsWithStats(mask)
            for x, y, width, height, area in stats[1:total]:
                if area > 200:
                    found.append((cls, 0.9, (x, y, x + width, y + height)))
        return detections(*found)

    def cut(self) -> bool:
        return False


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cars to the right, one bus to the left."""
    path = tmp_path_factory.mktemp("clip") / "road.mp4"
    out = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25, (320, 176))
    for index in range(150):
        picture = np.full((176, 320, 3), 40, np.uint8)
        for enters, speed, y, cls in (
            (0.2, 120, 20, "car"),
            (1.5, 110, 70, "car"),
            (0.5, -100, 120, "bus"),
        ):
            gone = (index / 25 - enters) * speed
            x = gone - 40 if speed > 0 else 320 + gone
            x1, x2 = max(0, round(x)), min(320, round(x + 40))
            if x1 < x2:
                picture[y : y + 30, x1:x2] = _LEVELS[cls]
        out.write(picture)
    out.release()
    return path


LINE = ((160.0, 0.0), (160.0, 176.0))


def test_what_drives_past_is_counted(film: Path) -> None:
    truth = {"left_to_right": {"car": 2}, "right_to_left": {"minibus": 1}}
    shares: list[float] = []
    cells = count(Clip(film, LINE, truth, "ours"), _Blobs(), 10, shares.append)
    told = {(cell.direction, cell.cls): (cell.truth, cell.counted) for cell in cells}
    assert told == {("left_to_right", "car"): (2, 2), ("right_to_left", "bus"): (1, 1)}
    assert report(cells)["overall"]["error"] == 0.0
    assert shares == sorted(shares)
    assert shares[-1] > 0.9


def _cell(direction: str, cls: str, truth: int, counted: int, name: str = "a.mp4") -> Cell:
    return Cell(Clip(Path(name), LINE, {}, "ours"), direction, cls, truth, counted)


def test_errors_do_not_cancel() -> None:
    cells = [
        _cell("left", "car", 10, 12),
        _cell("left", "bus", 4, 2),
        _cell("right", "car", 6, 6),
    ]
    figures = measure(cells)
    assert figures["error"] == 0.2
    assert figures["error_any"] == 0.0
    assert figures["bias"] == 0.0


def test_directions_and_clips_do_not_cancel_either() -> None:
    cells = [_cell("left", "car", 10, 11), _cell("right", "car", 10, 9)]
    assert measure(cells)["error_any"] == 0.1
    cells = [_cell("left", "car", 10, 11), _cell("left", "car", 10, 9, "b.mp4")]
    assert measure(cells)["error_any"] == 0.1


def test_what_was_counted_where_nothing_was_has_no_share() -> None:
    figures = measure([_cell("left", "car", 0, 3)])
    assert figures == {"truth": 0, "counted": 3}


def test_groups() -> None:
    result = report([_cell("left", "car", 10, 9), _cell("right", "bus", 5, 5, "b.mp4")])
    assert result["by_class"]["car"]["error"] == 0.1
    assert result["by_direction"]["right"]["error"] == 0.0
    assert result["by_clip"]["b.mp4"]["truth"] == 5
    assert result["by_source"]["ours"]["counted"] == 14


def test_clips_without_a_count_are_for_looking(tmp_path: Path) -> None:
    told = {
        "a.mp4": {"line": LINE, "counts": {"left_to_right": {"car": 5}}, "fps": "nominal 2"},
        "b.mp4": {"line": LINE, "counts": None},
        "c.mp4": {"line": None, "counts": None},
    }
    (tmp_path / "truth.json").write_text(json.dumps(told), encoding="utf-8")
    counted, others = clips(tmp_path)
    assert [clip.path for clip in counted] == [tmp_path / "a.mp4"]
    assert others == ["b.mp4", "c.mp4"]
    assert clips(tmp_path / "truth.json") == (counted, others)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no JSON"),
        ("[1]", "valid dict"),
        ('{"a": {"line": [[1, 2]]}}', "a.line"),
        ('{"a": {"counts": {"x": {"car": "many"}}}}', "a.counts.x.car"),
    ],
)
def test_truth_that_nobody_understands_is_refused(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "truth.json").write_text(content, encoding="utf-8")
    with pytest.raises(EdgeError, match=words):
        clips(tmp_path)


def test_clips_that_cannot_be_opened_are_named(tmp_path: Path) -> None:
    with pytest.raises(EdgeError, match=r"truth\.json: cannot be read"):
        clips(tmp_path)
    (tmp_path / "a.mp4").write_bytes(b"no film")
    with pytest.raises(EdgeError, match=r"a\.mp4"):
        count(Clip(tmp_path / "a.mp4", LINE, {}, ""), _Blobs(), 10)
