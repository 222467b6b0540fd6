import errno
import os
import random
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from edge_agent.evidence.keys import UnitKey, load_or_make
from edge_agent.evidence.ledger import BrokenLine, Ledger, Reader, read


@pytest.fixture
def path(tmp_path: Path, key: UnitKey) -> Path:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path, key)
    for n in range(5):
        ledger.append(n, "unlocked", {"who": f"người {n}"})
    return path


def test_goes_on_where_it_stopped(path: Path, key: UnitKey) -> None:
    again = Ledger(path, key)
    again.append(9, "sealed", {})
    lines = list(read(path, key.public))
    assert [line.n for line in lines] == [1, 2, 3, 4, 5, 6]
    assert all(b.prev == a.digest for a, b in pairwise(lines))


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_half_a_line_at_the_end_is_what_a_power_cut_leaves(
    path: Path, key: UnitKey, cut: int
) -> None:
    os.truncate(path, path.stat().st_size - cut)
    ledger = Ledger(path, key)
    assert ledger.torn > 0
    assert ledger.n == 4
    assert ledger.append(9, "sealed", {}).n == 5


@pytest.mark.parametrize("number", range(5))
def test_a_line_left_out_is_named(path: Path, key: UnitKey, number: int) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[number]
    path.write_bytes(b"".join(lines))
    if number == 4:  # what the end of the file cannot tell, a later number can
        assert Ledger(path, key).n == 4
        return
    with pytest.raises(BrokenLine, match="missing") as caught:
        list(read(path, key.public))
    assert caught.value.number == number + 1


def test_lines_in_another_order_are_named(path: Path, key: UnitKey) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1], lines[2] = lines[2], lines[1]
    path.write_bytes(b"".join(lines))
    with pytest.raises(BrokenLine) as caught:
        list(read(path, key.public))
    assert caught.value.number == 2


def test_another_keys_line_is_named(path: Path, key: UnitKey, tmp_path: Path) -> None:
    other = load_or_make(tmp_path / "other.key")
    forged = tmp_path / "forged.jsonl"
    ledger = Ledger(forged, other)
    for n in range(5):
        ledger.append(n, "unlocked", {"who": "nobody"})
    with pytest.raises(BrokenLine, match="signature"):
        list(read(forged, key.public))
    with pytest.raises(BrokenLine):
        Ledger(forged, key)


def test_the_same_value_in_another_spelling_is_named(path: Path, key: UnitKey) -> None:
    path.write_bytes(path.read_bytes().replace(b'{"facts"', b'{ "facts"', 1))
    with pytest.raises(BrokenLine, match="canonical"):
        list(read(path, key.public))


@pytest.mark.parametrize("line", [b"\n", b"[]\n", b"{}\n", b'{"sig":1}\n', b"\xff\n", b"7\n"])
def test_what_is_no_line_is_named(path: Path, key: UnitKey, line: bytes) -> None:
    path.write_bytes(path.read_bytes() + line)
    with pytest.raises(BrokenLine, match="not a line") as caught:
        list(read(path, key.public))
    assert caught.value.number == 6


def test_a_full_disk_leaves_the_ledger_as_it_was(
    path: Path, key: UnitKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(path, key)
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="space"):
            ledger.append(9, "sealed", {})
    assert path.read_bytes() == before
    assert ledger.append(9, "sealed", {}).n == 6
    assert len(list(read(path, key.public))) == 6


def test_two_writers_take_turns(path: Path, key: UnitKey) -> None:
    one, two = Ledger(path, key), Ledger(path, key)
    for n in range(4):
        one.append(n, "sealed", {})
        two.append(n, "unlocked", {})
    assert [line.n for line in read(path, key.public)] == list(range(1, 14))
    with two.alone():
        assert two.n == 13


def test_many_writers_at_once_leave_one_chain(path: Path, key: UnitKey) -> None:
    def write(_: int) -> None:
        own = Ledger(path, key)
        for n in range(5):
            own.append(n, "unlocked", {})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert [line.n for line in read(path, key.public)] == list(range(1, 26))


def test_lines_that_vanish_while_it_is_open_are_noticed(path: Path, key: UnitKey) -> None:
    ledger = Ledger(path, key)
    os.truncate(path, path.read_bytes().index(b"\n") + 1)
    with pytest.raises(BrokenLine, match="gone"):
        ledger.append(9, "sealed", {})


def _skimmed(path: Path, key: UnitKey) -> list[int]:
    seen: list[int] = []
    Reader(path, key.public).skim(lambda line: seen.append(line.n))
    return seen


def test_skimming_sees_the_same_lines(path: Path, key: UnitKey) -> None:
    assert _skimmed(path, key) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("seed", range(60))
def test_skimming_notices_whatever_reading_notices(path: Path, key: UnitKey, seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(path.read_bytes())
    match seed % 3:
        case 0:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        case 1:
            lines = bytes(data).splitlines(keepends=True)
            del lines[chance.randrange(4)]
            data = bytearray(b"".join(lines))
        case _:
            start = chance.randrange(len(data))
            data[start : start + 3] = chance.randbytes(3)
    path.write_bytes(data)
    with pytest.raises(BrokenLine):
        list(read(path, key.public))
    with pytest.raises(BrokenLine):
        _skimmed(path, key)


def test_skimming_believes_no_other_key(path: Path, tmp_path: Path) -> None:
    with pytest.raises(BrokenLine, match="signature"):
        _skimmed(path, load_or_make(tmp_path / "other.key"))
