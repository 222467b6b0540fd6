import cv2
import numpy as np
import pytest
from cv2.typing import MatLike
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from edge_agent.models.reader.glyphs import bank
from edge_agent.models.reader.render import Renderer, Sample
from edge_agent.simulators.render.plates import face_picture
from edge_agent.simulators.world.chance import stream
from edge_agent.simulators.world.plates import plate
from edge_agent.vision.nets.manifest import models
from edge_agent.vision.plates.grammar import CHARSET
from edge_agent.vision.plates.reader import Reader, standardised

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def reader() -> Reader:
    net, entry = models().open("reader")
    return Reader(net, entry.charset)


def road_plates(count: int) -> list[tuple[str, int, Picture]]:
    """Faces of the simulated road as a finder would cut them out, text and lines with them."""
    found = []
    for vehicle in range(count * 2):
        rng = stream(7, "plates", vehicle)
        dealt = plate(rng, vehicle, two_wheels=vehicle % 2 == 0, business=0.2)
        face = dealt.rear or dealt.front
        if face is None or dealt.state != "clean":
            continue
        flat = cv2.cvtColor(face_picture(dealt, face, 1, 120), cv2.COLOR_BGR2GRAY)
        wide = cv2.copyMakeBorder(flat, 5, 5, 8, 8, cv2.BORDER_CONSTANT, value=70)
        size = (110, round(110 * wide.shape[0] / wide.shape[1]))
        small = cv2.resize(wide, size, interpolation=cv2.INTER_AREA)
        soft = np.asarray(cv2.GaussianBlur(small, (0, 0), 0.7), np.uint8)
        found.append((dealt.text, len(face.lines), soft))
    return found[:count]


def mild(count: int) -> list[Sample]:
    renderer = Renderer(4242, bank(4242))
    samples = (renderer.sample() for _ in range(20 * count))
    return [sample for sample in samples if sample.hard < 0.2][:count]


def test_the_shipped_weights_read_the_simulated_road(reader: Reader) -> None:
    plates = road_plates(60)
    readings = reader.read([picture for _, _, picture in plates])
    right = sum(
        reading.text == text for (text, _, _), reading in zip(plates, readings, strict=True)
    )
    assert right >= 0.95 * len(plates)


def test_lines_and_formats_come_with_the_text(reader: Reader) -> None:
    plates = road_plates(60)
    readings = reader.read([picture for _, _, picture in plates])
    told = sum(
        reading.lines == lines and bool(reading.formats)
        for (_, lines, _), reading in zip(plates, readings, strict=True)
    )
    assert told >= 0.95 * len(plates)


def test_the_shipped_weights_read_rendered_crops(reader: Reader) -> None:
    samples = mild(100)
    readings = reader.read([sample.crop for sample in samples])
    right = sum(
        reading.text == sample.text for sample, reading in zip(samples, readings, strict=True)
    )
    assert right >= 0.9 * len(samples)


def test_confidence_separates_right_from_wrong(reader: Reader) -> None:
    renderer = Renderer(99, bank(99))
    samples = [renderer.sample() for _ in range(300)]
    readings = reader.read([sample.crop for sample in samples])
    sure = [
        reading.text == sample.text
        for sample, reading in zip(samples, readings, strict=True)
        if reading.confidence >= 0.8
    ]
    assert len(sure) >= 60
    assert sum(sure) >= 0.95 * len(sure)


def test_a_colour_picture_reads_as_its_grey(reader: Reader) -> None:
    _, _, picture = road_plates(1)[0]
    colour = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    assert reader.read([colour])[0].text == reader.read([picture])[0].text


def test_slots_of_several_looks_may_be_averaged(reader: Reader) -> None:
    text, lines, picture = road_plates(1)[0]
    looks = [reader.slots(picture), reader.slots(np.asarray(picture // 2, np.uint8))]
    reading = reader.decode(np.mean(looks, axis=0))
    assert (reading.text, reading.lines) == (text, lines)
    assert looks[0].shape == (10, 1 + len(CHARSET) + 1)
    assert np.allclose(looks[0][:, :-1].sum(axis=1), 1, atol=1e-3)


def test_slots_of_a_foreign_network_are_read_without_lines() -> None:
    class Foreign:
        charset = "AB1"

        def slots(self, crop: MatLike) -> NDArray[np.float32]:
            return np.eye(4, dtype=np.float32)[[1, 2, 3, 0]]

    (reading,) = Reader(Foreign()).read([np.zeros((8, 16), np.uint8)])
    assert (reading.text, reading.lines, reading.confidence) == ("AB1", 0, 1.0)


@settings(deadline=None, max_examples=30)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 80), st.integers(1, 120))))
def test_any_crop_is_read(reader: Reader, picture: Picture) -> None:
    (reading,) = reader.read([picture])
    assert len(reading.chars) == len(reading.text)
    assert 0 <= reading.confidence <= 1


def test_standardised_is_what_training_gave(reader: Reader) -> None:
    picture = np.asarray(np.random.default_rng(1).integers(0, 255, (50, 90)), np.uint8)
    tensor = standardised(picture)
    assert tensor.shape == (1, 1, 64, 128)
    assert abs(float(tensor.mean())) < 1e-3
    assert abs(float(tensor.std()) - 1) < 0.05
    flat = standardised(np.full((50, 90), 200, np.uint8))
    assert np.allclose(flat, 0)
