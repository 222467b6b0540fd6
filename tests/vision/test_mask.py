"""Masks by the networks that ship, on streets that no weights have learned from."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.device.pictures import Box
from edge_agent.evaluation.labels import Item, read
from edge_agent.simulators.render_set.writer import Wanted, write_set
from edge_agent.vision import pictures
from edge_agent.vision.mask import NetMasker
from edge_agent.vision.nets.manifest import models
from edge_agent.vision.plates.still import StillReader, still_reader

pytestmark = pytest.mark.slow
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Done:
    """One frame, its accused and everybody else."""

    before: Pixels
    after: Pixels
    accused: Box
    others: list[Box]
    alone: bool


def _box(values: Sequence[float]) -> Box:
    x1, y1, x2, y2 = (round(value) for value in values)
    return x1, y1, x2, y2


def _decoded(jpeg: bytes) -> Pixels:
    return np.asarray(pictures.decode(jpeg, "frame").pixels, np.uint8)


def _apart(one: Box, other: Box) -> bool:
    return one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]


def _masked(masker: NetMasker, item: Item) -> Done | None:
    vehicles = sorted(
        (_box(one.box) for one in item.vehicles or ()),
        key=lambda box: (box[3] - box[1]) * (box[2] - box[0]),
    )
    if len(vehicles) < 2:
        return None
    accused = vehicles.pop()
    jpeg = item.path.read_bytes()
    done = masker.mask(jpeg, [], [accused])
    assert done.accused
    clear = [box for box in vehicles if _apart(box, accused)]
    tall = [box for box in clear if box[3] - box[1] >= 45]
    alone = len(clear) == len(vehicles)
    return Done(_decoded(jpeg), _decoded(done.jpeg), accused, tall, alone)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> list[Done]:
    folder = tmp_path_factory.mktemp("street")
    for _ in write_set(folder, Wanted(20, 733, (1280, 720), (("day", 1.0),), "both")):
        pass
    masker = NetMasker(models())
    frames = (_masked(masker, item) for item in read(folder / "labels.jsonl"))
    return [frame for frame in frames if frame is not None]


def _kept(before: Pixels, after: Pixels, box: Box) -> float:
    """How much of the fine detail is still there: 1 all, 0 nothing."""
    x1, y1, x2, y2 = (max(0, value) for value in box)
    one, other = (
        cv2.Laplacian(cv2.cvtColor(each[y1:y2, x1:x2], cv2.COLOR_BGR2GRAY), cv2.CV_64F)
        for each in (before, after)
    )
    spread = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / max(spread, 1e-9)


def _changed(frame: Done) -> float:
    """Share of the accused's pixels that are others than before."""
    x1, y1, x2, y2 = (max(0, value) for value in frame.accused)
    far = cv2.absdiff(frame.before[y1:y2, x1:x2], frame.after[y1:y2, x1:x2]).max(axis=2) > 40
    return float(far.mean())


def test_others_lose_their_detail_and_the_accused_keeps_it(done: list[Done]) -> None:
    hidden = wanted = 0
    for frame in done:
        for box in frame.others:
            wanted += 1
            hidden += _kept(frame.before, frame.after, box) < 0.4
    alone = [_changed(one) for one in done if one.alone]
    assert wanted >= 50
    assert hidden >= 0.9 * wanted
    assert len(alone) >= 3
    assert float(np.median(alone)) < 0.05


def _texts(reader: StillReader, picture: Pixels, accused: Box) -> list[str]:
    """Plates that can be read on vehicles of others."""
    found = []
    for one in reader.read(picture):
        x, y = one.plate.corners.mean(axis=0).tolist()
        mine = accused[0] <= x <= accused[2] and accused[1] <= y <= accused[3]
        if one.reading.confidence >= reader.sure and not mine:
            found.append(one.reading.text)
    return found


def test_no_plate_of_others_can_be_read(done: list[Done]) -> None:
    reader = still_reader(models())
    before = [text for one in done for text in _texts(reader, one.before, one.accused)]
    after = [text for one in done for text in _texts(reader, one.after, one.accused)]
    assert len(before) >= 3
    assert after == []


def test_where_the_accused_is_not_known_everybody_is_masked(done: list[Done]) -> None:
    frame = next(one for one in done if one.alone)
    encoded = cv2.imencode(".jpg", frame.before)[1].tobytes()
    masked = NetMasker(models()).mask(encoded, [], [])
    assert not masked.accused
    assert _kept(frame.before, _decoded(masked.jpeg), frame.accused) < 0.4


def test_boxes_that_the_tracker_knew_are_masked_whatever_the_network_sees() -> None:
    asphalt = np.random.default_rng(2).normal(110, 14, (360, 640)).astype(np.uint8)
    jpeg = cv2.imencode(".jpg", cv2.cvtColor(asphalt, cv2.COLOR_GRAY2BGR))[1].tobytes()
    masked = NetMasker(models()).mask(jpeg, [(-20, 40, 200, 300), (600, 300, 900, 500)], [])
    before, after = _decoded(jpeg), _decoded(masked.jpeg)
    assert _kept(before, after, (0, 40, 200, 300)) < 0.1
    assert _kept(before, after, (600, 300, 640, 360)) < 0.1
    assert _kept(before, after, (300, 0, 590, 290)) > 0.8
