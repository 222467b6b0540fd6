import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent import keepsake


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / keepsake.FILE


def test_what_was_kept_comes_back(path: Path) -> None:
    scores = {"wim1 by cam1": 8.0, "etc1 by cam1": -3.5}
    keepsake.save(path, scores)
    assert keepsake.load(path) == (scores, "")
    assert [each.name for each in path.parent.iterdir()] == [keepsake.FILE]


def test_nothing_kept_is_no_trouble(path: Path) -> None:
    assert keepsake.load(path) == ({}, "")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"version": 0, "scores": {}}',
        b'{"version": 1}',
        b'{"version": 1, "scores": {"a": "b"}}',
        b'{"version": 1, "scores": {"a": NaN}}',
        b'{"version": 1, "scores": {"a": 1e300}}',
        b'{"version": 1, "scores": {"a": true}}',
        b"[" * 100_000,
        b" " * 1_000_001,
    ],
    ids=range(11),
)
def test_what_makes_no_sense_is_ignored_and_said(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    scores, trouble = keepsake.load(path)
    assert scores == {}
    assert trouble


def test_a_folder_in_its_place_is_ignored_and_said(path: Path) -> None:
    path.mkdir()
    assert keepsake.load(path)[1]


def test_a_write_that_fails_leaves_the_old_one(path: Path) -> None:
    keepsake.save(path, {"a": 1.0})
    (path.parent / f".{os.getpid()}.{path.name}").mkdir()
    with pytest.raises(OSError, match="directory"):
        keepsake.save(path, {"a": 2.0})
    assert keepsake.load(path) == ({"a": 1.0}, "")


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("kept") / keepsake.FILE
    path.write_bytes(content)
    assert keepsake.load(path)[0] == {}
