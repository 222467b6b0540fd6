"""Labels are read whole or refused with the line that is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.evaluation.labels import LabelError, Plate, find, gather, read

CROP = {"image": "images/a.jpg", "text": "59U116124", "lines": 2, "vehicle": "motorbike"}
PHOTO = {"image": "b.jpg", "plates": [{"box": [1, 2, 30, 40.5], "text": None, "lines": 1}]}
FRAME = {
    "image": "c.jpg",
    "boxes": [{"cls": "car", "box": [0, 0, 10, 10]}],
    "ignore": [[5, 5, 9, 9]],
    "ignore_above_y": 3,
    "source": "ours",
    "scene": "gate",
}


def _write(folder: Path, *lines: object, name: str = "labels.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def test_the_three_kinds(tmp_path: Path) -> None:
    crop, photo, frame = read(_write(tmp_path, CROP, PHOTO, FRAME))
    assert crop.crop == Plate(None, "59U116124", 2, "motorbike")
    assert (crop.plates, crop.vehicles, crop.path) == (None, None, tmp_path / "images" / "a.jpg")
    assert photo.crop is None
    assert photo.plates == (Plate((1.0, 2.0, 30.0, 40.5), None, 1),)
    assert frame.vehicles is not None
    assert frame.vehicles[0].cls == "car"
    assert (frame.ignore, frame.ignore_above_y) == (((5.0, 5.0, 9.0, 9.0),), 3.0)
    assert (frame.source, frame.scene) == ("ours", "gate")


def test_labelled_as_empty_is_not_unlabelled(tmp_path: Path) -> None:
    empty, unlabelled = read(_write(tmp_path, {"image": "a", "boxes": []}, {"image": "b"}))
    assert empty.vehicles == ()
    assert unlabelled.vehicles is None


def test_every_wrong_line_is_told_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text('{"image": "a"}\n\nnonsense\n[1]\n{"text": "X"}\n', encoding="utf-8")
    with pytest.raises(LabelError) as caught:
        read(path)
    words = str(caught.value).splitlines()
    assert [line.split(": ")[0] for line in words] == [f"{path}:{n}" for n in (3, 4, 5)]


def test_the_worst_of_a_file_is_told_the_rest_counted(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="and 40 more"):
        read(_write(tmp_path, *([1] * 50)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"image": 7}, "image"),
        ({"boxes": {}}, "boxes: not a list"),
        ({"boxes": [{"box": [0, 0, 1, 1]}]}, r"boxes\[0\]: cls"),
        ({"boxes": [{"cls": "car", "box": [0, 0, 1]}]}, r"boxes\[0\].box: four numbers"),
        ({"boxes": [{"cls": "car", "box": [0, 0, -1, 1]}]}, "before its first"),
        ({"boxes": [{"cls": "car", "box": [0, 0, float("nan"), 1]}]}, "no place"),
        ({"boxes": [{"cls": "car", "box": [0, 0, True, 1]}]}, "not a number"),
        ({"plates": ["x"]}, r"plates\[0\]: not an object"),
        ({"plates": [{"box": [0, 0, 1, 1], "text": 5}]}, r"plates\[0\].text"),
        ({"plates": [{"box": [0, 0, 1, 1], "lines": 3}]}, r"plates\[0\].lines"),
        ({"ignore": [[0, 0]]}, r"ignore\[0\]"),
        ({"ignore_above_y": "top"}, "ignore_above_y"),
        ({"source": 1}, "source"),
        ({"rules": []}, "rules"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    with pytest.raises(LabelError, match=words):
        read(_write(tmp_path, {"image": "a.jpg", **change}))


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "image",
                        "boxes",
                        "cls",
                        "box",
                        "plates",
                        "text",
                        "lines",
                        "vehicle",
                        "source",
                        "rules",
                        "ignore",
                        "ignore_above_y",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_is_in_a_line_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, line: object
) -> None:
    path = _write(tmp_path_factory.getbasetemp(), line)
    words = f"{path}:1: "
    try:
        words += read(path)[0].name
    except LabelError as error:
        words = str(error)
    assert words.startswith(f"{path}:1: ")
    assert len(words) > len(f"{path}:1: ")


def test_files_of_labels_are_found_in_the_folder_or_below_it(tmp_path: Path) -> None:
    for name in ("one/dev", "two/dev"):
        (tmp_path / name).mkdir(parents=True)
        _write(tmp_path / name, CROP)
    extra = _write(tmp_path / "two" / "dev", PHOTO, name="e2e.jsonl")
    assert find(extra) == [extra]
    assert [path.name for path in find(tmp_path / "two" / "dev")] == ["e2e.jsonl", "labels.jsonl"]
    assert len(find(tmp_path)) == 3
    # The same file by two ways counts once.
    assert len(list(gather([tmp_path, tmp_path / "one"]))) == 3


def test_a_folder_without_labels_is_told(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="no labels here"):
        find(tmp_path)
    with pytest.raises(LabelError, match="no such folder"):
        find(tmp_path / "nowhere")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LabelError, match="cannot be read"):
        read(tmp_path / "labels.jsonl")
