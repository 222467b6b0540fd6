from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from edge_agent.clock import Stamp
from edge_agent.device.readings import VehicleClass
from edge_agent.errors import ModelError
from edge_agent.vision.equipment import MotionOnly, equip
from edge_agent.vision.eyes import Eyes, _NetOrMotion
from edge_agent.vision.frame import CLASSES, Detections, Detector, Frame, framed
from edge_agent.vision.motion import MotionDetector
from edge_agent.vision.nets import keeper
from edge_agent.vision.nets.keeper import EVERY_S
from edge_agent.vision.wanted import EyesConfig
from tests.onnxfile import constant
from tests.vision.nets.folders import put

CAR_AT = (8.0, 6.0, 24.0, 22.0)


def detector(score: float = 0.9) -> bytes:
    """A network of our own kind that always sees one car."""
    column = np.array([*CAR_AT, score, 1.0, 0.0], np.float32)
    return constant(column[None, :, None], [1, 3, 32, 32])


def frame(number: int = 0) -> Frame:
    picture = np.full((32, 32, 3), 90, np.uint8)
    return framed(picture, number / 10, Stamp(number * 100, number * 100_000_000))


def at(look: int) -> Stamp:
    return Stamp(0, round(look * EVERY_S * 1e9))


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The networks that came with this software; none at first."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / "manifest.toml").write_text("", encoding="utf-8")
    monkeypatch.setattr(keeper, "SHIPPED", folder)
    return folder


def eyes(config: EyesConfig) -> Eyes:
    found = equip(config, lambda: 0)
    assert isinstance(found, Eyes)
    return found


def test_motion_alone_needs_no_network_and_no_colour() -> None:
    config = EyesConfig("motion")
    assert config.bare
    found = equip(config, lambda: 0)
    assert isinstance(found, MotionOnly)
    assert found.no_plate == "off"
    [said] = found.look(Stamp(0, 0))
    assert (said.code, said.active) == ("model-refused", False)
    assert found.look(Stamp(0, 0)) == []


def test_the_network_finds_vehicles_and_says_what_it_is(shipped: Path) -> None:
    put(shipped, detector())
    found = eyes(EyesConfig("net"))
    [said] = found.look(at(0))
    assert not said.active  # an older run may have left it raised
    seen = found.detector.detect(frame())
    assert CLASSES[seen.classes[0]] is VehicleClass.CAR
    assert seen.boxes[0].tolist() == pytest.approx(CAR_AT)
    file, digest, hardware = found.versions()["detector"].split()
    assert (file, len(digest), hardware) == ("detector.onnx", 12, "cpu")


def test_without_networks_motion_goes_on_and_the_camera_says_why(shipped: Path) -> None:
    found = eyes(EyesConfig("net", plates=True))
    assert isinstance(found.detector, MotionDetector)
    assert (found.lookout, found.no_plate) == (None, "no-model")
    [said] = found.look(at(0))
    assert said.active
    assert "has no model 'detector'; vehicles are found by motion" in said.text
    assert found.look(at(1)) == []
    assert found.versions() == {"detector": "motion"}


def test_a_folder_may_replace_one_network_and_leave_the_others(
    shipped: Path, tmp_path: Path
) -> None:
    put(shipped, detector(0.5))
    own = put(tmp_path / "own", detector(0.9), name="reader", task="detector")
    found = eyes(EyesConfig("net", models=own))
    [said] = found.look(at(0))
    assert not said.active
    assert found.detector.detect(frame()).scores[0] == pytest.approx(0.5)


def test_a_network_that_is_exchanged_for_a_bad_one_goes_on(shipped: Path, tmp_path: Path) -> None:
    put(shipped, detector(0.5))
    own = put(tmp_path / "own", detector(0.9))
    (own / "detector.onnx").write_bytes(detector(0.7))  # not what the manifest says
    found = eyes(EyesConfig("net", models=own))
    [said] = found.look(at(0))
    assert said.active
    assert "sha256" in said.text
    assert found.detector.detect(frame()).scores[0] == pytest.approx(0.5)
    assert not found.changed()


@dataclass
class Slot:
    """A keeper's place for a detector."""

    tool: Detector


class Broken:
    def detect(self, frame: Frame) -> Detections:
        raise ModelError("detector.onnx", "fails", "a sound one", "copy it again")

    def cut(self) -> bool:
        return True


def test_a_network_that_fails_while_it_runs_leaves_motion_until_another_comes() -> None:
    slot = Slot(Broken())
    both = _NetOrMotion(slot)  # type: ignore[arg-type]
    assert len(both.detect(frame(0)).boxes) == 0
    assert both.failed == "detector.onnx fails"
    assert not both.cut()
    sound = MotionDetector()
    slot.tool = sound
    both.detect(frame(1))
    assert both.failed == ""
    assert both._using is sound
