import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.device.readings import VehicleClass
from edge_agent.errors import EdgeError, ModelError
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.manifest import SHIPPED, Manifest, models
from tests.onnxfile import constant
from tests.vision.nets.folders import entry, put

SHAPE = [1, 3, 32, 32]
NET = constant(np.zeros((1, 7), np.float32), SHAPE)
YOLOX = constant(np.zeros((1, 21, 7), np.float32), SHAPE)


def test_opens_what_is_as_promised(tmp_path: Path) -> None:
    folder = put(tmp_path, NET)
    net, found = models(folder).open("detector")
    assert found.counted == (VehicleClass.CAR, VehicleClass.MOTORBIKE)
    assert net.run(np.zeros(SHAPE, np.float32))[0].shape == (1, 7)


def test_the_shipped_manifest_is_sound_and_its_networks_open() -> None:
    manifest = models()
    assert manifest.folder == SHIPPED
    for name in manifest.entries:
        _net, found = manifest.open(name)
        assert (SHIPPED / found.card).is_file()
        assert manifest.path(found).stat().st_size <= 4 * 2**20


def refused(folder: Path, name: str = "detector") -> ModelError:
    with pytest.raises(ModelError) as error:
        models(folder).open(name)
    assert isinstance(error.value, EdgeError)
    assert all((error.value.file, error.value.wrong, error.value.allowed, error.value.next))
    return error.value


def test_another_digest(tmp_path: Path) -> None:
    folder = put(tmp_path, NET)
    (folder / "detector.onnx").write_bytes(NET + b"\x00")
    error = refused(folder)
    assert "sha256" in error.wrong
    assert error.file.endswith("detector.onnx")


def test_not_in_the_manifest(tmp_path: Path) -> None:
    error = refused(put(tmp_path, NET), "finder")
    assert "has no model 'finder'" in error.wrong
    assert error.allowed == "detector"


def test_file_absent(tmp_path: Path) -> None:
    folder = put(tmp_path, NET)
    (folder / "detector.onnx").unlink()
    assert "No such file" in refused(folder).wrong


@pytest.mark.parametrize("content", [b"", b"text", bytes(900), NET[:40]])
def test_no_onnx_with_its_right_digest(tmp_path: Path, content: bytes) -> None:
    refused(put(tmp_path, content))


def test_other_input(tmp_path: Path) -> None:
    picture = '{ shape = [1, 3, 64, 32], layout = "NCHW", colour = "bgr", range = "0-255" }'
    error = refused(put(tmp_path, NET, picture=picture))
    assert "takes 1×3×32×32, but the manifest says 1×3×64×32" in error.wrong


def test_eight_bit_input_has_only_one_range(tmp_path: Path) -> None:
    picture = '{ shape = [1, 3, 32, 32], layout = "NCHW", colour = "bgr", range = "0-1" }'
    content = constant(np.zeros((1, 7), np.float32), SHAPE, "uint8")
    assert "8-bit" in refused(put(tmp_path, content, picture=picture)).wrong


def test_input_of_no_picture(tmp_path: Path) -> None:
    content = constant(np.zeros((1, 7), np.float32), SHAPE, "int64")
    assert "elements of another type" in refused(put(tmp_path, content)).wrong


def test_outputs_of_our_own_nets_are_held_to_the_manifest(tmp_path: Path) -> None:
    more = 'classes = ["car"]\noutputs = [[1, 8]]'
    error = refused(put(tmp_path, NET, more=more))
    assert "gives 1×7" in error.wrong
    assert error.allowed == "1×8"


@pytest.mark.parametrize(
    ("adapter", "classes", "said"),
    [
        ("yolox", '["car", "bus", "truck"]', "1×21×8"),
        ("yolov8", '["car", "bus"]', "1×6×21"),
    ],
)
def test_output_that_the_adapter_cannot_read(
    tmp_path: Path, adapter: str, classes: str, said: str
) -> None:
    error = refused(put(tmp_path, YOLOX, adapter=adapter, more=f"classes = {classes}"))
    assert "gives 1×21×7" in error.wrong
    assert error.allowed == said


