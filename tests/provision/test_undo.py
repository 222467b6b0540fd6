import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edge_agent import cli
from edge_agent.exits import Exit
from edge_agent.provision import guard as guards
from edge_agent.provision import service
from edge_agent.provision.guard import Guard
from edge_agent.provision.migrate import Change, migrate_file, migrated
from edge_agent.provision.record import ProvisionError, Record, write
from edge_agent.provision.snapshots import Snapshots
from tests.provision.kit import NOW_MS

OLD, NEW = "version = 1\n# old\n", "version = 1\n# new\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Record(tmp_path / "state").folder


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "unit.toml"
    file.write_text(OLD)
    file.chmod(0o600)
    return file


def applied(folder: Path, config: Path, seconds: float) -> Guard:
    guard = Guard(folder)
    kept = Snapshots(folder).take(config, NOW_MS, "Lan", "provision")
    guard.expect(kept.id, "process", "Lan", seconds)
    config.write_text(NEW)
    return guard


def test_confirmed_it_stays(folder: Path, config: Path) -> None:
    guard = applied(folder, config, 90)
    assert guard.confirm().who == "Lan"
    assert config.read_text() == NEW
    with pytest.raises(ProvisionError, match="confirmed or undone already"):
        guard.confirm()


def test_too_late_is_too_late(folder: Path, config: Path) -> None:
    guard = applied(folder, config, -1)
    with pytest.raises(ProvisionError, match="time to confirm is over"):
        guard.confirm()
    guard.undo(config, lambda _how: None)
    assert config.read_text() == OLD
    assert config.stat().st_mode & 0o777 == 0o600
    assert guard.pending() is None


def test_a_restart_of_the_machine_is_a_deadline(folder: Path, config: Path) -> None:
    guard = applied(folder, config, 90)
    said = json.loads((folder / "pending.json").read_text())
    write(folder / "pending.json", said | {"boot": "another"})
    pending = guard.pending()
    assert pending is not None
    assert guard.left_s(pending) <= 0


def test_the_clock_on_the_wall_does_not_matter(
    folder: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = applied(folder, config, 90)
    pending = guard.pending()
    assert pending is not None
    monkeypatch.setattr(guards, "boot_ns", lambda: pending.deadline_ns - 1_500_000_000)
    assert guard.left_s(pending) == pytest.approx(1.5)


def test_the_watcher_undoes_what_nobody_confirms(
    tmp_path: Path, folder: Path, config: Path
) -> None:
    guard = applied(folder, config, 0.2)
    words = ["--watch", "--config", str(config), "--state-dir", str(tmp_path / "state")]
    watcher = subprocess.run(
        [sys.executable, "-m", "edge_agent", "provision", *words], check=False, timeout=60
    )
    service.stop(tmp_path / "state")
    assert watcher.returncode == Exit.NEGATIVE
    assert config.read_text() == OLD
    assert guard.pending() is None


def test_a_snapshot_of_nothing_brings_nothing_back(folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "unit.toml"
    kept = Snapshots(folder).take(config, NOW_MS, "Lan", "first")
    config.write_text(NEW)
    Snapshots(folder).put_back(kept.id, config)
    assert not config.exists()


@pytest.mark.parametrize("id_", ["", "x", "../unit", "20260101T000000Z-00000000"])
def test_an_id_that_is_none(folder: Path, config: Path, id_: str) -> None:
    with pytest.raises(ProvisionError, match="no snapshot"):
        Snapshots(folder).put_back(id_, config)
    assert config.read_text() == OLD


def test_a_damaged_snapshot_is_not_put_back(folder: Path, config: Path) -> None:
    kept = Snapshots(folder).take(config, NOW_MS, "Lan", "")
    (folder / "snapshots" / f"{kept.id}.toml").write_text("half")
    with pytest.raises(ProvisionError, match="damaged"):
        Snapshots(folder).put_back(kept.id, config)
    assert config.read_text() == OLD


def test_the_command_undoes_and_takes_the_undo_back(
    tmp_path: Path, folder: Path, config: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(service, "restart", lambda *_: None)
    kept = Snapshots(folder).take(config, NOW_MS, "Lan", "")
    config.write_text(NEW)
    words = ["--config", str(config), "--state-dir", str(tmp_path / "state")]
    assert cli.main(["provision", "--undo", kept.id, *words]) == Exit.OK
    assert config.read_text() == OLD
    assert cli.main(["provision", "--undo", "last", *words]) == Exit.OK
    assert config.read_text() == NEW
    capsys.readouterr()
    assert cli.main(["provision", "--snapshots", *words]) == Exit.OK
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_a_number_that_is_somebody_elses_is_not_killed(folder: Path, tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    try:
        write(folder / "agent.pid", str(other.pid))
        service.stop(tmp_path / "state")
        assert other.poll() is None
    finally:
        os.kill(other.pid, signal.SIGKILL)
        other.wait()


def test_old_files_come_up_to_date(tmp_path: Path) -> None:
    config = tmp_path / "unit.toml"
    config.write_text('# a note\n[unit]\nid = "u1"\n')
    assert migrate_file(config)
    assert config.read_text() == 'version = 1\n# a note\n[unit]\nid = "u1"\n'
    assert not migrate_file(config)


def test_versions_go_one_by_one() -> None:
    def to(number: int) -> Change:
        return lambda text: text.replace(f"version = {number - 1}", f"version = {number}")

    assert migrated("version = 1\n", {1: to(2), 2: to(3)}, 3) == "version = 3\n"
    with pytest.raises(ProvisionError, match="no way from version 2"):
        migrated("version = 1\n", {1: to(2)}, 3)
    with pytest.raises(ProvisionError, match="did not reach 2"):
        migrated("version = 1\n", {1: lambda text: text}, 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [("version = 9\n", "knows 1"), ("version = true\n", "whole number"), ("version =", "no TOML")],
)
def test_versions_that_make_no_sense(text: str, words: str) -> None:
    with pytest.raises(ProvisionError, match=words):
        migrated(text)
