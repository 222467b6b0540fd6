import os
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from edge_agent.clock import ManualClock, stamp
from edge_agent.privacy.keyring import CREATED, DESTROYED, Keyring
from edge_agent.privacy.settings import PrivacySettings
from tests.privacy.conftest import T0, Record

DAY_S = 86_400


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_keys_lie_on_the_disk_for_their_owner_alone(
    ring: Keyring, record: Record, tmp_path: Path
) -> None:
    ring.turn(record.line)
    folder = tmp_path / "privacy"
    assert folder.stat().st_mode & 0o777 == 0o700
    (path,) = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert record.keys(CREATED) == [path.stem]
    assert path.stem.startswith("20260921-")


def test_a_key_lives_over_a_restart(
    ring: Keyring, record: Record, clock: ManualClock, tmp_path: Path
) -> None:
    ring.turn(record.line)
    again = Keyring(tmp_path / "privacy", PrivacySettings(), clock)
    again.turn(record.line)
    assert again.key(stamp(clock)) == ring.key(stamp(clock))
    assert len(record) == 1


def test_the_next_key_waits_before_its_time(
    ring: Keyring, record: Record, clock: ManualClock, tmp_path: Path
) -> None:
    clock.advance(DAY_S - 15 * 3600)  # less than an hour before midnight
    ring.turn(record.line)
    assert [name[:8] for name in _files(tmp_path / "privacy")] == ["20260921", "20260922"]


def test_yesterdays_key_serves_late_readings_and_is_then_overwritten_and_gone(
    ring: Keyring, record: Record, clock: ManualClock, tmp_path: Path
) -> None:
    ring.turn(record.line)
    yesterday = stamp(clock)
    key = ring.key(yesterday)
    path = tmp_path / "privacy" / f"{key.name}.key"
    witness = tmp_path / "witness"
    os.link(path, witness)
    clock.advance(10 * 3600)  # 00:13 of the next day
    ring.turn(record.line)
    assert ring.key(yesterday) == key
    assert ring.key(stamp(clock)).period == "20260922"
    clock.advance(3600)
    ring.turn(record.line)
    assert not path.exists()
    assert key.secret not in witness.read_bytes()
    assert record.keys(DESTROYED) == [key.name]
    assert ring.key(yesterday) == ring.key(stamp(clock))


def test_a_clock_that_jumps_back_brings_no_key_back(
    ring: Keyring, record: Record, clock: ManualClock
) -> None:
    ring.turn(record.line)
    first = ring.key(stamp(clock))
    clock.advance(2 * DAY_S)
    ring.turn(record.line)
    clock.step_utc(-2 * DAY_S * 1000)
    again = ring.key(stamp(clock))
    ring.turn(record.line)
    assert again.period == first.period
    assert again.name != first.name
    assert again.secret != first.secret


def test_a_clock_from_the_future_leaves_no_key_behind(
    ring: Keyring, record: Record, clock: ManualClock, tmp_path: Path
) -> None:
    clock.step_utc(70 * 365 * DAY_S * 1000)
    ring.turn(record.line)
    (future,) = _files(tmp_path / "privacy")
    clock.step_utc(-70 * 365 * DAY_S * 1000)
    ring.turn(record.line)
    assert record.keys(DESTROYED) == [future.removesuffix(".key")]
    assert [name[:8] for name in _files(tmp_path / "privacy")] == ["20260921"]


def test_without_a_date_a_key_stays_in_memory_and_ends_by_its_age(
    record: Record, tmp_path: Path
) -> None:
    clock = ManualClock(utc_ms=0, source="none")
    ring = Keyring(tmp_path / "privacy", PrivacySettings(), clock)
    first = ring.key(stamp(clock))
    ring.turn(record.line)
    assert _files(tmp_path / "privacy") == []
    assert ring.key(stamp(clock)) == first
    clock.advance(DAY_S + 1)
    second = ring.key(stamp(clock))
    assert second.name != first.name
    clock.step_utc(T0, source="ntp")
    ring.turn(record.line)
    assert record.keys(DESTROYED) == [first.name, second.name]
    assert ring.key(stamp(clock)).period == "20260922"


