"""Sets to train on: the same for a seed, whole whatever interrupts them, true to the picture."""

import json
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
import pytest

from edge_agent.simulators import cli
from edge_agent.simulators.render_set.crowd import Crowd, traffic
from edge_agent.simulators.render_set.mount import LIGHTS, mood, mount
from edge_agent.simulators.render_set.sites import MEASURED, SiteScene
from edge_agent.simulators.render_set.street import clear_view, street
from edge_agent.simulators.render_set.writer import PER_SCENE, Wanted, write_set

SIZE = (320, 180)


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines()]


def made(folder: Path, frames: int, **more: Any) -> list[dict[str, Any]]:
    for _ in write_set(folder, Wanted(frames, 3, SIZE, **more)):
        pass
    return lines(folder)


def test_a_set_is_the_same_whether_or_not_it_was_interrupted(tmp_path: Path) -> None:
    whole = made(tmp_path / "whole", 7)
    for done in write_set(tmp_path / "torn", Wanted(7, 3, SIZE)):
        if done == 3:
            break
    with (tmp_path / "torn" / "labels.jsonl").open("a") as file:
        file.write('{"image":"images/0000')  # the line that a crash tore
    torn = made(tmp_path / "torn", 7)
    assert torn == whole
    for item in whole:
        one, other = ((tmp_path / name / item["image"]).read_bytes() for name in ("whole", "torn"))
        assert one == other
    assert list(write_set(tmp_path / "whole", Wanted(7, 3, SIZE))) == []


def test_a_longer_set_begins_like_the_shorter_one(tmp_path: Path) -> None:
    assert made(tmp_path / "long", 6)[:4] == made(tmp_path / "short", 4)


def test_another_set_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    made(tmp_path, 1)
    with pytest.raises(ValueError, match="another set"):
        list(write_set(tmp_path, Wanted(1, 4, SIZE)))


@pytest.mark.parametrize("kind", ["vehicles", "plates"])
def test_labels_lie_in_the_picture_and_are_of_known_classes(tmp_path: Path, kind: str) -> None:
    items = made(tmp_path, 2 * PER_SCENE, kind=kind)
    assert len({item["scene"] for item in items}) == 2
    boxes = [one for item in items for one in item["boxes"]]
    assert boxes
    for one in boxes:
        x1, y1, x2, y2 = one["box"]
        assert 0 <= x1 < x2 <= SIZE[0]
        assert 0 <= y1 < y2 <= SIZE[1]
        assert one["cls"] in {"motorbike", "bicycle", "car", "bus", "truck"}
    for item in items:
        picture = cv2.imread(str(tmp_path / item["image"]))
        assert picture is not None
        assert picture.shape == (item["h"], item["w"], 3)


def test_plates_that_are_named_can_be_read_and_face_the_camera(tmp_path: Path) -> None:
    wanted = Wanted(4 * PER_SCENE, 5, (640, 360), (("day", 1.0),), "plates")
    for _ in write_set(tmp_path, wanted):
        pass
    plates = [plate for item in lines(tmp_path) for plate in item["plates"]]
    named = [plate for plate in plates if plate["text"] is not None]
    assert named
    for plate in named:
        top_left, top_right, bottom_right, _ = np.array(plate["quad"])
        assert np.hypot(*(top_right - top_left)) >= 20
        assert top_right[0] > top_left[0]
        assert bottom_right[1] > top_right[1]
        assert plate["visible"] >= 0.97


