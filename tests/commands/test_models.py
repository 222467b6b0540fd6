import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_agent.cli import main
from edge_agent.exits import Exit
from tests.onnxfile import constant
from tests.vision.nets.folders import entry, put

NET = constant(np.zeros((1, 7), np.float32), [1, 3, 32, 32])


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    code = main(["models", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_lists_what_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = told(capsys, "--folder", str(put(tmp_path, NET)))
    assert code == Exit.OK
    assert found["ok"]
    (row,) = found["models"]
    assert (row["name"], row["task"], row["digest_ok"]) == ("detector", "detector", True)
    assert row["bytes"] == len(NET)
    assert row["input"] == [1, 3, 32, 32]
    assert row["classes"] == ["car", "motorbike"]
    assert (row["licence"], row["provider"], row["wrong"]) == ("Apache-2.0", "cpu", None)
    assert row["ms"] >= 0


def test_a_table_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(put(tmp_path, NET))
    assert main(["models", "--folder", folder, "--provider", "npu"]) == Exit.OK
    printed = capsys.readouterr().out
    assert "1×3×32×32" in printed
    assert "car, motorbike" in printed
    assert "detector: npu is not here" in printed


def test_one_bad_model_hides_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, NET)
    manifest = tmp_path / "manifest.toml"
    manifest.write_text(manifest.read_text() + entry(NET, name="other"))
    code, found = told(capsys, "--folder", str(tmp_path))
    assert code == Exit.NEGATIVE
    good, bad = found["models"]
    assert good["wrong"] is None
    assert "No such file" in bad["wrong"]
    assert (bad["digest_ok"], bad["bytes"], bad["ms"]) == (False, None, None)
    assert main(["models", "--folder", str(tmp_path)]) == Exit.NEGATIVE
    assert "other: cannot be read" in capsys.readouterr().out


def test_verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = put(tmp_path, NET)
    assert main(["models", "verify", "--folder", str(folder)]) == Exit.OK
    assert capsys.readouterr().out == "detector: sound\n"
    (folder / "detector.onnx").write_bytes(b"")
    assert main(["models", "verify", "--folder", str(folder)]) == Exit.NEGATIVE
    assert "detector: is empty (0 bytes)" in capsys.readouterr().out


def test_a_folder_without_a_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--folder", str(tmp_path)]) == Exit.NEGATIVE
    assert "manifest.toml: cannot be read" in capsys.readouterr().err
    (tmp_path / "manifest.toml").write_text("")
    assert main(["models", "--folder", str(tmp_path)]) == Exit.OK
    assert capsys.readouterr().out == "no models in this manifest\n"
