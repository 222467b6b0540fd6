"""./dev is one script that people can read, and that fails when something is wrong."""

import subprocess

import pytest

from tests.house.source import ROOT
from tests.needs import find

DEV = ROOT / "dev"


def _run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command], cwd="/", capture_output=True, text=True, check=False
    )


def test_help_and_wrong_usage() -> None:
    assert "./dev demo" in _run(DEV).stdout
    assert _run(DEV, "help").returncode == 0
    wrong = _run(DEV, "no-such-verb")
    assert wrong.returncode == 2
    assert "./dev demo" in wrong.stderr


def test_setup_again_is_instant_and_silent_of_work() -> None:
    again = _run(DEV, "setup")
    assert again.returncode == 0
    assert "setting up" not in _run(DEV, "setup").stderr


def test_a_failing_test_fails_the_run() -> None:
    assert _run(DEV, "test", "-q", "tests/no_such_file.py").returncode != 0


def test_ci_runs_the_tests() -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1].endswith("./dev test")


def test_the_script_is_sound() -> None:
    shellcheck = find("shellcheck")
    if shellcheck is None:
        pytest.skip("shellcheck is not here")
    assert _run(shellcheck, DEV, ROOT / ".ci" / "run").stdout == ""
