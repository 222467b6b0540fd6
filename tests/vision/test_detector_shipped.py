"""The weights that ship, on streets that no weights have learned from."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.evaluation.boxes import overlap
from edge_agent.evaluation.labels import Item, read
from edge_agent.simulators.render_set.writer import Wanted, write_set
from edge_agent.vision import pictures
from edge_agent.vision.detector import NetDetector
from edge_agent.vision.frame import CLASSES, Detections
from edge_agent.vision.nets.manifest import models

pytestmark = pytest.mark.slow
LIGHTS = (("day", 40.0), ("dusk", 25.0), ("night", 20.0), ("rain", 15.0))
WANTED = Wanted(10, 901, (960, 540), LIGHTS, "vehicles")
TWO_WHEELS = {"motorbike", "bicycle"}


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    folder = tmp_path_factory.mktemp("street")
    for _ in write_set(folder, WANTED):
        pass
    return read(folder / "labels.jsonl")


def found_in(name: str, items: list[Item], score: float) -> list[Detections]:
    net, entry = models().open(name, providers=())
    sure = entry.model_copy(update={"thresholds": {**entry.thresholds, "score": score}})
    eyes = NetDetector(net, sure)
    return [eyes.find(pictures.load(item.path).pixels) for item in items]


def large(item: Item, least: float) -> list[tuple[str, NDArray[np.float64]]]:
    """Whole vehicles higher than ``least``: nobody's eyes are tried by what is far or cut."""
    return [
        (one.cls, np.array(one.box))
        for one in item.vehicles or ()
        if one.box[3] - one.box[1] >= least
        and min(one.box[:2]) > 2
        and one.box[2] < 958
        and one.box[3] < 538
    ]


@pytest.mark.parametrize(
    ("name", "least", "share"), [("detector", 45, 0.7), ("detector-small", 60, 0.6)]
)
def test_most_of_what_is_plain_to_see_is_found_and_named(
    street: list[Item], name: str, least: float, share: float
) -> None:
    hits, right, wanted = 0, 0, 0
    for item, found in zip(street, found_in(name, street, 0.25), strict=True):
        for cls, box in large(item, least):
            wanted += 1
            overlaps = overlap(box[None], found.boxes)[0] if len(found.boxes) else np.zeros(1)
            if overlaps.max() >= 0.5:
                hits += 1
                guess = CLASSES[found.classes[int(overlaps.argmax())]].value
                right += guess == cls or {guess, cls} <= TWO_WHEELS
    assert wanted >= 20
    assert hits / wanted >= share
    assert right / hits >= 0.75


@pytest.mark.parametrize("name", ["detector", "detector-small"])
def test_an_empty_picture_is_empty(name: str) -> None:
    net, entry = models().open(name, providers=())
    eyes = NetDetector(net, entry)
    for level in (0, 114, 255):
        found = eyes.find(np.full((360, 640, 3), level, np.uint8))
        assert (found.scores < 0.5).all()
