"""``edge-agent read``: photos, folders, and files that are no photos."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent import cli
from edge_agent.exits import Exit
from tests.evaluation.constant import PLATE, TEXT, networks


@pytest.fixture(scope="module")
def nets(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(networks(tmp_path_factory.mktemp("models")))


def _photo(path: Path, side: int = 160) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((side, side, 3), 200, np.uint8))
    return str(path)


def test_one_photo(tmp_path: Path, nets: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["read", _photo(tmp_path / "a.jpg"), "--models", nets]) == Exit.OK
    said = capsys.readouterr()
    assert "a.jpg: 1 plate\n" in said.out
    assert TEXT in said.out
    assert "car" in said.out
    assert said.err == ""


def test_a_folder_as_json_one_line_a_photo(
    tmp_path: Path, nets: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("b.png", "a.jpg", "deeper/c.JPEG"):
        _photo(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    assert cli.main(["read", str(tmp_path), "--json", "--models", nets]) == Exit.OK
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(line["photo"]).name for line in lines] == ["a.jpg", "b.png", "c.JPEG"]
    (plate,) = lines[0]["plates"]
    assert plate["text"] == TEXT
    assert plate["confidence"] == pytest.approx(0.99, abs=0.01)
    (left, top), _, (right, foot), _ = plate["corners"]
    assert (left, top, right, foot) == pytest.approx(PLATE, abs=1)
    assert plate["box"] == pytest.approx(PLATE, abs=4)
    assert lines[0]["size"] == [160, 160]


def test_pictures_that_cannot_be_read_are_named_and_the_others_read(
    tmp_path: Path, nets: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _photo(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes(b"")
    assert cli.main(["read", str(tmp_path), "--models", nets]) == Exit.NEGATIVE
    said = capsys.readouterr()
    assert "b.jpg: is empty" in said.err
    assert "2 photos, 1 plate, 1 could not be read" in said.out
    assert cli.main(["read", str(tmp_path / "b.jpg"), "--json", "--models", nets]) == Exit.NEGATIVE
    line = json.loads(capsys.readouterr().out)
    assert "is empty" in line["error"]
    assert line["plates"] == []


def test_nothing_found_is_said(
    tmp_path: Path, nets: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_agent.vision.plates.finder.Finder.find", lambda self, picture: [])
    assert cli.main(["read", _photo(tmp_path / "a.jpg"), "--models", nets]) == Exit.NEGATIVE
    assert "a.jpg: no plates" in capsys.readouterr().out


def test_nothing_to_read_is_said(
    tmp_path: Path, nets: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["read", str(tmp_path), "--models", nets]) == Exit.NEGATIVE
    assert "no pictures here" in capsys.readouterr().err
    assert cli.main(["read", str(tmp_path / "none.jpg"), "--models", nets]) == Exit.NEGATIVE
    assert "none.jpg: cannot be read" in capsys.readouterr().err
    assert cli.main(["read", "x.jpg", "--models", str(tmp_path)]) == Exit.NEGATIVE
    assert "manifest.toml" in capsys.readouterr().err
