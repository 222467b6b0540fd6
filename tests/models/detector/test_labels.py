from pathlib import Path

import pytest

from edge_agent.evaluation.labels import LabelError
from edge_agent.models.detector.classes import CLASSES
from edge_agent.models.detector.labels import HELD_OUT, read, split
from tests.models.detector.labelled import folder, frame

CAR = ("car", [10.0, 20.0, 60.0, 50.0])
KNOWN = "minhtrietcancode/vietnamese-vehicle-detection (somewhere)"


def test_a_known_cameras_later_frames_are_held_out_and_neighbours_in_time_are_of_neither_side(
    tmp_path: Path,
) -> None:
    names = ["cam_01_00800", "cam_01_00801", "cam_02_00050", "cam_02_00053", "cam_02_00056"]
    place = folder(tmp_path, *(frame(name, CAR, source=KNOWN) for name in names))
    parts = split(read([place]))
    assert [one.item.path.stem for one in parts.train] == ["cam_01_00800", "cam_02_00050"]
    assert [one.item.path.stem for one in parts.later] == ["cam_01_00801", "cam_02_00056"]
    assert not parts.elsewhere


def test_junctions_are_held_out_when_asked(tmp_path: Path) -> None:
    scenes = [HELD_OUT[0], "Lang-Ha-Thai-Ha"]
    place = folder(tmp_path, *(frame(name, CAR, scene=name) for name in scenes))
    assert len(split(read([place])).train) == 2
    parts = split(read([place]), HELD_OUT)
    assert [one.scene for one in parts.elsewhere] == [HELD_OUT[0]]
    assert [one.scene for one in parts.train] == ["Lang-Ha-Thai-Ha"]


def test_what_a_source_leaves_out_is_known(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        frame("cam_01_00001", CAR, source=KNOWN),
        frame("b", CAR, source="TLinh2/somewhere", ignore=[[0, 0, 9, 9]], ignore_above_y=40),
        frame("c", CAR, source="yuskun/somewhere", licence="CC BY 4.0"),
    )
    fixed, hanoi, abroad = read([place])
    assert (fixed.above_y, fixed.rules.told.lowest, fixed.rules.told.edge) == (170, 28, 6)
    assert fixed.known.tolist() == [True, False, True, True, True]
    assert hanoi.above_y == 40
    assert hanoi.known.tolist() == [True, True, True, True, False]
    assert hanoi.ignore.tolist() == [[0, 0, 9, 9]]
    assert (abroad.whole, fixed.whole, hanoi.whole) == (False, True, True)


def test_a_licence_is_clean_only_when_it_is_told(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        frame("a", CAR, licence="none given"),
        frame("b", CAR),
        frame("c", CAR, licence="CC BY 4.0 (data.yaml)"),
        frame("d", CAR, source="edge-sim render-set"),
    )
    lessons = read([place])
    assert [one.clean for one in lessons] == [False, False, True, True]
    assert [one.rendered for one in lessons] == [False, False, False, True]


def test_a_class_that_is_not_learned_is_left_in_peace(tmp_path: Path) -> None:
    place = folder(tmp_path, frame("a", CAR, ("tractor_trailer", [100, 20, 180, 80])))
    (lesson,) = read([place])
    assert [CLASSES[kind] for kind in lesson.kinds] == ["car"]
    assert lesson.ignore.tolist() == [[100, 20, 180, 80]]
    assert lesson.size == (320, 180)


def test_a_picture_that_is_none_is_told_with_its_name(tmp_path: Path) -> None:
    place = folder(tmp_path, frame("a", CAR))
    (place / "images/a.jpg").write_bytes(b"no picture")
    (lesson,) = read([place])
    with pytest.raises(LabelError, match=r"a\.jpg"):
        lesson.picture()
