from pathlib import Path

import numpy as np
import pytest

from edge_agent.vision.nets.manifest import models
from edge_agent.vision.nets.plate_ocr import PlateOcr
from tests.onnxfile import constant
from tests.vision.nets.folders import put

CHARSET = "01A_B"
PICTURE = '{ shape = ["N", 64, 128, 1], layout = "NHWC", colour = "grey", range = "0-255" }'
PLACES = np.array([[0.1, 0.6, 0.1, 0.1, 0.1], [0, 0, 0, 0, 1], [0.05, 0, 0.05, 0.9, 0]], np.float32)
CROP = np.zeros((30, 40), np.uint8)


@pytest.mark.parametrize("shape", [(1, 3, 5), (1, 15)])
def test_places_in_the_order_of_the_charset_without_the_pad(
    tmp_path: Path, shape: tuple[int, ...]
) -> None:
    content = constant(PLACES.reshape(shape), ["N", 64, 128, 1], "uint8")
    more = f'charset = "{CHARSET}"'
    put(
        tmp_path,
        content,
        name="reader",
        task="reader",
        adapter="fast-plate-ocr",
        picture=PICTURE,
        more=more,
    )
    reader = PlateOcr(*models(tmp_path).open("reader"))
    assert reader.charset == "01AB"
    slots = reader.slots(CROP)
    assert slots.shape == (3, 5)
    assert slots[:, 0] == pytest.approx([0.1, 0, 0.9]), "empty first"
    assert slots[0, 1:] == pytest.approx([0.1, 0.6, 0.1, 0.1])
    letters = [reader.charset[place] for place in slots[:2, 1:].argmax(axis=1)]
    assert letters == ["1", "B"]
