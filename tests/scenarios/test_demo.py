"""The demo as a stranger runs it: commands only, judged by what they print and leave behind."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *argv], capture_output=True, text=True, timeout=200, check=False
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("demo")
    done = run("edge_agent.simulators", "demo", "--seconds", "20", "--json", "--keep", str(folder))
    assert done.returncode == 0, done.stderr + done.stdout
    return folder, json.loads(done.stdout.splitlines()[-1])


def test_nothing_is_lost_and_nothing_is_doubled(played: tuple[Path, dict[str, Any]]) -> None:
    _, result = played
    assert result["recorded"] == result["stored"] > 10
    assert (result["lost"], result["duplicates"], result["given_up"]) == (0, 0, 0)
    assert {"passage", "signal", "agg", "dev"} <= set(result["streams"])


def test_every_true_change_of_phase_is_stored(played: tuple[Path, dict[str, Any]]) -> None:
    phases = played[1]["truth"]["phases"]
    assert phases["true"] > 0
    assert phases["recall"] == 1.0


def test_vehicles_are_counted_about_as_they_crossed(played: tuple[Path, dict[str, Any]]) -> None:
    crossings = played[1]["truth"]["crossings"]
    true, stored = (sum(crossings[which].values()) for which in ("true", "stored"))
    assert true > 3
    assert abs(stored - true) <= max(2, true // 4)


def test_every_message_validates_against_the_written_schemas(
    played: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    """By jsonschema, which knows nothing of our models."""
    folder, result = played
    assert run("edge_agent", "contract", "--out", str(tmp_path)).returncode == 0
    validators = {
        path.stem: jsonschema.Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
        for path in (tmp_path / "schema").glob("*.json")
    }
    with closing(sqlite3.connect(folder / "centre.db")) as db:
        stored = db.execute("SELECT st, body FROM events").fetchall()
        units = db.execute("SELECT state, about FROM units").fetchall()
    assert len(stored) == result["stored"]
    for stream, body in stored:
        validators[stream].validate(json.loads(body))
    ((state, about),) = units
    validators["state"].validate(json.loads(state))
    validators["about"].validate(json.loads(about))


def test_centre_says_that_nothing_is_missing(played: tuple[Path, dict[str, Any]]) -> None:
    done = run("edge_agent.centre", "gaps", "--db", str(played[0] / "centre.db"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_camera_password_is_nowhere_but_in_its_file(played: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = played
    secret = (folder / "camera-password").read_text(encoding="utf-8").strip()
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "camera-password":
            assert secret.encode() not in path.read_bytes(), path.name
