"""Which pictures are trained on."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge_agent.evaluation.split import held_out
from edge_agent.models.finder.scenes import training_scenes, wanted

_KEPT = next(text for text in (f"29B11234{k}" for k in range(50)) if held_out(text))
_TAUGHT = next(text for text in (f"29B11234{k}" for k in range(50)) if not held_out(text))


def _photo(text: str | None, **more: Any) -> dict[str, Any]:
    plate = {"box": [10, 10, 50, 40], "text": text, "lines": 2}
    return {"image": "a.png", "plates": [plate], "licence": "CC BY 4.0", **more}


def test_a_plate_that_is_held_out_is_not_trained_on() -> None:
    assert not wanted(_photo(_KEPT), clean=False)
    assert wanted(_photo(_TAUGHT), clean=False)


def test_a_photo_with_one_held_out_plate_is_held_out_whole() -> None:
    photo = _photo(_TAUGHT)
    photo["plates"].append({"box": [60, 10, 90, 40], "text": _KEPT, "lines": 2})
    assert not wanted(photo, clean=False)


def test_clean_means_a_licence_that_is_stated_and_free() -> None:
    assert wanted(_photo(_TAUGHT), clean=True)
    assert not wanted(_photo(_TAUGHT, licence="none given"), clean=True)
    assert wanted(_photo(_TAUGHT, licence="none given"), clean=False)


def test_a_folder_becomes_scenes_of_at_most_1280_pixels(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((1000, 2560), np.uint8))
    cv2.imwrite(str(tmp_path / "b.png"), np.zeros((300, 400), np.uint8))
    quad = [[10, 10], [50, 12], [50, 40], [10, 38]]
    items = [
        _photo(_TAUGHT),
        {
            "image": "b.png",
            "source": "x",
            "plates": [{"box": [10, 10, 50, 40], "quad": quad, "lines": 1, "visible": 0.5}],
            "licence": "Apache-2.0",
        },
        {"image": "b.png", "boxes": [{"cls": "car", "box": [1, 2, 3, 4]}], "licence": "CC BY 4.0"},
    ]
    lines = (json.dumps(item) for item in items)
    (tmp_path / "labels.jsonl").write_text("\n".join(lines), "utf-8")
    wide, near, traffic = training_scenes([tmp_path], clean=True)
    assert wide.picture.shape == (500, 1280)
    assert wide.plates is not None
    assert wide.plates[0].quad.tolist() == [[5, 5], [25, 5], [25, 20], [5, 20]]
    assert not wide.plates[0].exact
    assert near.plates is not None
    assert near.plates[0].exact
    assert near.plates[0].hidden
    assert traffic.plates is None
    assert traffic.vehicles == ((1, 2, 3, 4),)
