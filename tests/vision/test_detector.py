from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.clock import Stamp
from edge_agent.device.readings import VehicleClass
from edge_agent.vision.detector import NetDetector, SceneCut
from edge_agent.vision.frame import CLASSES, Frame
from edge_agent.vision.nets.entry import Entry, Input
from edge_agent.vision.nets.session import Array, Net

NAMES = ("motorbike", "bicycle", "car", "bus", "truck")
MOTORBIKE, BICYCLE, CAR, BUS, TRUCK = (20 * np.eye(5)).tolist()


class Said(Net):
    """Says the same of every picture and remembers what it was shown."""

    def __init__(self, *rows: Sequence[float]) -> None:
        self._columns = np.array(rows, np.float32).reshape(-1, 10).T[None]
        self.shown: list[NDArray[np.float32]] = []

    def run(self, *inputs: Array) -> list[Array]:
        self.shown += inputs
        return [self._columns]


def entry(thresholds: dict[str, float] | None = None) -> Entry:
    return Entry(
        name="detector",
        file="detector.onnx",
        sha256="0" * 64,
        task="detector",
        adapter="edge",
        input=Input(shape=(1, 3, 384, 640), colour="rgb", range="0-255"),
        classes=NAMES,
        thresholds=thresholds or {},
        licence="Apache-2.0",
    )


def detector(*rows: Sequence[float], **thresholds: float) -> tuple[NetDetector, Said]:
    net = Said(*rows)
    return NetDetector(net, entry(thresholds)), net


def row(
    x1: float, y1: float, x2: float, y2: float, score: float, kinds: list[float]
) -> list[float]:
    return [x1, y1, x2, y2, score, *kinds]


def picture(width: int = 640, height: int = 360) -> NDArray[np.uint8]:
    return np.full((height, width, 3), (10, 20, 30), np.uint8)


def kinds_of(found_classes: NDArray[np.int64]) -> list[VehicleClass]:
    return [CLASSES[one] for one in found_classes]


def test_a_net_is_shown_red_first_and_gets_its_letterbox() -> None:
    eyes, net = detector(row(0, 0, 10, 10, 0.0, CAR))
    eyes.find(picture())
    (shown,) = net.shown
    assert shown.shape == (1, 3, 384, 640)
    assert shown[0, :, 100, 100].tolist() == [30, 20, 10]
    assert shown[0, :, 380, 100].tolist() == [114, 114, 114]


def test_boxes_come_back_in_pixels_of_a_picture_of_any_size() -> None:
    eyes, _ = detector(row(64, 36, 128, 72, 0.9, CAR))
    found = eyes.find(picture(1280, 720))
    assert found.boxes.tolist() == [[128, 72, 256, 144]]
    assert kinds_of(found.classes) == [VehicleClass.CAR]


def test_of_many_finds_of_one_vehicle_the_surest_box_stays_and_all_vote_for_its_class() -> None:
    eyes, _ = detector(
        row(100, 100, 200, 200, 0.6, TRUCK),
        row(101, 100, 200, 200, 0.5, BUS),
        row(100, 102, 200, 200, 0.5, BUS),
        row(400, 100, 500, 200, 0.4, TRUCK),
    )
    found = eyes.find(picture())
    assert found.boxes.tolist() == [[100, 100, 200, 200], [400, 100, 500, 200]]
    assert kinds_of(found.classes) == [VehicleClass.BUS, VehicleClass.TRUCK]


def test_bicycles_do_not_take_a_motorbikes_votes_in_favour_of_a_car() -> None:
    eyes, _ = detector(row(100, 100, 140, 180, 0.7, np.log([0.3, 0.28, 0.4, 0.01, 0.01]).tolist()))
    assert kinds_of(eyes.find(picture()).classes) == [VehicleClass.MOTORBIKE]


def test_two_motorbikes_in_a_queue_are_two() -> None:
    eyes, _ = detector(
        row(100, 100, 140, 180, 0.7, MOTORBIKE), row(115, 100, 155, 180, 0.6, MOTORBIKE)
    )
    assert len(eyes.find(picture()).boxes) == 2


def test_doubtful_finds_are_for_the_tracker_and_worse_ones_for_nobody() -> None:
    rows = [row(100 * n, 100, 100 * n + 50, 150, 0.15 + 0.1 * n, CAR) for n in range(4)]
    eyes, _ = detector(*rows)
    assert eyes.find(picture()).scores.round(2).tolist() == [0.45, 0.35, 0.25]
    strict, _ = detector(*rows, score=0.4)
    assert strict.find(picture()).scores.round(2).tolist() == [0.45]


@pytest.mark.parametrize("score", [0.0, float("nan")])
def test_nothing_is_nothing(score: float) -> None:
    eyes, _ = detector(row(0, 0, 10, 10, score, CAR))
    found = eyes.find(picture())
    assert found.boxes.shape == (0, 4)
    assert len(found.scores) == len(found.classes) == 0


def test_a_frame_without_colour_is_looked_at_in_grey() -> None:
    eyes, net = detector(row(10, 10, 60, 60, 0.9, CAR))
    grey = np.full((360, 640), 77, np.uint8)
    found = eyes.detect(Frame(grey, grey, 0.0, Stamp(0, 0)))
    assert len(found.boxes) == 1
    assert net.shown[0][0, :, 5, 5].tolist() == [77, 77, 77]


def road(seed: int) -> NDArray[np.uint8]:
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 16), np.uint8)
    return np.asarray(cv2.resize(coarse, (640, 360), interpolation=cv2.INTER_CUBIC), np.uint8)


def seen(*pictures: NDArray[np.uint8]) -> bool:
    watch = SceneCut()
    for one in pictures:
        watch.see(one)
    return watch.cut


def test_another_road_is_a_cut() -> None:
    assert seen(road(1), road(2))


def test_another_size_is_a_cut() -> None:
    assert seen(road(1), road(1)[:180, :320])


def test_the_first_picture_is_no_cut() -> None:
    assert not seen(road(1))


def test_traffic_and_lamps_are_no_cut() -> None:
    busy = road(1).copy()
    busy[200:330, 100:420] = 30
    assert not seen(road(1), busy)
    assert not seen(road(1), (road(1) // 3).astype(np.uint8))


def test_grain_in_the_dark_is_no_cut() -> None:
    chance = np.random.default_rng(3)
    dark = [chance.integers(0, 12, (360, 640)).astype(np.uint8) for _ in range(2)]
    assert not seen(*dark)


def test_one_cut_is_told_once() -> None:
    assert not seen(road(1), road(2), road(2))


def test_who_fills_a_close_view_is_no_cut() -> None:
    """A lorry before a camera that reads plates: in half a second nothing is left of the road."""
    lorry, watch = road(2), SceneCut()
    for foot in (0, 20, 80, 150, 230, 320, 360):
        view = road(1).copy()
        view[:foot] = lorry[:foot]
        watch.see(view)
        assert not watch.cut


def test_what_fills_a_picture_of_nothing_is_nothing() -> None:
    """A lens cap looks like the side of a lorry."""
    eyes, _ = detector(row(0, 0, 640, 360, 0.9, TRUCK))
    assert len(eyes.find(picture()).boxes) == 0
    assert len(eyes.find(cv2.cvtColor(road(1), cv2.COLOR_GRAY2BGR)).boxes) == 1
