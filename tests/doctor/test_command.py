import json
from pathlib import Path

import pytest

from edge_agent import cli
from edge_agent.doctor.gather import state_folder
from edge_agent.exits import Exit
from tests.commands.test_device import SITE

Shown = pytest.CaptureFixture[str]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("TEST_PASSWORD", "geheim-1234")
    file = tmp_path / "unit.toml"
    file.write_text(SITE)
    file.chmod(0o640)
    state = tmp_path / "state"
    state.mkdir(mode=0o750)
    return ["doctor", "--config", str(file), "--state-dir", str(state)]


def test_for_machines_the_last_line_has_every_check(site: list[str], capsys: Shown) -> None:
    code = cli.main([*site, "--offline", "--json"])
    checks = json.loads(capsys.readouterr().out.splitlines()[-1])["checks"]
    assert {"id", "group", "severity", "ok", "value", "meaning", "next"} == set(checks[0])
    found = {each["id"]: each for each in checks}
    assert found["site-file"]["ok"] is True
    assert found["device.box1.answers"]["ok"] is None
    failing = [each for each in checks if each["ok"] is False and each["severity"] == "error"]
    assert code == (Exit.NEGATIVE if failing else Exit.OK)


def test_warnings_count_when_asked(site: list[str]) -> None:
    # No agent runs here: a warning.
    assert cli.main([*site, "--offline", "--warnings-as-errors"]) == Exit.NEGATIVE


def test_for_people_in_their_language(site: list[str], capsys: Shown) -> None:
    cli.main([*site, "--offline", "--lang", "vi"])
    out = capsys.readouterr().out
    assert "thiết bị" in out
    assert "→ Khởi động" in out
    assert "geheim" not in out


def test_a_broken_file_is_the_first_finding(tmp_path: Path, capsys: Shown) -> None:
    file = tmp_path / "unit.toml"
    file.write_text("version = 1\n[unit]\nid = 'A B'\n")
    words = ["doctor", "--config", str(file), "--state-dir", str(tmp_path), "--json"]
    assert cli.main(words) == Exit.NEGATIVE
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert (checks[0]["id"], checks[0]["ok"]) == ("site-file", False)
    assert "unit.toml:" in checks[0]["value"]


def test_a_folder_is_tried_by_writing(tmp_path: Path) -> None:
    good = state_folder(tmp_path)
    assert good.fsync_ms is not None
    assert (good.trouble, good.read_only) == ("", False)
    assert list(tmp_path.iterdir()) == []
    assert state_folder(tmp_path / "none").trouble == "there is no such folder"
