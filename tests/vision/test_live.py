"""What is made for people who look: only when they do, boxes that fit, no plate for everybody."""

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import pytest

from edge_agent.device.pictures import Box
from edge_agent.errors import ModelError
from edge_agent.vision.config import ChildConfig
from edge_agent.vision.equipment import MotionOnly
from edge_agent.vision.frame import Grey
from edge_agent.vision.live import Live
from edge_agent.vision.motion import MotionDetector
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.veil import WHOLE, WHOLE_CLOSE
from edge_agent.vision.window import Kind
from tests.vision.test_pipeline import SCENE, Drawn, film

CONFIG = ChildConfig(
    url="rtsp://h/x", lines=SCENE.lines, stretches={"shoulder": ((0, 0), (1, 0), (1, 1))}
)


CARS: list[Drawn] = [(1.0, 90, 30, 44, 24, 200), (2.0, 100, 130, 48, 26, 40)]


@dataclass
class Pane:
    """A window at which somebody always or never looks."""

    looks: Kind | None
    shown: list[tuple[Kind, dict[str, Any], Grey]] = field(default_factory=list)

    def wanted(self) -> Kind | None:
        return self.looks

    def show(self, kind: Kind, taken_ns: int, head: dict[str, Any], jpeg: bytes) -> None:
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        assert round(taken_ns / 1e6) + 1000 == head["at"]
        self.shown.append((kind, head, picture))


class Sharp(MotionOnly):
    """Eyes that find standing vehicles, and a plate."""

    def __init__(self, plates: list[Box], *, fails: bool = False) -> None:
        super().__init__()
        self.finds_standing = True
        self._plates, self._fails = plates, fails

    def plates_in(self, _picture: Grey) -> list[Box]:
        if self._fails:
            raise ModelError("finder.onnx", "fails", "a network", "report it")
        return self._plates


def played(pane: Pane, eyes: MotionOnly | None = None, config: ChildConfig = CONFIG) -> Live:
    live = Live(pane, config, eyes or MotionOnly())  # type: ignore[arg-type]
    pipeline = Pipeline(SCENE, MotionDetector(), "r")
    for number, frame in enumerate(film(6, CARS), 1):
        pipeline.feed(frame)
        live.offer(frame, pipeline, {"picture-blurred": "soft"}, (3 * number, number))
    return live


def test_nothing_is_encoded_while_nobody_looks() -> None:
    pane = Pane(None)
    assert played(pane).made == 0
    assert pane.shown == []


@pytest.mark.parametrize("kind", ["view", "plain"])
def test_a_look_tells_size_rates_drawing_and_vehicles(kind: Kind) -> None:
    pane = Pane(kind)
    live = played(pane)
    assert live.made == len(pane.shown) > 50
    of, head, picture = pane.shown[-1]
    assert of == kind
    assert head["masked"] is (kind == "view")
    assert head["size"] == [picture.shape[1], picture.shape[0]]
    assert head["lines"] == {name: list(line) for name, line in SCENE.lines.items()}
    assert head["stretches"] == {"shoulder": [[0, 0], [1, 0], [1, 1]]}
    assert head["wrong"] == {"picture-blurred": "soft"}
    assert pane.shown[0][1]["fps"] is None
    assert head["fps"] == pytest.approx(3 * head["analysed"], abs=0.2)
    boxes = [vehicle for _, each, _ in pane.shown for vehicle in each["vehicles"]]
    assert boxes
    assert {vehicle["id"] for vehicle in boxes} != {0}
    for vehicle in boxes:
        x1, y1, x2, y2 = vehicle["box"]
        assert x1 < x2 <= head["size"][0] + 2
        assert y1 < y2 <= head["size"][1] + 2
        assert "plate" not in vehicle


def test_a_plate_that_was_found_is_hidden_from_everybody_only() -> None:
    plate = (100, 60, 160, 80)
    masked, plain = Pane("view"), Pane("plain")
    played(masked, Sharp([plate]))
    played(plain, Sharp([plate]))
    x1, y1, x2, y2 = plate
    away = np.ones_like(plain.shown[0][2], bool)
    away[y1 - 12 : y2 + 12, x1 - 16 : x2 + 16] = False
    before, after = plain.shown[0][2], masked.shown[0][2]
    assert np.abs(before[away].astype(int) - after[away]).mean() < 3
    assert np.unique(after[y1 + 4 : y2 - 4, x1 + 4 : x2 - 4] // 8).size <= 4


def test_a_finder_that_fails_makes_all_coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int | None] = []

    def veiled(picture: Grey, *_: Any, whole: int | None) -> Grey:
        asked.append(whole)
        return picture

    monkeypatch.setattr("edge_agent.vision.live.veiled", veiled)
    played(Pane("view"), Sharp([], fails=True))
    assert set(asked) == {WHOLE}
    asked.clear()
    near = CONFIG.model_copy(update={"plates": True})
    played(Pane("view"), Sharp([], fails=True), near)
    assert set(asked) == {WHOLE_CLOSE}
    asked.clear()
    played(Pane("view"), Sharp([]))
    assert set(asked) == {None}
