from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.device.readings import VehicleClass
from edge_agent.vision.frame import CLASSES, Detections
from edge_agent.vision.nets.manifest import models
from edge_agent.vision.nets.yolo import Yolo, suppress
from tests.onnxfile import Graph, constant
from tests.vision.nets.folders import put

SHAPE = [1, 3, 32, 64]
CELLS = 8 * 4 + 4 * 2 + 2 * 1
"""Of the strides 8, 16 and 32."""
BGR = '{ shape = [1, 3, 32, 64], layout = "NCHW", colour = "bgr", range = "0-255" }'
RGB = '{ shape = [1, 3, 32, 64], layout = "NCHW", colour = "rgb", range = "0-1" }'
MIXED = """classes = ["person", "car", "motorcycle"]
vehicles = { car = "car", motorcycle = "motorbike" }"""
PICTURE = np.zeros((320, 640, 3), np.uint8)
"""Ten times what the network takes."""


def yolox(folder: Path, rows: dict[int, list[float]], more: str = MIXED) -> Yolo:
    output = np.zeros((1, CELLS, 8), np.float32)
    for place, row in rows.items():
        output[0, place] = row
    return opened(folder, constant(output, SHAPE), "yolox", BGR, more)


def yolov8(folder: Path, columns: dict[int, list[float]], more: str = MIXED) -> Yolo:
    output = np.zeros((1, 7, CELLS), np.float32)
    for place, column in columns.items():
        output[0, :, place] = column
    return opened(folder, constant(output, SHAPE), "yolov8", RGB, more)


def opened(folder: Path, content: bytes, adapter: str, picture: str, more: str) -> Yolo:
    put(folder, content, adapter=adapter, picture=picture, more=more)
    return Yolo(*models(folder).open("detector"))


def told(found: Detections) -> list[tuple[VehicleClass, object]]:
    pairs = zip(found.classes.tolist(), found.scores.tolist(), strict=True)
    return [(CLASSES[place], pytest.approx(score)) for place, score in pairs]


def test_yolox_cells_of_each_scale(tmp_path: Path) -> None:
    # Fine: column 2, row 1. Middle: column 3, row 0. Coarse: column 1.
    finder = yolox(
        tmp_path,
        {
            8 + 2: [0.5, 0.5, 0, 0, 0.9, 0, 1, 0],
            32 + 3: [0.25, 0.5, np.log(0.5), 0, 0.8, 0, 0, 1],
            40 + 1: [0.5, 0.5, 0, np.log(0.25), 0.7, 0, 0.5, 0.9],
        },
    )
    found = finder.find(PICTURE)
    assert told(found) == [
        (VehicleClass.CAR, 0.9),
        (VehicleClass.MOTORBIKE, 0.8),
        (VehicleClass.MOTORBIKE, 0.63),
    ]
    assert found.boxes == pytest.approx(
        np.array(
            [
                [160, 80, 240, 160],  # centre (2.5, 1.5)·8, side 8
                [480, 0, 560, 160],  # centre (3.25, 0.5)·16, 8 by 16
                [320, 120, 640, 200],  # centre (1.5, 0.5)·32, 32 by 8
            ]
        ),
        abs=1e-3,
    )
    assert found.boxes.dtype == np.float64
    assert found.classes.dtype == np.int64


def test_yolov8_pixels(tmp_path: Path) -> None:
    finder = yolov8(tmp_path, {5: [32, 16, 20, 10, 0, 0.6, 0.1], 7: [10, 8, 4, 8, 0, 0, 0.5]})
    found = finder.find(PICTURE)
    assert told(found) == [(VehicleClass.CAR, 0.6), (VehicleClass.MOTORBIKE, 0.5)]
    assert found.boxes == pytest.approx(
        np.array([[220, 110, 420, 210], [80, 40, 120, 120]]), abs=1e-3
    )


def test_letterbox_in_the_corner_and_in_the_middle(tmp_path: Path) -> None:
    square = np.zeros((320, 320, 3), np.uint8)
    corner = yolox(tmp_path / "x", {0: [0.5, 0.5, 0, 0, 0.9, 0, 1, 0]}).find(square)
    assert corner.boxes[0] == pytest.approx([0, 0, 80, 80])
    middle = yolov8(tmp_path / "8", {0: [20, 4, 8, 8, 0, 1, 0]}).find(square)
    assert middle.boxes[0] == pytest.approx([0, 0, 80, 80])