def test_nobody_stands_in_another_or_in_the_camera() -> None:
    chance = Random(4)
    made_street = street(chance)
    crowd = Crowd(6.0, 2, 20, (0.0, 0.0), (0.0, -12.0), 60.0, 80, 2)
    poses = traffic(made_street, crowd, 9, 100, chance)
    assert len(poses) > 20
    assert len({pose.vehicle.number for pose in poses}) == len(poses)
    middles = np.array(
        [(p.x - p.ux * p.vehicle.length / 2, p.y - p.uy * p.vehicle.length / 2) for p in poses]
    )
    apart = np.hypot(*(middles[:, None] - middles[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, 99)
    assert apart.min() > 0.55
    assert np.hypot(*(middles - (0.0, -12.0)).T).min() > 4.0


@pytest.mark.parametrize("name", LIGHTS)
def test_every_light_has_its_weather_and_every_camera_looks_down(name: str) -> None:
    chance = Random(name)
    under = mood(name, chance)
    assert under.wet is (name == "rain")
    made_street = street(chance)
    for kind in ("vehicles", "plates"):
        camera = mount(kind, made_street, SIZE, chance)
        assert camera.z > 2
        clear_view(made_street.layout, (camera.x, camera.y), camera.look)
        near = [
            house
            for house in made_street.layout.houses
            if np.hypot(house.start[0] - camera.x, house.start[1] - camera.y) < 3
        ]
        assert not near


@pytest.mark.parametrize(
    "words",
    [("--frames", "0"), ("--light", "noon"), ("--light", "day:x"), ("--size", "10x10")],
)
def test_wrong_words_are_told(words: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["render-set", "--out", "x", *words])
    assert words[0] in capsys.readouterr().err


def test_the_command_writes_a_set_and_goes_on_from_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["render-set", "--out", str(tmp_path), "--seed", "2", "--size", "320x180"]
    assert cli.main([*words, "--frames", "2", "--light", "night"]) == 0
    assert len(lines(tmp_path)) == 2
    assert cli.main([*words, "--frames", "2", "--light", "night"]) == 0
    assert "nothing was missing" in capsys.readouterr().err
    assert cli.main([*words, "--frames", "2", "--light", "day"]) == 2


def test_sets_of_the_sites_show_worlds_that_nobody_is_measured_on(tmp_path: Path) -> None:
    chance = Random(2)
    for number in range(3):
        scene = SiteScene(number, SIZE, chance)
        assert 0 < scene.seed < MEASURED
        assert scene.camera.size == SIZE
        poses = scene.traffic(chance)
        if scene.camera.plates:
            assert any(
                np.hypot(pose.x - scene.camera.look[0], pose.y - scene.camera.look[1]) < 25
                for pose in poses
            )
    items = made(tmp_path, 2, kind="sites")
    assert len(items) == 2
    again = made(tmp_path / "again", 2, kind="sites")
    assert again == items


def test_gates_wait_for_long_vehicles_and_bridges_look_along_an_arm() -> None:
    chance = Random(4)
    gates = [SiteScene(number, SIZE, chance, "gates") for number in range(4)]
    assert all(scene.camera.plates and scene.site.name != "junction" for scene in gates)
    seen = [(scene, scene.traffic(chance)) for scene in gates for _ in range(4)]
    close = [[pose for pose in poses if scene._close(pose)] for scene, poses in seen]
    assert max(pose.vehicle.length for some in close for pose in some) > 5.2
    assert [] in close
    for number in range(6):
        bridge = SiteScene(number, SIZE, chance, "bridges")
        eye, look = bridge.camera, bridge.camera.look
        assert (bridge.site.name, eye.plates) == ("junction", False)
        assert 60 < abs(look[1]) < 260
        assert abs(eye.x - look[0]) < abs(eye.y - look[1]) + 10
        assert bridge.traffic(chance)


def test_sets_of_the_seldom_have_many_of_them() -> None:
    chance = Random(5)
    scenes = [SiteScene(number, SIZE, chance, "seldom") for number in range(4)]
    assert not any(scene.camera.plates for scene in scenes)
    kinds = [pose.vehicle.cls for scene in scenes for pose in scene.traffic(chance)]
    assert kinds.count("bicycle") > 0.04 * len(kinds)
    assert kinds.count("light_truck") > 0.04 * len(kinds)
