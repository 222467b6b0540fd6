"""Scenes are data: what of them reaches simulators, the site file and the score."""

import tomllib
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.drivers.camera.settings import CameraSettings, check
from edge_agent.simulators import cli, tomlfile
from edge_agent.simulators.demo import judge
from edge_agent.simulators.demo.beside import KEPT_MS, Pace
from edge_agent.simulators.demo.device import Place, Scene
from edge_agent.simulators.demo.scenario import applied
from edge_agent.simulators.demo.scenes import ROAD, SITES
from edge_agent.simulators.demo.site import site_file
from edge_agent.simulators.demo.stage import Outcome
from edge_agent.simulators.render.view import View
from edge_agent.simulators.render.watch import ground_marks, picture_lines
from edge_agent.simulators.score.items import InputError
from edge_agent.simulators.world.sites import build
from edge_agent.simulators.world.truth import line
from edge_agent.simulators.world.world import World

T0 = 1_790_000_000_000

VALUES = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["C"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc-_ é.", max_size=6), inner),
)


@given(VALUES)
def test_every_value_survives_toml(value: Any) -> None:
    assert tomllib.loads(f"x = {tomlfile.value(value)}")["x"] == value


@pytest.mark.parametrize("scene", [ROAD, *SITES.values()], ids=lambda scene: scene.name)
def test_lanes_look_at_devices_that_are_there(scene: Scene) -> None:
    names = {device.name for device in scene.devices}
    sources = [
        source
        for lane in scene.lanes.values()
        for key in ("lines", "detectors")
        for source in lane.get(key, [])
    ]
    assert sources
    assert {source["device"] for source in sources} <= names


@pytest.mark.parametrize("scene", SITES.values(), ids=lambda scene: scene.name)
def test_a_scene_is_what_its_site_has_beside_the_road(scene: Scene) -> None:
    site = build(scene.name)
    known = {controller.name for controller in site.controllers}
    known |= {camera.name for camera in (*site.cameras, *site.guards)}
    known |= {station.name for station in site.weighing}
    known |= {antenna.reader for antenna in site.antennas} | {site.cabinet}
    assert {device.name for device in scene.devices} <= known


def test_the_junction_has_all_kinds_of_hardware() -> None:
    first = [device.simulator[0] for device in SITES["junction"].devices]
    assert sorted(first) == sorted(
        ["ntcip", "signal", *["camera"] * 4, "etc", "etc", "wim", "cabinet"]
    )


def test_only_cameras_know_the_weather_and_only_the_cabinet_is_apart(tmp_path: Path) -> None:
    place = Place("junction", 3, T0, tmp_path, ("--light", "night", "--rain"))
    argv = {device.name: device.argv(place) for device in SITES["junction"].devices}
    cameras = {"cam1", "cam2", "anpr-s", "stop-s"}
    assert {name for name, words in argv.items() if "--rain" in words} == cameras
    assert {name for name, words in argv.items() if "--start-ms" not in words} == {"cab1"}
    assert all(words[words.index("--seed") + 1] == "3" for words in argv.values())
    assert {name for name, words in argv.items() if "--password-file" in words} == cameras


def test_part_of_a_scene_keeps_the_lanes_that_it_can_see(tmp_path: Path) -> None:
    part = SITES["junction"].only({"ctl2", "cam1"})
    assert [device.name for device in part.devices] == ["ctl2", "cam1"]
    assert set(part.lanes) == {"s-kerb", "s1", "s2", "s3", "crossing"}
    assert part.lanes["s2"]["tags"] == []
    ready: dict[str, dict[str, Any]] = {
        "ctl2": {"url": "tcp://127.0.0.1:1", "profile": "generic_v1"},
        "cam1": {
            "url": "rtsp://h/live",
            "line": {"name": "s-speed", "points": [0, 0, 1, 1]},
            "ground": [[0.1, 0.9, 1.0, 2.0]],
            "plates": False,
        },
    }
    text = site_file(part, Place("junction", 1, T0, tmp_path), {"broker": "mqtt://h"}, ready)
    read = tomllib.loads(text)
    assert set(read["device"]) == {"ctl2", "cam1"}
    assert read["device"]["cam1"]["password"] == f"file:{tmp_path / 'camera-password'}"
    assert read["device"]["cam1"]["lines"] == {"s-speed": [0, 0, 1, 1]}
    assert read["device"]["cam1"]["ground"] == [[0.1, 0.9, 1.0, 2.0]]
    assert "plates" not in read["device"]["cam1"]


