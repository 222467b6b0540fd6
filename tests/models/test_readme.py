"""The README's manifests are tried as they stand, with networks of the shapes that they tell of."""

import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import edge_agent.models
from edge_agent.cli import main
from edge_agent.drivers.camera.settings import CameraSettings
from edge_agent.exits import Exit
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.manifest import digest, models
from edge_agent.vision.nets.outputs import expected
from edge_agent.vision.nets.plate_ocr import PlateOcr
from edge_agent.vision.nets.yolo import Yolo
from tests.onnxfile import constant

TEXT = (Path(edge_agent.models.__path__[0]) / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
MANIFESTS = [block for block in BLOCKS if "[[model]]" in block]
SITES = [block for block in BLOCKS if "[device." in block]
DIGEST = re.compile(r'sha256 = ".*"')


def folder_of(block: str, folder: Path) -> Entry:
    """A folder as the block describes it, with a network of zeros."""
    some = "0" * 64
    (raw,) = tomllib.loads(DIGEST.sub(f'sha256 = "{some}"', block))["model"]
    entry = Entry.model_validate(raw)
    shape = [9 if size is None else size for size in expected(entry).shapes[0]]
    dtype = "uint8" if entry.adapter == "fast-plate-ocr" else "float32"
    content = constant(np.zeros(shape, np.float32), entry.input.shape, dtype)
    (folder / entry.file).write_bytes(content)
    manifest = DIGEST.sub(f'sha256 = "{digest(content)}"', block)
    (folder / "manifest.toml").write_text(manifest, encoding="utf-8")
    return entry


def test_bringing_a_network_takes_ten_lines() -> None:
    first, site = MANIFESTS[0].strip(), SITES[0].strip()
    assert len(first.splitlines()) <= 10
    (line,) = (line for line in site.splitlines() if line.startswith("models"))
    assert CameraSettings.model_validate(tomllib.loads(site)["device"]["cam1"]).models in line


@pytest.mark.parametrize("block", MANIFESTS)
def test_every_manifest_is_sound_and_its_network_is_used(block: str, tmp_path: Path) -> None:
    entry = folder_of(block, tmp_path)
    net, found = models(tmp_path).open(entry.name)
    picture: Any = np.zeros((720, 1280, 3), np.uint8)
    if found.task == "detector":
        assert len(Yolo(net, found).find(picture).boxes) == 0
    else:
        assert PlateOcr(net, found).slots(picture).shape == (9, 37)


def test_all_three_adapters_are_shown() -> None:
    shown = {re.search(r'adapter = "(.*)"', block) for block in MANIFESTS}
    assert {one.group(1) for one in shown if one} == {"yolox", "yolov8", "fast-plate-ocr"}


def test_the_command_that_is_told_finds_it_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder_of(MANIFESTS[0], tmp_path)
    assert main(["models", "verify", "--folder", str(tmp_path)]) == Exit.OK
    assert capsys.readouterr().out == "detector: sound\n"


def test_every_key_is_explained() -> None:
    table = TEXT.partition("## What the manifest may say")[2].partition("\n## ")[0]
    assert [key for key in Entry.model_fields if f"`{key}`" not in table] == []
