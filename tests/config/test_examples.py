import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from edge_agent import registry, settings
from edge_agent.cli import main
from edge_agent.config.schema import site_file
from edge_agent.exits import Exit

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "config" / "examples"
SOUND = [path for path in sorted(EXAMPLES.glob("*.toml")) if path.stem != "broken"]


def test_there_are_examples() -> None:
    assert {path.stem for path in SOUND} >= {"minimal", "junction"}


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_sound_examples_are_sound(path: Path) -> None:
    verdict = settings.examine(path)
    assert verdict.errors == []
    # Only what no example can have: the secrets of a real unit.
    assert {problem.wrong.partition(":")[0] for problem in verdict.warnings} <= {
        "the secret cannot be had"
    }


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_sound_examples_fit_the_schema(path: Path) -> None:
    validator = Draft202012Validator(site_file(registry))
    assert list(validator.iter_errors(tomllib.loads(path.read_text()))) == []


def test_the_schema_refuses_what_is_unknown() -> None:
    validator = Draft202012Validator(site_file(registry))
    table = tomllib.loads((EXAMPLES / "minimal.toml").read_text())
    table["device"]["ctl1"]["kind"] = "nonsense"
    assert not validator.is_valid(table)
    assert not validator.is_valid(table | {"device": {}, "more": 1})


def test_the_written_schema_has_not_drifted() -> None:
    written = json.loads((ROOT / "config" / "schema.json").read_text())
    assert written == site_file(registry), "run: edge-agent schema > config/schema.json"


# One entry a kind of error: where it is, and words that only this kind says.
BROKEN = {
    "unit.id": "is missing",
    "unit.idd": "did you mean id?",
    "unit.province": "not allowed here",
    "unit.timezone": "IANA",
    "uplink.broker": "a password is written into the address",
    "spool.max_mb": "not a whole number",
    "metrics.listen": "expose = true",
    "device.ctl1.poll_hz": "too large",
    "device.ctl3": "already has it",
    "device.loop1.kind": "did you mean 'signal_modbus'?",
    "device.cam-north.password": "a secret is written into the file",
    "device.cam-south.lines.stop": "outside the picture",
    "lane.n1.lines[0].device": 'did you mean "cam-north"?',
    "lane.n1.lines[1].line": 'did you mean "stop"?',
    "lane.ctl2": "the id is taken",
}
COMMENTED = {"unit.id": "[unit]", "device.ctl3": "[device.ctl3]"}


def test_the_broken_example_says_everything_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    path = EXAMPLES / "broken.toml"
    assert main(["check", str(path), "--json"]) == Exit.CONFIG
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    errors = {error["where"]: error for error in answer["errors"]}
    assert errors.keys() == BROKEN.keys()
    lines = path.read_text().splitlines()
    for where, words in BROKEN.items():
        error = errors[where]
        assert words in " ".join((error["wrong"], error["allowed"], error["next"]))
        assert error["file"] == str(path)
        assert error["allowed"]
        assert error["next"]
        # Every wrong line in the example carries a comment that says so.
        assert "#" in lines[error["line"] - 1] or where in COMMENTED
    assert "not-a-real-one" not in json.dumps(answer)


def test_the_broken_example_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    path = EXAMPLES / "broken.toml"
    assert main(["check", str(path)]) == Exit.CONFIG
    out, err = capsys.readouterr()
    assert err == ""
    assert f"{len(BROKEN)} errors:" in out
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if "#" in line and not line.startswith("#") and "ctl2 has" not in line:
            assert f"{path}:{number}: " in out, line
    assert "not-a-real-one" not in out


def test_the_schema_is_the_same_in_every_process() -> None:
    command = [sys.executable, "-m", "edge_agent", "schema"]
    written = {
        subprocess.run(
            command, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert written == {(ROOT / "config" / "schema.json").read_bytes()}
