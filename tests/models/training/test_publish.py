import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.errors import ModelError
from edge_agent.models.training.publish import publish, text
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.manifest import digest, models
from tests.onnxfile import constant

SHAPE = [1, 3, 32, 32]
INPUT = {"shape": SHAPE, "layout": "NCHW", "colour": "rgb", "range": "0-255"}
CHARSET = "0123456789ABCDEFGHKLMNPRSTUVXYZĐ"


def put(folder: Path, name: str, value: float = 0) -> bytes:
    content = constant(np.full((1, 4, 5), value, np.float32), SHAPE)
    (folder / name).mkdir(exist_ok=True)
    (folder / name / f"{name}.onnx").write_bytes(content)
    return content


def done(folder: Path, name: str = "detector", **words: Any) -> Entry:
    chosen: dict[str, Any] = {"task": "detector", "classes": ["motorbike", "car"], **words}
    return publish(name, input=INPUT, licence="Apache-2.0", folder=folder, **chosen)


def test_what_is_published_opens_and_says_what_it_is(tmp_path: Path) -> None:
    content = put(tmp_path, "detector")
    entry = done(tmp_path, thresholds={"score": 0.3})
    assert entry.sha256 == digest(content)
    assert entry.outputs == ((1, 4, 5),)
    assert (entry.file, entry.card) == ("detector/detector.onnx", "detector/card.md")
    _net, found = models(tmp_path).open("detector")
    assert found == entry


def test_the_same_network_gives_the_same_text_in_any_order(tmp_path: Path) -> None:
    for name in ("detector", "detector-small", "reader"):
        put(tmp_path, name)
    reader = {"task": "reader", "classes": (), "charset": CHARSET}
    done(tmp_path, "reader", **reader)
    done(tmp_path, "detector-small")
    done(tmp_path)
    first = (tmp_path / "manifest.toml").read_bytes()
    (tmp_path / "manifest.toml").unlink()
    for name in ("detector", "detector-small"):
        done(tmp_path, name)
    done(tmp_path, "reader", **reader)
    done(tmp_path)
    assert (tmp_path / "manifest.toml").read_bytes() == first
    assert models(tmp_path).entry("reader").charset == CHARSET
    assert [path.name for path in tmp_path.glob("manifest*")] == ["manifest.toml"]


def test_a_new_one_takes_the_place_of_the_old(tmp_path: Path) -> None:
    put(tmp_path, "detector")
    before = done(tmp_path)
    put(tmp_path, "detector", 1)
    after = done(tmp_path)
    assert before.sha256 != after.sha256
    assert list(models(tmp_path).entries.values()) == [after]


def test_what_is_no_network_leaves_the_manifest_as_it_was(tmp_path: Path) -> None:
    put(tmp_path, "detector")
    done(tmp_path)
    before = (tmp_path / "manifest.toml").read_bytes()
    (tmp_path / "detector" / "detector.onnx").write_bytes(b"text")
    with pytest.raises(ModelError, match="is text"):
        done(tmp_path)
    put(tmp_path, "detector")
    with pytest.raises(ModelError, match="which is no YOLOX output"):
        done(tmp_path, adapter="yolox")
    assert (tmp_path / "manifest.toml").read_bytes() == before


def test_a_first_one_that_is_refused_leaves_no_manifest(tmp_path: Path) -> None:
    put(tmp_path, "detector")
    with pytest.raises(ModelError):
        done(tmp_path, adapter="yolox")
    assert not (tmp_path / "manifest.toml").exists()


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@given(WORDS, st.lists(WORDS, min_size=1, unique=True), st.floats(0, 1))
def test_any_words_come_back_as_they_were(licence: str, classes: list[str], share: float) -> None:
    entry = Entry.model_validate(
        {
            "name": "detector",
            "file": "detector.onnx",
            "sha256": "0" * 64,
            "task": "detector",
            "adapter": "edge",
            "input": INPUT,
            "classes": classes,
            "vehicles": {classes[0]: "car"},
            "thresholds": {"score": share},
            "licence": licence,
        }
    )
    (found,) = tomllib.loads(text([entry]))["model"]
    assert Entry.model_validate(found) == entry
