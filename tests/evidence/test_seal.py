import os
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_agent.clock import ManualClock
from edge_agent.errors import EvidenceError
from edge_agent.evidence.examine import examine
from edge_agent.evidence.keys import UnitKey
from edge_agent.evidence.manifest import About
from edge_agent.evidence.seal import LEDGER, Sealer
from edge_agent.evidence.verify import open_package
from tests.evidence.conftest import FILES

Abouts = Callable[..., About]


def test_what_is_sealed_can_be_opened(sealer: Sealer, about: Abouts, key: UnitKey) -> None:
    sealed = sealer.seal(about(), FILES)
    package = open_package(sealed.path.read_bytes(), key.public)
    assert package.files == {name: data for name, _, data in FILES}
    assert package.digest == sealed.digest
    assert package.manifest.about == about()


def test_the_same_things_seal_to_the_same_bytes(
    tmp_path: Path, about: Abouts, key: UnitKey, clock: ManualClock
) -> None:
    one, two = (
        Sealer(tmp_path / name, "u1", key, clock).seal(about(), FILES).path.read_bytes()
        for name in ("a", "b")
    )
    assert one == two


def test_a_cut_between_package_and_ledger_is_made_good(
    sealer: Sealer, about: Abouts, key: UnitKey, clock: ManualClock
) -> None:
    first = sealer.seal(about(), FILES)
    folder = first.path.parent
    before = (folder / LEDGER).stat().st_size
    second = sealer.seal(about("overload"), FILES)
    os.truncate(folder / LEDGER, before)

    again = Sealer(folder, "u1", key, clock)
    assert again.adopted == 1
    third = again.seal(about(), FILES)
    assert (second.n, third.n) == (2, 3)
    assert not examine([folder], key.public).findings


def test_two_sealers_of_one_folder_take_turns(
    sealer: Sealer, about: Abouts, key: UnitKey, clock: ManualClock
) -> None:
    folder = sealer.seal(about(), FILES).path.parent
    other = Sealer(folder, "u1", key, clock)
    numbers = [each.seal(about(), FILES).n for each in (other, sealer, sealer, other)]
    assert numbers == [2, 3, 4, 5]
    assert not examine([folder], key.public).findings


def test_a_package_of_another_ledger_is_not_taken_in(
    sealer: Sealer, about: Abouts, key: UnitKey, clock: ManualClock
) -> None:
    sealer.seal(about(event="a"), FILES)
    second = sealer.seal(about(event="b"), FILES)
    folder = second.path.parent
    (folder / LEDGER).unlink()
    first = folder / "00000001-red-light.evidence.zip"
    first.unlink()
    Sealer(folder, "u1", key, clock).seal(about(event="c"), FILES)  # a ledger begun anew
    with pytest.raises(EvidenceError, match="another ledger"):
        Sealer(folder, "u1", key, clock)


def test_half_a_package_is_swept_away(
    sealer: Sealer, about: Abouts, key: UnitKey, clock: ManualClock
) -> None:
    folder = sealer.seal(about(), FILES).path.parent
    half = folder / ".00000002-red-light.evidence.zip"
    half.write_bytes(b"PK")
    assert Sealer(folder, "u1", key, clock).swept == 1
    assert not half.exists()


def test_a_full_disk_leaves_nothing_behind(
    sealer: Sealer, about: Abouts, key: UnitKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = sealer.seal(about(), FILES)
    folder = sealed.path.parent
    real = os.fsync

    for failing in (1, 2, 3):
        calls = 0

        def sometimes(descriptor: int, failing: int = failing) -> None:
            nonlocal calls
            calls += 1
            if calls == failing:
                raise OSError(28, "No space left on device")
            real(descriptor)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", sometimes)
            with pytest.raises(OSError, match="space"):
                sealer.seal(about(), FILES)
        names = sorted(path.name for path in folder.iterdir() if path.suffix == ".zip")
        assert not [name for name in names if name.startswith(".")]
    assert sealer.seal(about(), FILES).n >= 2
    assert not examine([folder], key.public).findings


@pytest.mark.parametrize("name", ["manifest.json", "../up", "A.jpg", "", "a/b"])
def test_a_bad_name_is_refused_before_anything_is_written(
    sealer: Sealer, about: Abouts, name: str
) -> None:
    with pytest.raises(ValueError, match="name"):
        sealer.seal(about(), [(name, "frame-at", b"x")])
    with pytest.raises(ValueError, match="two files"):
        sealer.seal(about(), [("a.jpg", "frame-at", b"x"), ("a.jpg", "crop", b"y")])
    assert sealer.ledger.n == 0
