"""``./dev eval`` on networks whose answers are known."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge_agent.evaluation.card import Card, sha256_of
from edge_agent.evaluation.disputed import Disputed
from edge_agent.evaluation.split import Seen
from edge_agent.models import cards
from edge_agent.models.cards import CHECK
from tests.evaluation.constant import CAR, PLATE, TEXT, networks


def _set(folder: Path, side: int, *lines: dict[str, Any]) -> Path:
    folder.mkdir()
    told = [
        {"image": f"{number}.png", "source": "ours", **line} for number, line in enumerate(lines)
    ]
    for line in told:
        assert cv2.imwrite(str(folder / line["image"]), np.full((side, side, 3), 99, np.uint8))
    (folder / "labels.jsonl").write_text("\n".join(map(json.dumps, told)), encoding="utf-8")
    return folder


@pytest.fixture
def nets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Networks with cards, and small sets in place of the rendered ones."""
    folder = networks(tmp_path / "models")
    words = (folder / "manifest.toml").read_text(encoding="utf-8")
    for name in ("detector", "finder", "reader"):
        words = words.replace(f'file = "{name}.onnx"', f'file = "{name}.onnx"\ncard = "{name}.md"')
        Card(
            name=name,
            task=name,
            summary="Says the same of every picture.",
            file=f"{name}.onnx",
            sha256=sha256_of(folder / f"{name}.onnx"),
            parameters=1,
            licences="clean",
            data=[],
            seen=Seen(sources=("ours",)),
        ).save(folder / f"{name}.json")
    (folder / "manifest.toml").write_text(words, encoding="utf-8")
    sets = {
        "vehicles": _set(tmp_path / "vehicles", 32, {"boxes": [{"cls": "car", "box": CAR}]}),
        "plates": _set(tmp_path / "plates", 160, {"plates": [{"box": PLATE, "text": TEXT}]}),
        "reader": _set(tmp_path / "reader", 64, {"text": TEXT}, {"text": "29B1"}),
    }
    monkeypatch.setattr(cards, "check_sets", lambda folder: sets)
    return folder


def test_every_card_gets_its_check(nets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cards.main(["--models", str(nets)]) == 0
    results = {
        name: Card.load(nets / f"{name}.json").results[CHECK].figures
        for name in ("detector", "finder", "reader")
    }
    assert results["detector"]["ap50_any"] == 1.0
    assert results["finder"]["recall"] == results["finder"]["exact"] == 1.0
    assert results["reader"]["exact"] == 0.5
    assert "exact 0.5" in capsys.readouterr().out
    assert "exact 0.500" in (nets / "reader.md").read_text(encoding="utf-8")


def test_data_is_for_those_that_it_fits_and_unseen_stands_apart(nets: Path, tmp_path: Path) -> None:
    folder = _set(tmp_path / "dev", 64, {"text": TEXT}, {"text": "29B1", "source": "theirs"})
    assert cards.main(["--models", str(nets), "--data", str(folder)]) == 0
    name = f"{tmp_path.name}/dev"
    result = Card.load(nets / "reader.json").results[name]
    assert (result.figures["exact"], result.figures["unseen exact"]) == (0.5, 0.0)
    assert name not in Card.load(nets / "detector.json").results


def test_figures_without_wrong_labels_stand_beside(
    nets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _set(tmp_path / "dev", 64, {"text": TEXT}, {"text": "29B1"})
    wrong = Disputed(frozenset({("1.png", sha256_of(folder / "1.png"))}), {})
    monkeypatch.setattr(Disputed, "shipped", staticmethod(lambda: wrong))
    assert cards.main(["reader", "--models", str(nets), "--data", str(folder)]) == 0
    results = Card.load(nets / "reader.json").results
    name = f"{tmp_path.name}/dev"
    told = [results[each] for each in (name, f"{name}, sound labels")]
    assert [(each.items, each.figures["exact"]) for each in told] == [(2, 0.5), (1, 1.0)]


def test_other_results_stay(nets: Path) -> None:
    assert cards.main(["reader", "--models", str(nets)]) == 0
    card = Card.load(nets / "reader.json")
    card.results["by hand"] = card.results[CHECK]
    card.save(nets / "reader.json")
    assert cards.main(["reader", "--models", str(nets)]) == 0
    assert set(Card.load(nets / "reader.json").results) == {CHECK, "by hand"}
    assert CHECK not in Card.load(nets / "finder.json").results


def test_a_card_of_other_weights_is_refused(nets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = Card.load(nets / "reader.json").model_copy(update={"sha256": "0" * 64})
    card.save(nets / "reader.json")
    assert cards.main(["reader", "--models", str(nets)]) == 1
    assert "is the card of other weights than reader.onnx" in capsys.readouterr().err
    assert cards.main(["nobody", "--models", str(nets)]) == 1
