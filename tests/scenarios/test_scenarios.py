"""Every scenario in its short form, by commands only; and a fault that a scenario forbids."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge_agent.simulators.faults.script import read
from edge_agent.simulators.score import thresholds

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(240)]

HERE = Path(__file__).parent
FOLDERS = sorted(path.parent for path in HERE.glob("*/scenario.toml"))
SHORT_S = "28"

DRIFTED = """
version = 1
[[step]]
at = "1s"
device = "wim1"
fault = "drift"
args = { lane = 2, value = 20 }
[[step]]
at = "1s"
device = "wim1"
fault = "drift"
args = { lane = 3, value = 20 }
"""


def edge_sim(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edge_agent.simulators", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def play(folder: Path, keep: Path, *more: object) -> tuple[int, dict[str, Any]]:
    told = ("--seconds", SHORT_S, "--keep", keep, "--json", "--no-page")
    done = edge_sim("demo", "--scenario", folder, *told, *more)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def score(folder: Path, keep: Path) -> tuple[int, dict[str, Any]]:
    files = (keep / "truth.jsonl", keep / "stored.jsonl")
    limits = ("--thresholds", folder / "thresholds.toml")
    done = edge_sim("score", *files, *limits, "--settle-ms", "5000", "--json")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def missed(result: dict[str, Any]) -> list[str]:
    return [f"{d['demand']}: {d['value']}" for d in result["demands"] if not d["ok"]]


def test_the_five_are_there_and_make_sense() -> None:
    wanted = {
        "everything-flaky",
        "junction-day",
        "junction-night-rain",
        "toll-plaza",
        "weigh-station",
    }
    assert {folder.name for folder in FOLDERS} == wanted
    devices = ["ctl1", "ctl2", "cam1", "cam2", "etc1", "etc2", "wim1", "cab1"]
    for folder in FOLDERS:
        assert read(folder / "faults.toml", devices).timeline()
        assert thresholds.read(folder / "thresholds.toml").demands


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_scenario_is_met_by_the_demo_and_by_the_score(folder: Path, tmp_path: Path) -> None:
    code, result = play(folder, tmp_path)
    assert (result["lost"], result["duplicates"]) == (0, 0)
    assert result["faults"]["given"] > 0
    assert (result["faults"]["refused"], missed(result)) == ([], []), result["realtime"]
    assert code == 0
    scored, again = score(folder, tmp_path)
    assert (scored, missed(again)) == (0, [])
    assert again["demands"] == result["demands"]


def test_a_scale_that_drifts_unsaid_is_forbidden(tmp_path: Path) -> None:
    folder = HERE / "weigh-station"
    drifted = tmp_path / "drifted.toml"
    drifted.write_text(DRIFTED)
    code, result = play(folder, tmp_path / "kept", "--faults", drifted)
    assert code == 1
    assert (result["lost"], result["duplicates"], result["ok"]) == (0, 0, False)
    scored, again = score(folder, tmp_path / "kept")
    assert scored == 1
    assert [text for text in missed(again) if text.startswith("axles weight_error_pct_p50")]