def test_a_person_does_not_hide_the_motorbike(tmp_path: Path) -> None:
    found = yolov8(tmp_path, {0: [20, 10, 8, 8, 0.9, 0.1, 0.6]}).find(PICTURE)
    assert told(found) == [(VehicleClass.MOTORBIKE, 0.6)]


def test_one_vehicle_is_found_once_whatever_its_class(tmp_path: Path) -> None:
    twice = {0: [20, 10, 8, 8, 0, 0.8, 0], 1: [20.5, 10, 8, 8, 0, 0, 0.7]}
    assert told(yolov8(tmp_path / "once", twice).find(PICTURE)) == [(VehicleClass.CAR, 0.8)]
    loose = MIXED + "\nthresholds = { score = 0.5, overlap = 0.95 }"
    assert len(yolov8(tmp_path / "loose", twice, loose).find(PICTURE).boxes) == 2
    strict = MIXED + "\nthresholds = { score = 0.9 }"
    assert len(yolov8(tmp_path / "strict", twice, strict).find(PICTURE).boxes) == 0


def test_nothing_found_is_empty_and_of_the_right_shapes(tmp_path: Path) -> None:
    found = yolox(tmp_path, {}).find(PICTURE)
    assert (found.boxes.shape, found.scores.shape, found.classes.shape) == ((0, 4), (0,), (0,))


def test_no_class_of_it_is_counted(tmp_path: Path) -> None:
    more = 'classes = ["person", "dog", "cat"]\nvehicles = { dog = "unknown" }'
    assert len(yolov8(tmp_path, {0: [20, 10, 8, 8, 1, 0, 1]}, more).find(PICTURE).boxes) == 0


def test_a_network_gone_wrong_gives_no_boxes_that_are_no_numbers(tmp_path: Path) -> None:
    bad = [np.nan, 0, np.inf, 0, 0.9, 0, np.nan, np.nan]
    wide = [0, 0, 500, 500, 0.9, 0, 1, 0]
    found = yolox(tmp_path, {0: bad, 1: wide}).find(PICTURE)
    assert np.isfinite(found.boxes).all()
    assert found.boxes.tolist() == [[0, 0, 640, 320]]


def blue_seer() -> bytes:
    """A YOLOX whose certainty of a car in its first cell is the blue of the first pixel."""
    graph = Graph()
    picture = graph.input("x", SHAPE)
    ends = [np.array(one, np.int64) for one in ([0, 0, 0, 0], [1, 1, 1, 1])]
    pixel = graph.add("Slice", picture, *(graph.weight(one) for one in ends))
    share = graph.add("Div", pixel, graph.weight(np.array(255, np.float32)))
    scaled = graph.add("Reshape", share, graph.weight(np.array([1, 1, 1], np.int64)))
    rows: NDArray[np.float32] = np.zeros((1, CELLS, 8), np.float32)
    rows[0, 0] = [0.5, 0.5, 0, 0, 1, 0, 1, 0]
    graph.output(graph.add("Mul", graph.weight(rows), scaled, name="y"), [1, CELLS, 8])
    return bytes(graph)


def test_the_picture_goes_in_as_the_manifest_says(tmp_path: Path) -> None:
    bluish = np.full((32, 64, 3), (204, 0, 102), np.uint8)
    bgr = opened(tmp_path / "bgr", blue_seer(), "yolox", BGR, MIXED).find(bluish)
    assert told(bgr) == [(VehicleClass.CAR, 0.64)], "0.8 that something is there, 0.8 a car"
    rgb = opened(tmp_path / "rgb", blue_seer(), "yolox", BGR.replace("bgr", "rgb"), MIXED)
    assert told(rgb.find(bluish)) == [], "0.4 times 0.4 is too little"


def test_suppress_keeps_the_best_and_what_lies_apart() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 0, 60, 10]], float)
    assert suppress(boxes, np.array([0.5, 0.9, 0.3]), 0.5).tolist() == [1, 2]
    assert suppress(boxes[:0], np.empty(0), 0.5).tolist() == []
