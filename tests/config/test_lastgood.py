import os
from pathlib import Path

import pytest

from edge_agent.config.lastgood import NAME, load_or_last_good
from edge_agent.errors import ConfigError
from tests.config.kinds import GOOD, FakeKinds

KINDS = FakeKinds()
BROKEN = [b"", b"version = 1\n[unit", GOOD.replace("u1", "U 1").encode(), b"\xff\xfe", None]


@pytest.fixture
def site(tmp_path: Path) -> tuple[Path, Path]:
    file, state = tmp_path / "unit.toml", tmp_path / "state"
    state.mkdir()
    file.write_text(GOOD)
    return file, state


def test_a_sound_file_is_used_and_kept(site: tuple[Path, Path]) -> None:
    file, state = site
    loaded = load_or_last_good(file, state, KINDS)
    assert loaded.problems == []
    assert loaded.saved
    copy = state / NAME
    assert copy.read_text() == GOOD
    assert copy.stat().st_mode & 0o007 == 0
    before = copy.stat().st_mtime_ns
    load_or_last_good(file, state, KINDS)
    assert copy.stat().st_mtime_ns == before, "an unchanged file is not written again"


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_file_falls_back(site: tuple[Path, Path], content: bytes | None) -> None:
    file, state = site
    good = load_or_last_good(file, state, KINDS)
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    loaded = load_or_last_good(file, state, KINDS)
    assert loaded.settings == good.settings
    assert loaded.fingerprint == good.fingerprint
    assert loaded.problems
    assert all(problem.file == str(file) for problem in loaded.problems)
    assert (state / NAME).read_text() == GOOD


def test_without_a_copy_the_complaints_are_about_the_file(site: tuple[Path, Path]) -> None:
    file, state = site
    file.write_text("version = 1\n")
    with pytest.raises(ConfigError) as error:
        load_or_last_good(file, state, KINDS)
    assert all(problem.file == str(file) for problem in error.value.problems)


def test_a_broken_copy_is_no_copy(site: tuple[Path, Path]) -> None:
    file, state = site
    (state / NAME).write_text("version = 1\n[[[")
    file.write_text("version = 1\n")
    with pytest.raises(ConfigError):
        load_or_last_good(file, state, KINDS)


def test_half_a_copy_left_by_a_power_cut_is_never_read(site: tuple[Path, Path]) -> None:
    file, state = site
    load_or_last_good(file, state, KINDS)
    (state / "last-good.new").write_text(GOOD[:100])
    file.unlink()
    assert load_or_last_good(file, state, KINDS).problems


def test_a_state_folder_that_takes_nothing(site: tuple[Path, Path]) -> None:
    file, _ = site
    loaded = load_or_last_good(file, Path("/proc/self"), KINDS)
    assert loaded.problems == []
    assert not loaded.saved


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_state_folder(site: tuple[Path, Path]) -> None:
    file, state = site
    state.chmod(0o500)
    assert not load_or_last_good(file, state, KINDS).saved
