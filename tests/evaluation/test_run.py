"""Every picture through the score, or named; disputed labels apart, not away."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.errors import EdgeError
from edge_agent.evaluation.card import sha256_of
from edge_agent.evaluation.disputed import Disputed
from edge_agent.evaluation.labels import gather
from edge_agent.evaluation.reading import ReaderScore
from edge_agent.evaluation.run import evaluate, wanted
from tests.evaluation.items import Reading, Told


def _folder(folder: Path, *texts: str) -> Path:
    lines = []
    for number, text in enumerate(texts):
        assert cv2.imwrite(str(folder / f"{number}.png"), np.full((64, 128, 3), 9, np.uint8))
        lines.append(json.dumps({"image": f"{number}.png", "text": text}))
    lines.append(json.dumps({"image": "frame.png", "boxes": []}))
    (folder / "labels.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_pictures_that_cannot_be_read_are_named_and_not_scored(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "A", "B", "C", "D", "E")
    (folder / "1.png").unlink()
    (folder / "2.png").write_bytes(b"")
    (folder / "3.png").write_bytes((folder / "4.png").read_bytes()[:60])
    score = ReaderScore(Told(Reading("A"), Reading("X")))
    told: list[int] = []
    report = evaluate(score, wanted(score, list(gather([folder])), None), None, told.append)
    assert (report["items"], report["other_items"]) == (2, 1)
    assert report["unreadable"]["count"] == 3
    assert [name.split(": ")[0] for name in report["unreadable"]["names"]] == [
        f"{folder / 'labels.jsonl'}:{line}" for line in (2, 3, 4)
    ]
    assert report["overall"]["exact"] == 0.5
    assert told == [0, 1, 2, 3, 4, 5]


def test_no_picture_at_all_is_an_error_not_a_zero(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "A")
    (folder / "0.png").unlink()
    score = ReaderScore(Told())
    with pytest.raises(EdgeError, match="no picture could be read"):
        evaluate(score, wanted(score, list(gather([folder])), None), None)


def test_labels_of_another_kind_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(EdgeError, match="none of 1 labelled pictures"):
        wanted(ReaderScore(Told()), list(gather([_folder(tmp_path)])), None)


@pytest.mark.parametrize(("limit", "names"), [(3, "036"), (10, "0123456789"), (99, "0123456789")])
def test_a_limit_takes_evenly_from_the_whole(tmp_path: Path, limit: int, names: str) -> None:
    items = list(gather([_folder(tmp_path, *"ABCDEFGHIJ")]))
    chosen = wanted(ReaderScore(Told()), items, limit).items
    assert "".join(one.name[0] for one in chosen) == names


def test_a_disputed_label_is_known_by_its_picture(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "A", "B")
    assert cv2.imwrite(str(folder / "1.png"), np.zeros((20, 20), np.uint8))
    assert cv2.imwrite(str(folder / "frame.png"), np.zeros((30, 20), np.uint8))
    path = tmp_path / "disputed.toml"
    digest = sha256_of(folder / "1.png")
    path.write_text(
        "".join(
            f'[[label]]\nimage = "{name}"\nsha256 = "{digest}"\nwhy = "blurred"\n'
            for name in ("0.png", "1.png")
        )
        + f'[[unlabelled]]\nimage = "frame.png"\nsha256 = "{sha256_of(folder / "frame.png")}"\n'
        "boxes = [[1, 2, 3, 4]]\n",
        encoding="utf-8",
    )
    disputed = Disputed.load(path)
    first, second, frame = gather([folder])
    assert [disputed(one) for one in (first, second, frame)] == [False, True, False]
    lacking = [disputed.unlabelled(one).tolist() for one in (first, second, frame)]
    assert lacking == [[], [], [[1, 2, 3, 4]]]


def test_the_shipped_list_can_be_read() -> None:
    assert Disputed.shipped() is Disputed.shipped()
