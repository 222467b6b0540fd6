import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_agent.clock import Stamp
from edge_agent.errors import ModelError
from edge_agent.vision.nets import keeper
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.keeper import EVERY_S, Keeper
from edge_agent.vision.nets.session import Net, blank
from tests.onnxfile import constant
from tests.vision.nets.folders import put


def here(work: Callable[[], None]) -> None:
    """Tries at once."""
    work()


def net(value: float) -> bytes:
    return constant(np.array([[value]], np.float32), [1, 3, 32, 32])


def tell(one: Net, _entry: Entry) -> float:
    return float(one.run(*blank(one))[0].item())


def looks(kept: Keeper[Any], *numbers: int) -> list[Any]:
    return [
        reading
        for number in numbers
        for reading in kept.look(Stamp(0, round(number * EVERY_S * 1e9)))
    ]


def test_a_sound_one_is_taken_between_frames(tmp_path: Path) -> None:
    kept = Keeper("detector", tell, folder=put(tmp_path, net(1)), start=here)
    assert looks(kept, 0, 1) == []
    put(tmp_path, net(2))
    assert looks(kept, 2) == []
    assert kept.tool == 1, "it may still be being copied"
    assert looks(kept, 3) == []
    assert kept.tool == 2
    assert (kept.taken, kept.refused) == (1, 0)


def test_a_bad_one_is_refused_with_words_and_the_old_one_goes_on(tmp_path: Path) -> None:
    kept = Keeper("detector", tell, folder=put(tmp_path, net(1)), start=here)
    (tmp_path / "detector.onnx").write_bytes(net(2))
    (reading,) = looks(kept, 1, 2, 3, 4, 5)
    assert (reading.code, reading.active, reading.severity) == ("model-refused", True, "warning")
    assert "sha256" in reading.text
    assert "the old network goes on" in reading.text
    assert "copy the file again" in reading.do
    assert (kept.tool, kept.refused) == (1, 1), "tried once, not at every look"
    put(tmp_path, net(3))
    (reading,) = looks(kept, 6, 7, 8)
    assert (reading.code, reading.active, reading.text) == ("model-refused", False, "")
    assert kept.tool == 3


def test_another_reason_is_said_again(tmp_path: Path) -> None:
    kept = Keeper("detector", tell, folder=put(tmp_path, net(1)), start=here)
    (tmp_path / "detector.onnx").write_bytes(b"")
    (tmp_path / "manifest.toml").write_text("[[model]")
    first = looks(kept, 1, 2)
    (tmp_path / "manifest.toml").unlink()
    second = looks(kept, 3, 4)
    assert "is no TOML" in first[0].text
    assert "No such file" in second[0].text
    assert kept.tool == 1


def test_frames_go_on_while_one_is_tried(tmp_path: Path) -> None:
    held: list[Callable[[], None]] = []
    kept = Keeper("detector", tell, folder=put(tmp_path, net(1)), start=held.append)
    put(tmp_path, net(2))
    looks(kept, 1, 2, 3, 4)
    assert (kept.tool, len(held)) == (1, 1)
    held.pop()()
    assert kept.tool == 1, "only between frames"
    looks(kept, 4)
    assert kept.tool == 2


def test_a_tool_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    def choosy(one: Net, entry: Entry) -> float:
        value = tell(one, entry)
        if value == 2:
            raise ZeroDivisionError("odd anchors")
        return value

    kept = Keeper("detector", choosy, folder=put(tmp_path, net(1)), start=here)
    put(tmp_path, net(2))
    (reading,) = looks(kept, 1, 2)
    assert "ZeroDivisionError: odd anchors" in reading.text
    assert kept.tool == 1


def test_a_folder_bad_from_the_start_leaves_what_came_with_the_software(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "SHIPPED", put(tmp_path / "shipped", net(7)))
    kept = Keeper("detector", tell, folder=tmp_path / "own", start=here)
    assert kept.tool == 7
    (reading,) = looks(kept, 0, 1)
    assert reading.active
    put(tmp_path / "own", net(8))
    (reading,) = looks(kept, 2, 3)
    assert not reading.active
    assert (kept.tool, kept.entry.name, kept.net.provider) == (8, "detector", "cpu")


def test_nothing_sound_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "SHIPPED", tmp_path / "shipped")
    with pytest.raises(ModelError):
        Keeper("detector", tell, folder=tmp_path / "own")
    with pytest.raises(ModelError):
        Keeper("detector", tell)


def test_a_thread_of_its_own_tries(tmp_path: Path) -> None:
    kept = Keeper("detector", tell, folder=put(tmp_path, net(1)))
    put(tmp_path, net(2))
    looks(kept, 1, 2)
    for thread in threading.enumerate():
        if thread.name == "model-trial":
            thread.join(timeout=10)
    looks(kept, 2)
    assert kept.tool == 2
