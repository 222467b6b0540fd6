from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import Stamp
from edge_agent.device.readings import VehicleClass
from edge_agent.vision.frame import CLASSES, UNKNOWN, Detections, framed
from edge_agent.vision.seconded import BELIEVED, DOUBTFUL, Witness, seconded

CAR = CLASSES.index(VehicleClass.CAR)
Box = tuple[float, float, float, float]
HERE: Box = (100, 100, 180, 150)
NEARLY: Box = (95, 98, 182, 155)
THERE: Box = (300, 100, 380, 150)


def finds(*rows: tuple[Box, float], kind: int = CAR) -> Detections:
    boxes = np.array([box for box, _ in rows], float).reshape(-1, 4)
    scores = np.array([score for _, score in rows], float)
    return Detections(boxes, scores, np.full(len(rows), kind))


def moves(*boxes: Box, score: float = 0.9) -> Detections:
    return finds(*((box, score) for box in boxes), kind=UNKNOWN)


def rows(found: Detections) -> list[Any]:
    return [
        (box.tolist(), pytest.approx(score), int(kind))
        for box, score, kind in zip(found.boxes, found.scores, found.classes, strict=True)
    ]


def test_what_is_doubtful_and_moves_is_believed_with_the_blobs_box() -> None:
    found = seconded(finds((HERE, 0.45), (THERE, 0.45)), moves(NEARLY))
    assert rows(found) == [(list(THERE), 0.45, CAR), (list(NEARLY), BELIEVED, CAR)]


def test_a_very_doubtful_one_is_a_vehicle_of_unknown_class() -> None:
    [(_, score, kind)] = rows(seconded(finds((HERE, 0.3)), moves(NEARLY)))
    assert (score, kind) == (BELIEVED, UNKNOWN)


def test_several_doubts_about_one_vehicle_become_one() -> None:
    part: Box = (120, 100, 170, 140)
    found = seconded(finds((HERE, 0.4), (part, 0.35)), moves(NEARLY))
    assert rows(found) == [(list(NEARLY), BELIEVED, CAR)]


@pytest.mark.parametrize(
    ("found", "moved"),
    [
        (finds((HERE, 0.8)), moves(NEARLY)),  # needs no witness
        (finds((HERE, 0.45)), moves(THERE)),  # an arrow on the road; a shadow elsewhere
        (finds((HERE, DOUBTFUL - 0.01)), moves(NEARLY)),
        (finds((HERE, 0.45)), moves(NEARLY, score=0.6)),  # full of holes
        (finds((HERE, 0.45), ((150, 110, 170, 148), 0.9)), moves(NEARLY)),  # the sure one moves
        (finds((HERE, 0.45)), moves((0, 0, 400, 300))),  # a whole queue in one blob
        (finds(), moves(HERE)),
        (finds((HERE, 0.45)), Detections.none()),
    ],
)
def test_all_else_stays_as_the_network_has_it(found: Detections, moved: Detections) -> None:
    assert seconded(found, moved) is found


BOXES = st.tuples(*[st.floats(0, 300)] * 4).map(
    lambda one: (one[0], one[1], one[0] + one[2], one[1] + one[3])
)
ROWS = st.lists(st.tuples(BOXES, st.floats(0, 1)), max_size=6)


@given(ROWS, ROWS)
def test_nothing_sure_is_lost_and_nothing_comes_from_motion_alone(
    found: list[tuple[Box, float]], moved: list[tuple[Box, float]]
) -> None:
    before, after = finds(*found), seconded(finds(*found), finds(*moved, kind=UNKNOWN))
    assert len(after.boxes) <= len(before.boxes)
    assert len(after.boxes) == len(after.scores) == len(after.classes)
    sure = [box.tolist() for box in before.boxes[before.scores >= 0.5]]
    kept = [box.tolist() for box in after.boxes]
    assert all(box in kept for box in sure)


def test_a_witness_speaks_in_pixels_of_the_picture() -> None:
    draw = np.random.default_rng(5)
    road = draw.normal(105, 4, (181, 321))
    witness = Witness()
    moved = Detections.none()
    for index in range(31):
        picture = road + draw.normal(0, 2, road.shape)
        if index > 24:
            left = 30 * (index - 24)
            picture[80:120, left : left + 60] = 220
        grey = np.clip(picture, 0, 255).astype(np.uint8)
        moved = witness.detect(framed(grey, index / 10, Stamp(index, index)))
    assert moved.boxes[0] == pytest.approx([180, 80, 240, 120], abs=8)
