"""``edge-agent eval`` from labels to figures, with networks whose answers are known."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge_agent import cli
from edge_agent.evaluation.card import Card, sha256_of
from edge_agent.evaluation.split import Seen
from edge_agent.exits import Exit
from tests.evaluation.constant import CAR, PLATE, TEXT, networks


@pytest.fixture(scope="module")
def nets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return networks(tmp_path_factory.mktemp("models"))


def _set(folder: Path, side: int, *lines: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    told = []
    for number, line in enumerate(lines):
        name = f"{number}.png"
        assert cv2.imwrite(str(folder / name), np.full((side, side, 3), 99, np.uint8))
        told.append(json.dumps({"image": name, "source": "ours", **line}))
    (folder / "labels.jsonl").write_text("\n".join(told), encoding="utf-8")
    return folder


def _json(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    assert cli.main(["eval", *map(str, words), "--json"]) == Exit.OK
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_reader(tmp_path: Path, nets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _set(tmp_path, 64, {"text": TEXT, "lines": 1}, {"text": "30A12346", "lines": 2})
    result = _json(capsys, "reader", "--data", folder, "--models", nets)
    assert result["overall"]["exact"] == 0.5
    assert result["overall"]["character_error"] == 1 / 16
    assert result["by_layout"]["one-line"]["exact"] == 1.0
    assert result["by_source"]["ours"]["items"] == 2
    assert result["confusions"] == [["6", "5", 1]]
    assert result["models"][0]["sha256"] == sha256_of(nets / "reader.onnx")
    assert "seen" not in result, "nobody knows without a card"


def test_plates(tmp_path: Path, nets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _set(
        tmp_path,
        160,
        {"plates": [{"box": PLATE, "text": TEXT, "lines": 1}]},
        {"plates": [{"box": PLATE, "text": "29B1", "lines": 2}, {"box": CAR, "text": "51F1"}]},
    )
    overall = _json(capsys, "plates", "--data", folder, "--models", nets)["overall"]
    assert (overall["recall"], overall["precision"], overall["exact"]) == (0.6667, 1.0, 0.3333)


def test_vehicles(tmp_path: Path, nets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Doubtful finds count for the curve: the motorbike's score is 0.05.
    bike = {"cls": "motorbike", "box": [0, 24, 8, 32]}
    folder = _set(tmp_path, 32, {"boxes": [{"cls": "car", "box": CAR}, bike]})
    result = _json(capsys, "vehicles", "--data", folder, "--models", nets)
    assert result["overall"]["ap50_any"] == 1.0
    assert result["overall"]["ap50_motorbike"] == 1.0
    assert result["by_class"]["car"] == {"vehicles": 1, "ap50": 1.0}


def test_counting(tmp_path: Path, nets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film = cv2.VideoWriter(str(tmp_path / "a.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 64))
    for _ in range(10):
        film.write(np.full((64, 64, 3), 99, np.uint8))
    film.release()
    truth = {
        "a.avi": {"line": [[1, 0], [1, 64]], "counts": {"left_to_right": {"car": 2}}},
        "b.avi": {"counts": None},
    }
    (tmp_path / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    result = _json(capsys, "counting", "--data", tmp_path, "--models", nets)
    # The car of that network never moves: both crossings are missed.
    assert result["overall"] == {
        "truth": 2,
        "counted": 0,
        "error": 1.0,
        "error_any": 1.0,
        "bias": -1.0,
    }
    assert (result["items"], result["other_items"]) == (1, 1)


def test_a_card_splits_seen_from_unseen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nets = networks(tmp_path / "models")
    Card(
        name="reader",
        task="reader",
        summary="",
        file="reader.onnx",
        sha256=sha256_of(nets / "reader.onnx"),
        parameters=1,
        licences="all",
        data=[],
        seen=Seen(sources=("ours",)),
    ).save(nets / "card.json")
    manifest = nets / "manifest.toml"
    words = manifest.read_text(encoding="utf-8").replace("charset", 'card = "card.md"\ncharset')
    manifest.write_text(words, encoding="utf-8")
    folder = _set(tmp_path / "set", 64, {"text": TEXT}, {"text": "29B1", "source": "theirs"})
    result = _json(capsys, "reader", "--data", folder, "--models", nets)
    assert (result["seen"]["exact"], result["unseen"]["exact"]) == (1.0, 0.0)


def test_a_file_is_read_like_the_manifests(
    tmp_path: Path, nets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _set(tmp_path, 64, {"text": TEXT})
    file = nets / "reader.onnx"
    result = _json(capsys, "reader", "--data", folder, "--models", nets, "--model", file)
    assert result["overall"]["exact"] == 1.0
    assert result["models"][0]["model"] == "reader.onnx"


def test_words_for_people_and_a_sheet(
    tmp_path: Path, nets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _set(tmp_path, 64, {"text": "30A12346"})
    sheet = tmp_path / "sheet.jpg"
    words = ["eval", "reader", "--data", str(folder), "--models", str(nets), "--sheet", str(sheet)]
    assert cli.main(words) == Exit.OK
    out = capsys.readouterr().out
    assert "overall" in out
    assert "6→5 1" in out
    assert cv2.imread(str(sheet)) is not None


def test_unreadable_pictures_are_said_and_the_exit_code_tells(
    tmp_path: Path, nets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _set(tmp_path, 64, {"text": TEXT}, {"text": TEXT})
    (folder / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    words = ["eval", "reader", "--data", str(folder), "--models", str(nets)]
    assert cli.main(words) == Exit.NEGATIVE
    out = capsys.readouterr().out
    assert "1 COULD NOT BE READ" in out
    assert "1.png" in out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--model", "finder"], "is a finder; a reader is needed"),
        (["--model", "nobody"], "has no model"),
        (["--model", "nowhere.onnx"], "cannot be read"),
        (["--limit", "0"], "1 or more"),
        (["--data", "nowhere"], "no such folder"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path,
    nets: Path,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
    words: str,
) -> None:
    folder = _set(tmp_path, 64, {"text": TEXT})
    command = ["eval", "reader", "--data", str(folder), "--models", str(nets), *more]
    try:
        code = cli.main(command)
    except SystemExit as error:
        code = int(str(error.code))
    assert code in {Exit.NEGATIVE, Exit.CONFIG}
    assert words in capsys.readouterr().err


def test_labels_for_something_else_are_no_silent_zero(
    tmp_path: Path, nets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _set(tmp_path, 64, {"text": TEXT})
    words = ["eval", "vehicles", "--data", str(folder), "--models", str(nets)]
    assert cli.main(words) == Exit.NEGATIVE
    assert "frames with labelled vehicles wanted" in capsys.readouterr().err
