from collections.abc import Callable
from pathlib import Path

import pytest

from edge_agent.clock import ManualClock
from edge_agent.evidence import ledger
from edge_agent.evidence.examine import examine
from edge_agent.evidence.keys import UnitKey
from edge_agent.evidence.manifest import About
from edge_agent.evidence.retention import Retention, RetentionPolicy
from edge_agent.evidence.seal import LEDGER, Sealer
from tests.evidence.conftest import FILES

Abouts = Callable[..., About]
DAY = 86_400


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.zip"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def _retention(folder: Path, sealer: Sealer, key: UnitKey, **policy: object) -> Retention:
    return Retention(folder, sealer.ledger, RetentionPolicy.model_validate(policy), key.public)


def test_each_kind_has_its_days(
    folder: Path, sealer: Sealer, about: Abouts, key: UnitKey, clock: ManualClock
) -> None:
    keep = _retention(folder, sealer, key, days=30, days_of={"overload": 90})
    sealer.seal(about("red-light"), FILES)
    sealer.seal(about("overload"), FILES)
    clock.advance(30 * DAY)
    assert keep.sweep(clock) == []
    clock.advance(1)
    assert [(drop.held.kind, drop.why) for drop in keep.sweep(clock)] == [("red-light", "age")]
    clock.advance(60 * DAY)
    assert [drop.held.kind for drop in keep.sweep(clock)] == ["overload"]
    assert _names(folder) == []
    assert not examine([folder], key.public).findings


def test_a_clock_that_cannot_be_right_drops_nothing_by_age(
    folder: Path, sealer: Sealer, about: Abouts, key: UnitKey, clock: ManualClock
) -> None:
    keep = _retention(folder, sealer, key, days=1)
    sealer.seal(about(), FILES)
    clock.step_utc(400 * DAY * 1000, "none")
    assert keep.sweep(clock) == []


def test_room_is_made_in_the_declared_order_the_oldest_first(
    folder: Path, sealer: Sealer, about: Abouts, key: UnitKey, clock: ManualClock
) -> None:
    big = [("a.bin", "note", bytes(300_000))]
    keep = _retention(folder, sealer, key, high_mb=1, low_mb=1, first=["speeding", "red-light"])
    for kind in ("overload", "red-light", "speeding", "red-light", "overload"):
        sealer.seal(about(kind), big)
    drops = keep.sweep(clock)
    assert [(drop.held.kind, drop.held.n, drop.why) for drop in drops] == [
        ("speeding", 3, "room"),
        ("red-light", 2, "room"),
    ]
    assert keep.bytes <= 1_000_000
    assert not examine([folder], key.public).findings


def test_copies_go_before_any_original(
    folder: Path, sealer: Sealer, about: Abouts, key: UnitKey, clock: ManualClock
) -> None:
    big = [("a.bin", "note", bytes(600_000))]
    keep = _retention(folder, sealer, key, high_mb=1, low_mb=1, first=["speeding"])
    original = sealer.seal(about("speeding"), big)
    copy = about("overload").model_copy(update={"copy_of": original.digest})
    sealer.seal(copy, big)
    assert [(drop.held.kind, drop.held.copy) for drop in keep.sweep(clock)] == [("overload", True)]


def test_a_drop_cut_off_half_way_is_finished(
    folder: Path, sealer: Sealer, about: Abouts, key: UnitKey, clock: ManualClock
) -> None:
    keep = _retention(folder, sealer, key, days=1)
    sealed = sealer.seal(about(), FILES)
    content = sealed.path.read_bytes()
    clock.advance(2 * DAY)
    keep.sweep(clock)
    sealed.path.write_bytes(content)  # the line was durable, the deletion was not
    _retention(folder, Sealer(folder, "u1", key, clock), key, days=1)
    assert _names(folder) == []
    assert [line.what for line in ledger.read(folder / LEDGER, key.public)] == [
        "sealed",
        "dropped",
    ]


def test_marks_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="above"):
        RetentionPolicy(high_mb=10, low_mb=20)
