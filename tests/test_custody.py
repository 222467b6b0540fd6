"""Keys and evidence looked after by a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from edge_agent.clock import ManualClock, Stamp, stamp
from edge_agent.contract.verdicts import Evidence
from edge_agent.custody import SWEEP_S, TURN_S, Custody, House, pictures_s
from edge_agent.device.readings import InventoryReading
from edge_agent.evidence.examine import examine
from edge_agent.evidence.keys import load_public
from edge_agent.evidence.ledger import read
from edge_agent.evidence.verify import open_package
from edge_agent.passage.heading import Heading
from edge_agent.passage.lanes import LaneSettings
from edge_agent.settings import UnitSettings
from tests.evidence.cases import AT_NS, T0, fused, lane, violation

DAY_S = 86_400


class _House:
    """What custody needs, and what it told."""

    def __init__(self, home: Path, **tables: object) -> None:
        self.home = home
        self.clock = ManualClock(utc_ms=T0)
        self.clock._mono_ns = AT_NS
        self.told: list[Evidence] = []
        self.said: dict[str, tuple[bool, str]] = {}
        table = {
            "version": 1,
            "unit": {"province": "p", "site": "s", "id": "u1", "timezone": "UTC"},
            "uplink": {"broker": "mqtt://127.0.0.1"},
            "device": {"wim1": {"kind": "x"}, "etc1": {"kind": "y"}},
        }
        self.settings = UnitSettings.model_validate(table | tables)
        self.start()

    def start(self) -> None:
        heading = Heading("u1", self.clock)
        self.custody = Custody(
            self.settings, self.home, heading, fingerprint="f" * 16, software="1.0"
        )
        rest = House(self.told.append, self._durable, lambda _: None, self._inventory, self._say)
        self.custody.join(rest)

    async def _durable(self) -> None:
        pass

    def _inventory(self, device: str) -> InventoryReading:
        return InventoryReading(stamp(self.clock), serial=f"no-{device}", versions={"fw": "2"})

    def _say(self, code: str, active: bool, text: str, do: str) -> None:
        self.said[code] = active, text

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        await self.custody.open()
        task = asyncio.create_task(self.custody.run(), name="custody")
        try:
            await self.settled()
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self.custody.close()

    async def pass_time(self, seconds: float, step_s: float = TURN_S) -> None:
        for _ in range(round(seconds / step_s)):
            self.clock.advance(step_s)
            await self.settled()

    async def settled(self) -> None:
        """Custody waits for its next minute."""
        while not self.clock._sleepers:  # noqa: ASYNC110 - the vault's thread works
            await asyncio.sleep(0.002)

    def record(self) -> list[str]:
        path = self.home / "evidence" / "ledger.jsonl"
        return [line.what for line in read(path, load_public(self.home / "unit.pub"))]


async def _sealed(house: _House, many: int, kind: str = "overload") -> None:
    for number in range(many):
        event = violation(number, kind=kind)
        house.custody.desk.violation(event, fused(cameras=False), lane(signal=False))
    while house.custody.desk.under_way:  # noqa: ASYNC110 - the vault's thread works
        await asyncio.sleep(0.005)


async def test_evidence_ages_and_is_given_up_by_the_hour(tmp_path: Path) -> None:
    keep = {"days": 30, "days_of": {"overload": 90}}
    house = _House(tmp_path, evidence={"keep": keep})
    async with house.running():
        await _sealed(house, 1, "overload")
        await _sealed(house, 1, "speeding")
        folder = tmp_path / "evidence"
        await house.pass_time(30 * DAY_S, 5 * DAY_S)
        assert len(list(folder.glob("*.zip"))) == 2
        await house.pass_time(2 * SWEEP_S, SWEEP_S / 2)
        assert [path.name for path in folder.glob("*.zip")] == ["00000002-overload.evidence.zip"]
        await house.pass_time(60 * DAY_S, 10 * DAY_S)
        await house.pass_time(2 * SWEEP_S, SWEEP_S / 2)
        assert list(folder.glob("*.zip")) == []
    assert house.record().count("dropped") == 2
    assert not examine([folder], load_public(tmp_path / "unit.pub")).findings


async def test_above_the_high_mark_kinds_go_in_their_order(tmp_path: Path) -> None:
    house = _House(tmp_path, evidence={"keep": {"high_mb": 1, "low_mb": 0, "first": ["speeding"]}})
    async with house.running():
        await _sealed(house, 1, "speeding")
        vault = house.custody._vault
        package = open_package(
            next((tmp_path / "evidence").glob("*.zip")).read_bytes(),
            load_public(tmp_path / "unit.pub"),
        )
        big = [("a.bin", "note", bytes(1_100_000))]
        await vault.run(vault.seal, package.manifest.about.model_copy(update={"kind": "big"}), big)
        await house.pass_time(2 * SWEEP_S, SWEEP_S / 2)
    lines = list(read(tmp_path / "evidence/ledger.jsonl", load_public(tmp_path / "unit.pub")))
    dropped = [line.facts["file"][9:12] for line in lines if line.what == "dropped"]
    assert dropped == ["spe", "big"]


async def test_keys_are_turned_and_that_is_on_record(tmp_path: Path) -> None:
    house = _House(tmp_path)
    at = Stamp(T0, AT_NS)
    async with house.running():
        first = house.custody.veil.plate("51F12345", at)
        await house.pass_time(36 * 3600, 1800)
        assert house.custody.veil.plate("51F12345", stamp(house.clock)).ps != first.ps
    assert house.record().count("key-destroyed") >= 1
    assert house.said["privacy-keys"] == (False, "")


async def test_a_restart_keeps_the_days_pseudonyms(tmp_path: Path) -> None:
    house = _House(tmp_path)
    at = Stamp(T0, AT_NS)
    async with house.running():
        first = house.custody.veil.plate("51F12345", at)
    house.start()
    async with house.running():
        assert house.custody.veil.plate("51F12345", at) == first


async def test_the_manifest_tells_devices_and_software(tmp_path: Path) -> None:
    device = {"kind": "x", "serial": "S9", "calibrated": "2026-01-02", "valid_to": "2027-01-02"}
    house = _House(tmp_path, device={"wim1": device, "etc1": {"kind": "y"}})
    async with house.running():
        await _sealed(house, 1)
    (told,) = house.told
    data = (tmp_path / "evidence" / told.name).read_bytes()
    about = open_package(data, load_public(tmp_path / "unit.pub")).manifest.about
    tag, scale = about.devices
    assert (scale.serial, scale.calibrated, scale.valid_to) == ("S9", "2026-01-02", "2027-01-02")
    assert (tag.serial, tag.firmware, tag.calibrated) == ("no-etc1", "fw 2", None)
    assert about.software == {"agent": "1.0", "configuration": "f" * 16}


async def test_a_broken_ledger_takes_nothing_else_down(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence/ledger.jsonl").write_text("not a ledger\n")
    house = _House(tmp_path)
    async with house.running():
        await _sealed(house, 1)
        assert house.told[-1].sha is None
        assert "ledger.jsonl:1: not a line" in house.told[-1].why
        await house.pass_time(2 * TURN_S)
        assert house.custody.veil.plate("51F12345", stamp(house.clock)).ps
    assert house.said["evidence"][0]
    assert house.said["privacy-keys"][0], "their end cannot be put on record"


@pytest.mark.parametrize("good", [True, False])
async def test_the_centres_key_seals_texts_or_its_absence_is_told(
    tmp_path: Path, good: bool
) -> None:
    path = tmp_path / "centre.pub"
    key = X25519PrivateKey.generate().public_key()
    pem = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    path.write_bytes(pem if good else b"no key")
    house = _House(tmp_path, privacy={"seal_to": str(path)})
    async with house.running():
        hidden = house.custody.veil.plate("51F12345", stamp(house.clock))
        assert (hidden.sealed is not None) == good
        assert house.said["privacy-keys"][0] != good


def test_cameras_keep_pictures_as_long_as_their_lanes_may_take() -> None:
    def made(horizon_ms: int, rules: list[str], *devices: str) -> LaneSettings:
        lines = [{"device": device, "line": "l"} for device in devices]
        table = {"horizon_ms": horizon_ms, "rules": rules, "lines": lines}
        return LaneSettings.model_validate(table)

    lanes = {
        "a": made(3000, ["speeding"], "cam1", "cam2"),
        "b": made(6000, ["overload"], "cam2"),
        "c": made(3000, [], "cam3"),
        "d": made(600_000, ["overload"], "cam4"),
    }
    assert pictures_s(lanes) == {"cam1": 11.0, "cam2": 14.0, "cam4": 60.0}
