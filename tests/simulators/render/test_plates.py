from random import Random

import numpy as np
import pytest

from edge_agent.simulators.render.glyphs import STROKES, glyph
from edge_agent.simulators.render.plates import Picture, face_picture
from edge_agent.simulators.world.plates import (
    LONG_MM,
    MOTORBIKE_MM,
    SHORT_MM,
    Face,
    Plate,
    PlateColour,
    PlateState,
    plate,
)


def shown(
    text: str,
    lines: tuple[str, ...],
    size: tuple[int, int],
    colour: PlateColour = "white",
    state: PlateState = "clean",
    seed: int = 1,
) -> Picture:
    face = Face(lines, *size)
    return face_picture(Plate(text, colour, None, face, state), face, seed)


@pytest.mark.parametrize(
    ("lines", "size"),
    [
        (("30A-123.45",), LONG_MM),
        (("30A", "123.45"), SHORT_MM),
        (("29-B1", "123.45"), MOTORBIKE_MM),
    ],
)
def test_a_face_has_the_proportions_of_the_law(
    lines: tuple[str, ...], size: tuple[int, int]
) -> None:
    picture = shown("30A12345", lines, size)
    high, wide = picture.shape[:2]
    assert wide / high == pytest.approx(size[0] / size[1], rel=0.01)
    dark = picture.max(axis=2) < 110
    dark[: high // 16], dark[-high // 16 :] = False, False
    dark[:, : high // 16], dark[:, -high // 16 :] = False, False
    rows = np.flatnonzero(dark.any(axis=1))
    share = (rows[-1] - rows[0]) / high
    assert 0.62 <= share <= 0.9
    blank = [row for row in range(rows[0], rows[-1]) if not dark[row].any()]
    assert bool(blank) is (len(lines) == 2)


@pytest.mark.parametrize(("colour", "channel"), [("yellow", (1, 2)), ("blue", (0,)), ("red", (2,))])
def test_the_colour_of_a_face(colour: PlateColour, channel: tuple[int, ...]) -> None:
    mean = shown("30A12345", ("30A-123.45",), LONG_MM, colour).reshape(-1, 3).mean(axis=0)
    others = set(range(3)) - set(channel)
    assert all(mean[one] > mean[other] for one in channel for other in others)


def test_every_letter_is_another() -> None:
    drawn = {letter: glyph(letter, 24, 48).tobytes() for letter in STROKES}
    assert len(set(drawn.values())) == len(drawn) - 1  # the letter O is the digit 0
    assert drawn["O"] == drawn["0"]


def test_every_plate_dealt_out_can_be_drawn() -> None:
    for number in range(400):
        dealt = plate(Random(number), number, two_wheels=number % 2 == 0, business=0.3)
        for face in (dealt.front, dealt.rear):
            if face is not None:
                assert face_picture(dealt, face, 1, 48).shape[0] == 48


def test_dirt_takes_contrast_and_is_the_vehicles_own() -> None:
    clean = shown("30A12345", ("30A-123.45",), LONG_MM)
    dirty = shown("30A12345", ("30A-123.45",), LONG_MM, state="dirty")
    assert dirty.std() < clean.std()
    again = shown("30A12345", ("30A-123.45",), LONG_MM, state="dirty")
    assert (dirty == again).all()
    assert (dirty != shown("30A12345", ("30A-123.45",), LONG_MM, state="dirty", seed=2)).any()


def test_a_one_is_narrow() -> None:
    one, eight = (shown("11", (line,), LONG_MM).max(axis=2) < 110 for line in ("111", "888"))
    assert one[30:98, 60:-60].any(axis=0).sum() < eight[30:98, 60:-60].any(axis=0).sum()
