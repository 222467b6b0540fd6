"""The guard's units: what nobody confirms is undone, also after the power was gone."""

import argparse
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from edge_agent.commands import provision
from edge_agent.commands.options import CONFIG, STATE
from edge_agent.exits import Exit
from edge_agent.provision import guard as guards
from edge_agent.provision import service
from edge_agent.provision.guard import Guard
from edge_agent.provision.record import ProvisionError, Record
from edge_agent.provision.snapshots import Snapshots
from tests.provision.kit import NOW_MS
from tests.systemd.test_unit import ANALYZE, SYSTEMD, _exposure, needs_systemd

UNIT, PATH = SYSTEMD / "edge-agent-guard.service", SYSTEMD / "edge-agent-guard.path"
TIGHT = 3.0
"""Looser than the agent's: it is root, with three of root's rights."""


def _value(text: str, key: str) -> str:
    found = re.search(rf"^{key}=(.*)$", text, re.MULTILINE)
    assert found, key
    return found[1]


@needs_systemd
def test_systemd_has_nothing_to_complain_about(tmp_path: Path) -> None:
    text = re.sub(
        r"^ExecStart=\S+", f"ExecStart={sys.executable}", UNIT.read_text(), flags=re.MULTILINE
    )
    (tmp_path / UNIT.name).write_text(text)
    (tmp_path / PATH.name).write_text(PATH.read_text())
    for name in (UNIT.name, PATH.name):
        done = subprocess.run(
            [str(ANALYZE), "verify", "--man=no", str(tmp_path / name)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr + done.stdout == ""


@needs_systemd
def test_the_sandbox_is_tight() -> None:
    assert _exposure(UNIT) <= TIGHT


def test_it_waits_for_what_the_guard_writes(tmp_path: Path) -> None:
    text = UNIT.read_text()
    words = shlex.split(_value(text, "ExecStart"))
    assert words[1:] == ["provision", "--watch", "--config", str(CONFIG), "--state-dir", str(STATE)]
    record = Record(tmp_path)
    kept = Snapshots(record.folder).take(tmp_path / "unit.toml", NOW_MS, "Lan", "")
    before = set(tmp_path.rglob("*"))
    Guard(record.folder).expect(kept.id, "process", "Lan")
    (made,) = set(tmp_path.rglob("*")) - before
    assert _value(PATH.read_text(), "PathExists") == str(STATE / made.relative_to(tmp_path))
    assert _value(PATH.read_text(), "Unit") == UNIT.name
    assert int(_value(text, "SuccessExitStatus")) == Exit.NEGATIVE
    assert set(_value(text, "ReadWritePaths").split()) == {str(CONFIG.parent), str(STATE)}


def test_power_that_went_within_the_time_to_confirm_is_no_confirmation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, record = tmp_path / "unit.toml", Record(tmp_path / "state")
    config.write_text("old")
    kept = Snapshots(record.folder).take(config, NOW_MS, "Lan", "")
    Guard(record.folder).expect(kept.id, "manager", "Lan")
    config.write_text("new")
    boot = tmp_path / "boot_id"
    boot.write_text("another start of the machine\n")
    monkeypatch.setattr(guards, "_BOOT", boot)
    restarted: list[str] = []
    monkeypatch.setattr(service, "usual", lambda: "service")
    monkeypatch.setattr(service, "restart", lambda how, *_: restarted.append(how))
    parser = argparse.ArgumentParser()
    provision.configure(parser)
    words = ["--watch", "--config", str(config), "--state-dir", str(tmp_path / "state")]
    assert provision.run(parser.parse_args(words)) == Exit.NEGATIVE
    assert config.read_text() == "old"
    assert restarted == ["service"]
    assert provision.run(parser.parse_args(words)) == Exit.OK


def test_an_undo_that_cannot_be_done_yet_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config, record = tmp_path / "unit.toml", Record(tmp_path / "state")
    config.write_text("old")
    kept = Snapshots(record.folder).take(config, NOW_MS, "Lan", "")
    Guard(record.folder).expect(kept.id, "process", "Lan", -1)
    tries: list[str] = []

    def restart(how: str, *_: Path) -> None:
        tries.append(how)
        if len(tries) == 1:
            raise ProvisionError("the agent does not end")

    monkeypatch.setattr(service, "restart", restart)
    monkeypatch.setattr(provision, "_AGAIN_S", 0.0)
    assert provision._watch(record, config, tmp_path / "state") == Exit.NEGATIVE
    assert tries == ["process", "process"]
    assert "cannot be undone yet: the agent does not end" in capsys.readouterr().err
    assert Guard(record.folder).pending() is None
