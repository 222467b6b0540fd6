"""Letting the agent run: one folder has one name, however it was typed."""

from pathlib import Path

import pytest

from edge_agent.provision import service


def test_an_agent_is_found_by_whatever_path_its_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[tuple[str, Path]] = []
    monkeypatch.setattr(service, "stop", lambda state: called.append(("stop", state)))
    monkeypatch.setattr(service, "_start", lambda _, state: called.append(("start", state)))
    (tmp_path / "unit.toml").touch()
    monkeypatch.chdir(tmp_path)
    service.restart("process", Path("unit.toml"), Path("state"))
    assert called == [("stop", tmp_path / "state"), ("start", tmp_path / "state")]