@pytest.mark.parametrize("scene", SITES.values(), ids=lambda scene: scene.name)
def test_cameras_are_told_what_their_driver_understands(scene: Scene) -> None:
    site = build(scene.name)
    cameras = {camera.name: camera for camera in (*site.cameras, *site.guards)}
    read = []
    for device in scene.devices:
        camera = cameras.get(device.name)
        if camera is None:
            continue
        view = View.of(camera, (1280, 720) if camera.plates else (640, 360))
        ready = {
            "url": "rtsp://127.0.0.1:554/live",
            "line": picture_lines(camera, view)[0],
            "lanes": picture_lines(camera, view, by_lane=True),
            "ground": ground_marks(view),
            "plates": camera.plates,
        }
        settings = CameraSettings.model_validate(device.table(ready))
        assert list(check(settings)) == []
        assert len(settings.ground) == 6
        wanted = {
            source["line"]
            for lane in scene.lanes.values()
            for source in lane.get("lines", [])
            if source["device"] == device.name
        }
        assert wanted == set(settings.lines)
        read.append(settings.plates)
    assert True in read
    assert False in read


def test_truth_is_what_devices_of_the_scene_could_see_while_the_unit_ran(tmp_path: Path) -> None:
    place = Place("junction", 7, T0, tmp_path)
    shown = {
        "what": "crossing", "line": "s-speed", "direction": "ab", "cls": "car", "vehicle": 1,
        "lane": 2, "spd": 400,
    }  # fmt: skip
    seen = {"t": T0 + 70_400, "at": T0 + 70_000, **shown}
    early = {"t": T0 + 1000, "at": T0 + 900, **shown}
    place.truth("cam1").write_text("".join(line(each) + "\n" for each in (early, seen)))
    outcome = Outcome([], {}, T0 + 60_000, T0 + 120_000)
    scene = SITES["junction"].only({"cam1", "ctl2", "etc1"})
    true = judge.truth(scene, place, outcome)
    assert {each["device"] for each in true} == {"cam1", "ctl2", "etc1"}
    assert [each for each in true if each["what"] == "crossing"] == [
        {**seen, "device": "cam1", "spot": "s2", "judge": ["speeding"]}
    ]
    assert not [each for each in true if each["what"] == "ped"]
    world = World("junction", 7, T0).advance_to(T0 + 120_000)
    phases = [
        each["t"] for each in world if each["what"] == "phase" and each["controller"] == "ctl2"
    ]
    told = [each["t"] for each in true if each["what"] == "phase"]
    assert told == [t for t in phases if t >= T0 + 60_000 - judge.SETTLE_MS]
    assert judge.late_pictures(scene, place, outcome) == {"cam1": 400}


def test_pace_is_that_of_the_latest_and_unknown_is_not_kept() -> None:
    pace = Pace()
    assert pace.as_json()["kept"] is False
    pace.note("cam1", 90)
    pace.note("cam1", 40)
    assert pace.as_json() == {
        "kept": True, "worst_lag_ms": 90, "of": "cam1", "by_device": {"cam1": 90},
    }  # fmt: skip
    pace.note("wim1", KEPT_MS + 1)
    assert pace.as_json()["kept"] is False
    assert pace.as_json()["of"] == "wim1"


def arguments(**given: Any) -> Namespace:
    names = ("site", "seed", "seconds", "light", "rain", "faults", "thresholds")
    return Namespace(**{**dict.fromkeys(names), **given})


def test_the_command_line_goes_before_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "scenario.toml").write_text('site = "toll-plaza"\nseed = 4\nseconds = 60\n')
    (tmp_path / "faults.toml").write_text("version = 1\n")
    both = applied(tmp_path, arguments(seconds=20.0))
    assert (both.site, both.seed, both.seconds) == ("toll-plaza", 4, 20.0)
    assert (both.faults, both.thresholds) == (tmp_path / "faults.toml", None)


@pytest.mark.parametrize("text", ['sight = "x"', "seed = 1.5", "rain = 1", "site ="])
def test_scenario_that_makes_no_sense_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "scenario.toml").write_text(text)
    with pytest.raises(InputError, match=r"scenario\.toml"):
        applied(tmp_path, arguments())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--faults", "x.toml"), "are for a --site"),
        (("--site", "junction", "--faults", "no-such.toml"), "no-such.toml"),
        (("--scenario", "no-such-folder"), "no-such-folder"),
    ],
)
def test_wrong_usage_is_exit_code_2(
    words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["demo", *words]) == 2
    assert told in capsys.readouterr().out.replace("\n", " ")
