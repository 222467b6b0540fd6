import json
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge_agent.simulators.render.renderer import Renderer
from edge_agent.simulators.render.stills import SCENES, write_stills
from edge_agent.simulators.render.watch import Watch, camera_of, ground_marks, picture_lines
from edge_agent.simulators.world.sites import build
from edge_agent.simulators.world.world import World

SIZE = (320, 180)


def watch(
    name: str, seconds: int, step_ms: int, size: tuple[int, int] = SIZE, zoom: float = 1.0
) -> list[dict[str, Any]]:
    world = World("junction", 7, 0)
    camera = camera_of(world.site, name)
    seen = Watch(world, camera, Renderer(world.site, camera, 7, size=size, zoom=zoom))
    seen.skip_to(40_000)
    return [
        line for step in range(0, seconds * 1000, step_ms) for line in seen.at(40_000 + step)[1]
    ]


def test_crossings_are_those_of_the_cameras_line_in_the_first_picture_that_shows_them() -> None:
    told = watch("cam1", 20, 500)
    truth = World("junction", 7, 0)
    wanted = [
        event
        for event in truth.advance_to(40_000 + 20 * 1000 - 500)
        if event["what"] == "crossing" and event["line"] == "s-speed" and event["t"] > 40_000
    ]
    crossings = [line for line in told if line["what"] == "crossing"]
    assert [line["vehicle"] for line in crossings] == [event["vehicle"] for event in wanted]
    assert crossings
    assert all(0 <= line["t"] - line["at"] <= 500 for line in crossings)
    assert all(0 <= line["shown"] <= 1 for line in crossings)
    assert max(line["shown"] for line in crossings) > 0.9


def test_plates_are_told_with_their_time_in_the_picture() -> None:
    plates = [line for line in watch("anpr-s", 16, 160, (640, 360)) if line["what"] == "plate"]
    assert plates
    for line in plates:
        assert line["from"] <= line["to"] < line["t"]
        assert line["px"] >= 30
        assert line["lines"] in (1, 2)


def test_the_line_lies_where_the_ready_line_says() -> None:
    site = build("junction")
    camera = camera_of(site, "cam1")
    view = Renderer(site, camera, 7, size=SIZE).view
    (line,) = picture_lines(camera, view)
    x1, y1, x2, y2 = line["points"]
    assert line["name"] == "s-speed"
    assert 0 < x2 < x1 < 1  # the kerb is on the right
    assert 0.4 < min(y1, y2) < max(y1, y2) < 0.7


def test_an_unknown_camera_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="cam1, cam2"):
        camera_of(build("junction"), "cam9")


def test_stills_of_every_scene_with_their_truth(tmp_path: Path) -> None:
    paths = list(write_stills(tmp_path / "out", "toll-plaza", 3, None, size=SIZE))
    assert len(paths) == len(SCENES)
    means = []
    for path in paths:
        picture = cv2.imread(str(path))
        assert picture is not None
        means.append(picture.mean())
        lines = path.with_suffix(".jsonl").read_text("utf-8").splitlines()
        assert lines
        assert {"vehicle", "cls", "box", "visible", "plate"} <= json.loads(lines[0]).keys()
    assert means[0] > means[1] > means[2]


@pytest.mark.parametrize("name", ["cam1", "anpr-s"])
def test_points_of_the_road_lie_where_the_camera_sees_them_no_three_on_a_line(name: str) -> None:
    site = build("junction")
    view = Renderer(site, camera_of(site, name), 7, size=SIZE).view
    marks = ground_marks(view)
    assert len(marks) == 6
    for x, y, east, north in marks:
        assert 0 < x < 1
        assert 0 < y < 1
        pixel, depth = view.project(np.array((east, north, 0.0)))
        assert depth > 0
        assert np.allclose((pixel + 0.5) / SIZE, (x, y), atol=0.002)
    for (x1, y1, *_), (x2, y2, *_), (x3, y3, *_) in combinations(marks, 3):
        assert abs((x2 - x1) * (y3 - y1) - (x3 - x1) * (y2 - y1)) > 0.01
