import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from edge_agent.simulators.render.plates import face_picture
from edge_agent.simulators.world.plates import (
    LONG_MM,
    MOTORBIKE_MM,
    OLD_LONG_MM,
    SHORT_MM,
    Face,
    Plate,
    PlateColour,
)
from edge_agent.vision.plates.colour import plate_colour

Picture = NDArray[np.uint8]

PLATES: list[tuple[str, PlateColour, Face]] = [
    ("30A12345", "white", Face(("30A-123.45",), *LONG_MM)),
    ("29B112345", "white", Face(("29-B1", "123.45"), *MOTORBIKE_MM)),
    ("80441NG02", "white", Face(("80-441-NG-02",), *LONG_MM)),
    ("30E98765", "yellow", Face(("30E", "987.65"), *SHORT_MM)),
    ("29H55555", "yellow", Face(("29H-555.55",), *LONG_MM)),
    ("80A00123", "blue", Face(("80A-001.23",), *LONG_MM)),
    ("29A19876", "blue", Face(("29-A1", "9876"), *MOTORBIKE_MM)),
    ("TM3386", "red", Face(("TM-33-86",), *OLD_LONG_MM)),
    ("KA123", "red", Face(("KA", "123"), *MOTORBIKE_MM)),
]
LAMPS = {
    "day": (1.0, 1.0, 1.0),
    "shade": (0.6, 0.5, 0.45),
    "warm": (0.8, 0.95, 1.05),
    "magenta": (1.0, 0.85, 1.05),
    "night": (0.34, 0.36, 0.4),
}


def seen(plate: tuple[str, PlateColour, Face], lamp: str, *, width: int = 96) -> Picture:
    text, colour, face = plate
    flat = face_picture(Plate(text, colour, None, face, "clean"), face, 1, 96)
    height = max(12, round(width * face.height / face.width))
    small = cv2.resize(flat, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    noise = np.random.default_rng(3).normal(0, 3, small.shape)
    return np.asarray(np.clip(small * LAMPS[lamp] + noise, 0, 255), np.uint8)


@pytest.mark.parametrize("lamp", LAMPS)
@pytest.mark.parametrize("plate", PLATES, ids=lambda plate: f"{plate[1]}-{plate[0]}")
def test_colours_by_day_and_night(plate: tuple[str, PlateColour, Face], lamp: str) -> None:
    colour, sure = plate_colour(seen(plate, lamp))
    assert colour == plate[1]
    assert sure >= 0.5


@pytest.mark.parametrize("plate", PLATES, ids=lambda plate: f"{plate[1]}-{plate[0]}")
def test_infrared_tells_no_colour(plate: tuple[str, PlateColour, Face]) -> None:
    grey = cv2.cvtColor(seen(plate, "day"), cv2.COLOR_BGR2GRAY)
    assert plate_colour(np.dstack([grey, grey, grey])) == (None, 0.0)
    assert plate_colour(grey) == (None, 0.0)


@pytest.mark.parametrize("plate", PLATES, ids=lambda plate: f"{plate[1]}-{plate[0]}")
def test_too_dark_tells_no_colour(plate: tuple[str, PlateColour, Face]) -> None:
    dark = np.asarray(seen(plate, "day") // 14, np.uint8)
    assert plate_colour(dark)[0] is None


def test_a_small_plate_still_has_a_colour() -> None:
    for plate in PLATES:
        assert plate_colour(seen(plate, "day", width=40))[0] in {plate[1], None}


@settings(deadline=None)
@given(
    arrays.arrays(
        np.uint8, st.tuples(st.integers(0, 40), st.integers(0, 60), st.sampled_from([1, 3]))
    )
)
def test_any_picture_is_judged(picture: Picture) -> None:
    colour, sure = plate_colour(picture)
    assert (colour is None) == (sure == 0.0)
    assert 0 <= sure <= 1