def test_reader_output_of_another_charset(tmp_path: Path) -> None:
    content = constant(np.zeros((1, 9, 37), np.float32), ["N", 64, 128, 1], "uint8")
    picture = '{ shape = ["N", 64, 128, 1], layout = "NHWC", colour = "grey", range = "0-255" }'
    words = {"task": "reader", "adapter": "fast-plate-ocr", "picture": picture}
    error = refused(put(tmp_path, content, more='charset = "0123_"', **words))
    assert "no plate of 5 characters" in error.wrong


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "needs classes"),
        ('classes = ["car", "car"]', "a name twice"),
        ('classes = ["auto", "moto"]', "auto, moto are none of ours"),
        ('classes = ["auto"]\nvehicles = { moto = "motorbike" }', "vehicles names moto"),
        ('classes = ["auto"]\nvehicles = { auto = "autocar" }', "vehicles.auto"),
        ('classes = ["car"]\nthresholds = { score = 30 }', "thresholds.score"),
        ('classes = ["car"]\ncolour = "bgr"', "colour"),
        ('classes = ["car"]\ncard = "../card.md"', "must lie in the manifest's folder"),
    ],
)
def test_a_wrong_entry_is_told_by_its_place(tmp_path: Path, more: str, words: str) -> None:
    error = refused(put(tmp_path, NET, more=more))
    assert words in error.wrong
    assert "model.0" in error.wrong
    assert error.file.endswith("manifest.toml")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('task = "detector"', 'task = "reader"'), "needs charset"),
        (('adapter = "edge"', 'adapter = "yolo11"'), "adapter"),
        (('adapter = "edge"', 'adapter = "fast-plate-ocr"'), "makes a reader, not a detector"),
        (('file = "detector.onnx"', 'file = "/etc/passwd"'), "must lie in"),
        (('colour = "bgr"', 'colour = "grey"'), "3 channels"),
        (("[[model]]", "[[model"), "is no TOML"),
        (("[1, 3, 32, 32]", "[1, 3, 32]"), "input.shape"),
    ],
)
def test_a_wrong_manifest(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    folder = put(tmp_path, NET)
    path = folder / "manifest.toml"
    path.write_text(path.read_text().replace(*change))
    assert words in refused(folder).wrong


def test_no_manifest_none_in_it_and_twice_the_same(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path).wrong
    (tmp_path / "manifest.toml").write_text("")
    assert refused(tmp_path).allowed == "none: the manifest is empty"
    (tmp_path / "manifest.toml").write_text(2 * entry(NET))
    assert "has detector twice" in refused(tmp_path).wrong
    (tmp_path / "manifest.toml").write_bytes(b"\xff\xfe")
    assert "is no TOML" in refused(tmp_path).wrong


def test_coco_stands_for_its_eighty(tmp_path: Path) -> None:
    content = constant(np.zeros((1, 21, 85), np.float32), SHAPE)
    folder = put(tmp_path, content, adapter="yolox", more='classes = "coco"')
    _net, found = models(folder).open("detector")
    assert len(found.counted) == 80
    assert [one for one in found.counted if one] == ["bicycle", "car", "motorbike", "bus", "truck"]


def test_own_table_of_names(tmp_path: Path) -> None:
    more = 'classes = ["bike", "rickshaw"]\nvehicles = { bike = "motorbike" }'
    folder = put(tmp_path, NET, more=more)
    assert models(folder).entry("detector").counted == (VehicleClass.MOTORBIKE, None)


@given(st.text(max_size=300))
def test_any_manifest_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("models")
    (folder / "manifest.toml").write_text(text, encoding="utf-8", errors="surrogatepass")
    with contextlib.suppress(ModelError):
        assert all(isinstance(one, Entry) for one in Manifest(folder).entries.values())