def test_a_clock_that_is_not_believed_destroys_nothing(
    ring: Keyring, record: Record, clock: ManualClock, tmp_path: Path
) -> None:
    ring.turn(record.line)
    before = _files(tmp_path / "privacy")
    clock.step_utc(-T0, source="none")
    ring.turn(record.line)
    assert _files(tmp_path / "privacy") == before
    assert record.keys(DESTROYED) == []


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [(b"short", 0o600, "damaged"), (bytes(32), 0o644, "open to others")],
    ids=["damaged", "open"],
)
def test_a_key_that_cannot_be_trusted_is_destroyed(
    ring: Keyring, record: Record, tmp_path: Path, content: bytes, mode: int, why: str
) -> None:
    folder = tmp_path / "privacy"
    folder.mkdir()
    bad = folder / "20260921-aaaa.key"
    bad.write_bytes(content)
    bad.chmod(mode)
    ring.turn(record.line)
    assert not bad.exists()
    assert (DESTROYED, {"key": "20260921-aaaa", "why": why}) in record
    assert len(_files(folder)) == 1


def test_halves_go_and_strangers_stay(ring: Keyring, record: Record, tmp_path: Path) -> None:
    folder = tmp_path / "privacy"
    folder.mkdir()
    (folder / "20260921-aaaa.half").write_bytes(b"")
    (folder / "read-me.txt").write_text("mine")
    ring.turn(record.line)
    assert (folder / "read-me.txt").read_text() == "mine"
    assert not (folder / "20260921-aaaa.half").exists()


def test_a_disk_that_fails_takes_no_pseudonym_away(
    ring: Keyring, record: Record, clock: ManualClock, tmp_path: Path
) -> None:
    (tmp_path / "privacy").write_text("a file where the folder should be")
    ring.turn(record.line)
    assert ring.failing
    key = ring.key(stamp(clock))
    (tmp_path / "privacy").unlink()
    ring.turn(record.line)
    assert not ring.failing
    assert _files(tmp_path / "privacy") == [f"{key.name}.key"]


def test_what_could_not_be_put_on_record_is_told_later(
    ring: Keyring, record: Record, clock: ManualClock
) -> None:
    def full(what: str, facts: dict[str, object]) -> None:
        raise OSError(28, "No space left on device")

    ring.turn(full)
    assert "No space left" in ring.failing
    ring.turn(record.line)
    assert record.keys(CREATED) == [ring.key(stamp(clock)).name]


class Clocks(RuleBasedStateMachine):
    """Whatever the clock does: a name means one secret, and what was destroyed stays so."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile  # noqa: PLC0415 - the machine has no fixtures

        self._home = tempfile.TemporaryDirectory()
        self.folder = Path(self._home.name) / "privacy"
        self.clock = ManualClock(utc_ms=T0)
        self.record = Record()
        self.names: dict[str, bytes] = {}
        self.used_after: list[str] = []
        self.begin()

    def teardown(self) -> None:
        self._home.cleanup()

    @rule()
    def begin(self) -> None:
        self.ring = Keyring(self.folder, PrivacySettings(), self.clock)

    @rule()
    def turn(self) -> None:
        self.ring.turn(self.record.line)

    @rule(hours=st.integers(0, 80))
    def pass_time(self, hours: int) -> None:
        self.clock.advance(hours * 3600)

    @rule(days=st.integers(-40, 40), source=st.sampled_from(["ntp", "rtc", "none"]))
    def step(self, days: int, source: str) -> None:
        self.clock.step_utc(days * DAY_S * 1000, source)  # type: ignore[arg-type]

    @rule(late_h=st.integers(-30, 60))
    def use(self, late_h: int) -> None:
        at = stamp(self.clock)
        moved = type(at)(at.utc_ms - late_h * 3_600_000, at.mono_ns)
        key = self.ring.key(moved)
        assert self.names.setdefault(key.name, key.secret) == key.secret
        assert key.name not in self.record.keys(DESTROYED)

    @invariant()
    def few_are_alive(self) -> None:
        if self.folder.exists():
            assert len(list(self.folder.iterdir())) <= 4


Clocks.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestClocks = Clocks.TestCase
