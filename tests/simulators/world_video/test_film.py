"""Recordings of the world: what they show is what their truth says."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge_agent.simulators import cli
from edge_agent.simulators.render.view import View
from edge_agent.simulators.world.site import CameraAt
from edge_agent.simulators.world.vehicles import make
from edge_agent.simulators.world.world import Pose, World
from edge_agent.simulators.world_video.film import WARM_MS
from edge_agent.simulators.world_video.lines import Witness, ground_lines

CAMERA = CameraAt("bridge", 0.0, 0.0, 8.0, (0.0, 20.0), 600, (640, 360))


def pose(number: int, y: float, *, north: bool = True) -> Pose:
    car = make(7, number, (("car", 1.0),))
    return Pose(car, 3.0, y, 0.0, 1.0 if north else -1.0, 10.0, "", 0.0, False, None)


def test_whoever_drives_over_a_line_is_told_once_with_direction_and_moment() -> None:
    view = View.of(CAMERA)
    (line,) = ground_lines(view, {"middle": (0.98, 0.5, 0.02, 0.5)})
    witness = Witness([line])
    told: list[dict[str, Any]] = []
    half = pose(1, 0.0).vehicle.length / 2
    for step in range(21):
        there, back = pose(1, 15.0 + step + half), pose(2, 25.0 - step - half, north=False)
        told += witness.see([there, back], step * 100)
    assert [(one["vehicle"], one["direction"]) for one in told] == [(1, "ab"), (2, "ba")]
    assert all(abs(one["t"] - 500) < 60 for one in told)
    assert told[0]["spd"] == 360


def test_beside_the_ends_of_a_line_nobody_crosses_it() -> None:
    view = View.of(CAMERA)
    (line,) = ground_lines(view, {"short": (0.4, 0.5, 0.1, 0.5)})
    witness = Witness([line])
    assert not [e for step in range(21) for e in witness.see([pose(1, 15.0 + step)], step * 100)]


def test_a_line_in_the_sky_is_refused() -> None:
    with pytest.raises(ValueError, match="above the horizon"):
        ground_lines(View.of(replace(CAMERA, look=(0.0, 200.0))), {"sky": (0.1, 0.5, 0.1, 0.0)})


def test_a_recording_has_its_pictures_and_the_crossings_of_its_world(tmp_path: Path) -> None:
    video = tmp_path / "a.mp4"
    words = ["world-video", "--out", str(video), "--camera", "cam1", "--seconds", "12"]
    assert cli.main([*words, "--fps", "5", "--size", "320x180", "--boxes"]) == 0
    lines = [json.loads(line) for line in video.with_suffix(".jsonl").read_text().splitlines()]
    assert lines[0]["what"] == "film"
    assert lines[0]["size"] == [320, 180]
    tape = cv2.VideoCapture(str(video))
    pictures = 0
    while tape.grab():
        pictures += 1
    assert pictures == 60 == sum(line["what"] == "seen" for line in lines)
    world = World("junction", 7, -WARM_MS)
    world.advance_to(0)
    by_bumper = [
        event["vehicle"]
        for event in world.advance_to(11_500)
        if event["what"] == "crossing" and event["line"] == "s-speed"
    ]
    crossings = [line for line in lines if line["what"] == "crossing"]
    told = [line["vehicle"] for line in crossings]
    seen = {row[0]: row[6] for line in lines if line["what"] == "seen" for row in line["vehicles"]}
    assert all(0 <= line["shown"] <= 1 for line in crossings)
    assert {line["vehicle"] for line in crossings if line["shown"] > 0} <= seen.keys()
    assert by_bumper
    assert set(by_bumper[:-1]) <= set(told)


def test_where_a_vehicle_is_seen_lies_in_the_picture(tmp_path: Path) -> None:
    video = tmp_path / "a.mp4"
    words = ["world-video", "--out", str(video), "--camera", "anpr-s", "--seconds", "3"]
    assert cli.main([*words, "--size", "640x360", "--boxes", "--demand", "3"]) == 0
    text = video.with_suffix(".jsonl").read_text()
    rows = [
        row
        for line in map(json.loads, text.splitlines())
        if line["what"] == "seen"
        for row in line["vehicles"]
    ]
    boxes = np.array([row[2:6] for row in rows])
    assert len(boxes)
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2] <= 640).all()
    assert (boxes[:, 3] <= 360).all()


@pytest.mark.parametrize(
    "words",
    [("--camera", "nowhere"), ("--line", "a=0.1,0.0,0.9,0.0")],
)
def test_what_cannot_be_recorded_is_told(
    words: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "a.mp4")
    assert cli.main(["world-video", "--out", out, *words, "--seconds", "1"]) == 2
    assert "edge-sim world-video" in capsys.readouterr().err
