import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from edge_agent import agent, cli
from edge_agent.config.lastgood import NAME
from edge_agent.errors import Problem, StatusError
from edge_agent.exits import Exit
from edge_agent.settings import UnitSettings
from edge_agent.status import Snapshot, ask

SITE = """\
version = 1
[unit]
province = "hanoi"
site = "nts"
id = "u1"
[uplink]
broker = "mqtt://127.0.0.1:9"
username = "u1"
password = "env:TEST_BROKER_PASSWORD"
[metrics]
listen = "127.0.0.1:0"
"""
PLANTED = "geheim-1234"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEST_BROKER_PASSWORD", PLANTED)
    file = tmp_path / "unit.toml"
    file.write_text(SITE)
    return file


class Ran:
    """Stands for the house: notes what it was given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.given: dict[str, Any] = {}
        monkeypatch.setattr(agent, "run_unit", self)

    async def __call__(
        self,
        settings: UnitSettings,
        *,
        state_dir: Path,
        fingerprint: str,
        problems: Sequence[Problem],
    ) -> int:
        self.given = {"settings": settings, "fingerprint": fingerprint, "problems": problems}
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        await asyncio.wait_for(ended.wait(), 10)
        return 0


def run(site: Path, *words: str) -> int:
    state = site.parent / "state"
    return cli.main(["run", "--config", str(site), "--state-dir", str(state), *words])


def test_a_sound_file(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = Ran(monkeypatch)
    assert run(site, "--seconds", "0.1") == Exit.OK
    assert ran.given["problems"] == []
    assert (site.parent / "state" / NAME).read_text() == SITE
    assert (site.parent / "state").stat().st_mode & 0o007 == 0


def test_a_broken_file_runs_on_the_last_good_one_and_says_so(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = Ran(monkeypatch)
    assert run(site, "--seconds", "0.1") == Exit.OK
    good = ran.given
    site.write_text(SITE.replace('id = "u1"', 'id = "U 1"'))
    assert run(site, "--seconds", "0.1") == Exit.OK
    assert ran.given["settings"] == good["settings"]
    assert ran.given["fingerprint"] == good["fingerprint"]
    assert [problem.where for problem in ran.given["problems"]] == ["unit.id"]
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (error,) = [line for line in said if line["level"] == "error"]
    assert error["where"] == "unit.id"
    assert error["line"] == 5


def test_a_broken_file_and_nothing_to_fall_back_on(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = Ran(monkeypatch)
    site.write_text("version = 1\n")
    assert run(site) == Exit.CONFIG
    assert ran.given == {}
    assert "uplink: is missing" in capsys.readouterr().err


def test_two_agents_on_one_folder_are_refused(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = Ran(monkeypatch)
    state = site.parent / "state"
    state.mkdir()
    other = os.open(state, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    assert run(site) == Exit.NEGATIVE
    assert ran.given == {}
    assert "another agent runs on it" in capsys.readouterr().err
    os.close(other)
    assert run(site, "--seconds", "0.1") == Exit.OK


def start(site: Path) -> subprocess.Popen[str]:
    state = site.parent / "state"
    words = ["run", "--config", str(site), "--state-dir", str(state)]
    return subprocess.Popen(
        [sys.executable, "-m", "edge_agent", *words], stderr=subprocess.PIPE, text=True
    )


def until_up(state: Path, process: subprocess.Popen[str]) -> Snapshot:
    deadline = time.monotonic() + 20
    while True:
        try:
            return ask(state)
        except StatusError:
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_real_unit_without_devices_or_broker(site: Path) -> None:
    """Starts, answers, is scraped, stops in order, and its secret is nowhere to be seen."""
    state = site.parent / "state"
    process = start(site)
    said = []
    try:
        snapshot = until_up(state, process)
        assert snapshot.unit == "its/1/hanoi/nts/u1"
        assert snapshot.pid == process.pid
        assert not snapshot.uplink.connected
        assert PLANTED.encode() not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
        assert process.stderr is not None
        for line in process.stderr:
            said.append(json.loads(line))
            if said[-1]["msg"] == "metrics":
                break
        with urllib.request.urlopen(said[-1]["url"], timeout=10) as answer:  # noqa: S310 - ours
            assert b"edge_agent_uplink_connected 0.0" in answer.read()
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == Exit.OK
    said += [json.loads(line) for line in rest.splitlines()]
    assert PLANTED not in json.dumps(said)
    with pytest.raises(StatusError):
        ask(state)
