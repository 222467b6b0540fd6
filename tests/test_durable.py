import errno
import os
from pathlib import Path

import pytest

from edge_agent import durable


def test_the_new_one_is_whole_and_has_its_mode_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    before = os.umask(0o077)
    try:
        durable.replace(path, b"old", 0o600)
        durable.replace(path, b"new", 0o644)
    finally:
        os.umask(before)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o644)
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("failing", ["fsync", "fchmod"])
def test_a_full_disk_leaves_the_old_one_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    path = tmp_path / "a.json"
    durable.replace(path, b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, failing, full)
    with pytest.raises(OSError, match="No space"):
        durable.replace(path, b"new")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_writes_belongs_to_whom_the_folder_belongs(tmp_path: Path) -> None:
    os.chown(tmp_path, 1234, 1235)
    path = tmp_path / "a.json"
    durable.replace(path, b"one", as_neighbours=True)
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 1235)
    os.chown(path, 4321, 1235)
    durable.replace(path, b"two", as_neighbours=True)
    assert path.stat().st_uid == 4321


def test_what_is_left_of_a_power_cut_ends_like_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The evidence's sweep goes by that."""

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", cut)
    with pytest.raises(KeyboardInterrupt):
        durable.replace(tmp_path / "1.evidence.zip", b"new")
    assert [path.name[0] for path in tmp_path.glob(".*.evidence.zip")] == ["."]


def test_what_a_power_cut_left_goes_with_the_next_process_and_nothing_else(tmp_path: Path) -> None:
    left, others = tmp_path / ".77.b.json", tmp_path / ".77"
    living, hidden = tmp_path / ".78.a.json", tmp_path / ".profile.old"
    for path in (left, others, living, hidden):
        path.write_bytes(b"{")
        os.utime(path, (1e9, 1e9))
    os.utime(living)
    durable.replace(tmp_path / "a.json", b"{}")
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        ".77", ".78.a.json", ".profile.old", "a.json",
    ]  # fmt: skip
