"""SUMO itself, skipped where it is not installed: find it with SUMO_HOME or the extra [sumo]."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from edge_agent.simulators import cli
from edge_agent.simulators.sumo.program import SumoError, find
from edge_agent.simulators.sumo.world import SumoWorld
from edge_agent.simulators.world.world import Pose, World

START = 1_790_000_000_000
SECONDS = 150


def _missing() -> str:
    try:
        find("sumo"), find("netconvert")
    except SumoError as error:
        return str(error)
    return ""


needs_sumo = pytest.mark.skipif(bool(_missing()), reason=_missing())


class Run:
    """What a world told and showed."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.poses: list[list[Pose]] = []
        self.greens: list[set[int]] = []

    def of(self, what: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["what"] == what]


@pytest.fixture(scope="module")
def run() -> Run:
    done = Run()
    with SumoWorld("junction", 7, START) as world:
        for step in range(1, SECONDS * 2 + 1):
            done.events += world.advance_to(START + step * 500)
            done.poses.append(world.vehicles())
            shown = world.signals("ctl1").phases
            done.greens.append({phase for phase, aspect in shown.items() if aspect == "g"})
    return done


@needs_sumo
def test_vehicles_are_those_of_the_built_in_world(run: Run) -> None:
    world = World("junction", 7, START)
    ours = {e["vehicle"]: e for e in world.advance_to(START + 20_000) if e["what"] == "enters"}
    theirs = {event["vehicle"]: event for event in run.of("enters")}
    same = [number for number in ours if number in theirs]
    assert len(same) > 15
    first = min(same)
    differ = {key for key in ours[first] if ours[first][key] != theirs[first][key]}
    assert differ <= {"t"}


@needs_sumo
def test_everybody_crosses_stop_lines_on_the_way_out(run: Run) -> None:
    gone = {event["vehicle"] for event in run.of("leaves")}
    stops, aways = (
        {e["vehicle"] for e in run.of("crossing") if e["line"].endswith(end)}
        for end in ("-stop", "-away")
    )
    assert len(gone) > 60
    assert gone <= stops
    assert gone <= aways


@needs_sumo
def test_lamps_rule_sumos_drivers(run: Run) -> None:
    crossed = [e for e in run.of("crossing") if e["line"].endswith("-stop")]
    on_red = [e for e in run.of("violation") if e["rule"] == "red"]
    assert len(on_red) < 0.1 * len(crossed)
    assert len({frozenset(green) for green in run.greens}) > 3


@needs_sumo
def test_vehicles_move_as_vehicles_do(run: Run) -> None:
    for before, after in pairwise(run.poses):
        was = {pose.vehicle.number: pose for pose in before}
        for pose in after:
            old = was.get(pose.vehicle.number)
            if old is not None:
                assert abs(pose.x - old.x) + abs(pose.y - old.y) < 20.0
            assert 0.0 < pose.d < 12.0


@needs_sumo
def test_motorbikes_ride_abreast_in_one_lane(run: Run) -> None:
    def beside(one: Pose, other: Pose) -> bool:
        apart = abs(one.d - other.d)
        near = abs(one.x - other.x) + abs(one.y - other.y) < apart + 1.5
        return one.link == other.link and 0.5 < apart < 2.0 and near

    abreast = 0
    for poses in run.poses:
        bikes = [pose for pose in poses if pose.vehicle.cls == "motorbike"]
        abreast += sum(beside(a, b) for i, a in enumerate(bikes) for b in bikes[:i])
    assert abreast > 20


@needs_sumo
def test_truth_is_in_order_and_of_the_known_kinds(run: Run) -> None:
    times = [event["t"] for event in run.events]
    assert times == sorted(times)
    kinds = Counter(event["what"] for event in run.events)
    assert {"enters", "leaves", "crossing", "phase", "detector", "axle", "tag-in"} <= set(kinds)


@needs_sumo
def test_same_seed_same_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shas = []
    for _ in range(2):
        argv = ["world", "--backend", "sumo", "--seed", "3", "--minutes", "0.5", "--json"]
        assert cli.main([*argv, "--out", str(tmp_path / "a.jsonl")]) == 0
        shas.append(json.loads(capsys.readouterr().out)["sha256"])
    assert shas[0] == shas[1]


@needs_sumo
def test_sumos_end_is_told_and_leaves_nothing_behind() -> None:
    with SumoWorld("junction", 1, START) as world:
        world.advance_to(START + 5000)
        process = world._sumo._sumo.process
        assert process.poll() is None
        process.kill()
        with pytest.raises(SumoError, match=r"ended|is gone"):
            world.advance_to(START + 10_000)
    assert process.returncode is not None


def test_missing_sumo_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SUMO_HOME", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert cli.main(["world", "--backend", "sumo", "--minutes", "1"]) == 2
    assert "pip install 'edge-agent[sumo]'" in capsys.readouterr().err


def test_other_sites_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["world", "--backend", "sumo", "--site", "toll-plaza"]) == 2
    assert "SUMO drives on junction, not on 'toll-plaza'" in capsys.readouterr().err
