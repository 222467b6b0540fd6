import json
from pathlib import Path

import cv2
import numpy as np

from edge_agent.evaluation.split import held_out
from edge_agent.models.reader.real import read_crops, shaken
from edge_agent.models.reader.spoil import SIZE


def folder(tmp_path: Path, lines: list[dict[str, object]]) -> Path:
    picture = np.random.default_rng(1).integers(0, 255, (60, 90, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), picture)
    text = "".join(json.dumps({"image": "a.png", **line}) + "\n" for line in lines)
    (tmp_path / "labels.jsonl").write_text(text, "utf-8")
    return tmp_path


def test_crops_and_plates_of_photos_are_both_taken(tmp_path: Path) -> None:
    data = folder(
        tmp_path,
        [
            {"text": "29B112345", "lines": 2, "vehicle": "motorbike", "source": "s"},
            {
                "plates": [
                    {"box": [10, 10, 50, 40], "text": "30A12345"},
                    {"box": [0, 0, 9, 9], "text": None},
                ]
            },
            {"text": None},
            {"text": "TOOLONGFORAPLATE"},
        ],
    )
    crops = read_crops([data])
    assert [crop.text for crop in crops] == ["29B112345", "30A12345"]
    assert crops[0].picture.shape == (60, 90)
    assert crops[1].picture.shape == (34, 46)
    assert crops[0].small().shape == (SIZE[1], SIZE[0])


def test_electric_motorbikes_are_taught_as_the_metal_says(tmp_path: Path) -> None:
    (crop,) = read_crops([folder(tmp_path, [{"text": "29MD112345"}])])
    assert (crop.text, crop.label) == ("29MĐ112345", "29MD112345")


def test_one_text_in_five_teaches_nothing(tmp_path: Path) -> None:
    texts = [f"29B1{number:05}" for number in range(200)]
    crops = read_crops([folder(tmp_path, [{"text": text} for text in texts])])
    assert [crop.teaches for crop in crops] == [not held_out(text) for text in texts]
    assert 20 < sum(crop.held for crop in crops) < 60


def test_only_free_licences_are_clean(tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [
        {"text": "29B112345", "licence": "none given"},
        {"text": "29B112346", "licence": "CC BY 4.0 (data.yaml)"},
        {"text": "29B112347"},
    ]
    assert [crop.free for crop in read_crops([folder(tmp_path, lines)])] == [False, True, False]


def test_a_shaken_crop_keeps_the_size_of_the_net() -> None:
    rng = np.random.default_rng(1)
    picture = np.asarray(rng.integers(0, 255, (80, 110)), np.uint8)
    seen = [shaken(picture, SIZE, rng) for _ in range(50)]
    assert all(one.shape == (SIZE[1], SIZE[0]) and one.dtype == np.uint8 for one in seen)
    assert not np.array_equal(seen[0], seen[1])
