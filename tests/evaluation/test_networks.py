"""Opening what a person wants scored: ours, a file, or somebody else's."""

from pathlib import Path

import numpy as np
import pytest

from edge_agent.errors import EdgeError, ModelError
from edge_agent.evaluation import networks
from edge_agent.evaluation.networks import Choice, open_net
from edge_agent.vision.frame import CLASSES
from tests.evaluation import constant
from tests.onnxfile import constant as always

BOX = (16.0, 8.0, 32.0, 40.0)


@pytest.fixture(scope="module")
def nets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return constant.networks(tmp_path_factory.mktemp("models"))


def _yolov8(kinds: int) -> bytes:
    """One box of the second class, score 0.05, in 64×64: 84 places."""
    told = np.zeros((1, 4 + kinds, 84), np.float32)
    told[0, :4, 5] = (24, 24, 16, 32)
    told[0, 5, 5] = 0.05
    return always(told, [1, 3, 64, 64])


def _yolox() -> bytes:
    """One box of COCO's cars at the third place of the coarsest scale, in 64×64."""
    told = np.full((1, 84, 85), -9, np.float32)
    told[0, :, 4:] = 0
    told[0, 80, :4] = (0.75, 0.75, np.log(0.5), np.log(1.0))
    told[0, 80, 4], told[0, 80, 5 + 2] = 0.9, 1.0
    return always(told, [1, 3, 64, 64])


def test_a_yolov8_file_with_its_classes_named(tmp_path: Path) -> None:
    path = tmp_path / "theirs.onnx"
    path.write_bytes(_yolov8(3))
    opened = open_net("detector", Choice(str(path), "yolov8", ("car", "motorbike", "bus")))
    found = networks.detector(opened).find(np.zeros((64, 64, 3), np.uint8))
    assert found.boxes.tolist() == [pytest.approx(BOX)]
    assert CLASSES[found.classes[0]].value == "motorbike"
    assert found.scores[0] == pytest.approx(0.05), "doubtful finds count"
    assert opened.name == "theirs.onnx"
    assert opened.card is None


def test_a_yolox_file_with_the_classes_of_coco(tmp_path: Path) -> None:
    path = tmp_path / "theirs.onnx"
    path.write_bytes(_yolox())
    opened = open_net("detector", Choice(str(path), "yolox"))
    found = networks.detector(opened).find(np.zeros((64, 64, 3), np.uint8))
    assert found.boxes.tolist() == [pytest.approx(BOX, abs=0.01)]
    assert CLASSES[found.classes[0]].value == "car"


@pytest.mark.parametrize(
    ("classes", "words"), [((), "3 classes: name them"), (("car",), "--classes names 1")]
)
def test_classes_that_do_not_fit(tmp_path: Path, classes: tuple[str, ...], words: str) -> None:
    path = tmp_path / "theirs.onnx"
    path.write_bytes(_yolov8(3))
    with pytest.raises(EdgeError, match=words):
        open_net("detector", Choice(str(path), "yolov8", classes))


def test_an_output_that_is_none_of_the_adapters(tmp_path: Path) -> None:
    path = tmp_path / "theirs.onnx"
    path.write_bytes(always(np.zeros((1, 7), np.float32), [1, 3, 64, 64]))
    with pytest.raises(EdgeError, match="none of yolox"):
        open_net("detector", Choice(str(path), "yolox"))


def test_ours_as_the_manifest_says_it(nets: Path) -> None:
    opened = open_net("detector", Choice(folder=nets))
    found = networks.detector(opened).find(np.zeros((32, 32, 3), np.uint8))
    assert [round(score, 2) for score in found.scores.tolist()] == [0.9, 0.05]
    with pytest.raises(EdgeError, match="is a detector; a reader is needed"):
        open_net("reader", Choice("detector", folder=nets))


def test_plates_are_found_and_read(nets: Path) -> None:
    eyes = networks.plate_eyes(
        open_net("finder", Choice(folder=nets)), open_net("reader", Choice(folder=nets))
    )
    (found,) = eyes.look(np.full((160, 160, 3), 200, np.uint8))
    assert found.text == constant.TEXT
    assert found.box == pytest.approx(
        constant.PLATE, abs=4
    )  # as people draw it: wider than its corners


def test_what_is_no_network(tmp_path: Path, nets: Path) -> None:
    (tmp_path / "x.onnx").write_text("words")
    with pytest.raises(ModelError, match="is text"):
        open_net("reader", Choice(str(tmp_path / "x.onnx"), folder=nets))
    file = str(nets / "reader.onnx")
    with pytest.raises(EdgeError, match="none there has this adapter"):
        open_net("reader", Choice(file, "fast-plate-ocr", folder=nets))


def test_only_our_detectors_run_live_here(tmp_path: Path) -> None:
    path = tmp_path / "theirs.onnx"
    path.write_bytes(_yolox())
    with pytest.raises(EdgeError, match="only networks of this suite"):
        networks.live_detector(open_net("detector", Choice(str(path), "yolox")))
