from pathlib import Path

import pytest

from edge_agent.clock import ManualClock
from edge_agent.evidence.manifest import About, Rule, When
from edge_agent.evidence.seal import Sealer
from edge_agent.evidence.vault import unit_key
from edge_agent.simulators.demo.proof import proof


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A unit's folder after two violations."""
    sealer = Sealer(tmp_path / "evidence", "u1", unit_key(tmp_path), ManualClock())
    for event in ("01JD", "01JE"):
        rule = Rule(id="red-light", version="2025-01-01", source="Law 36/2024/QH15 art. 11")
        when = When(t=1_790_000_000_000, tq=20, ts="gnss")
        sealer.seal(
            About(event=event, kind="red-light", lane="n1", when=when, rule=rule, facts={}),
            [("at.jpg", "frame-at", bytes(500))],
        )
    return tmp_path


def test_what_is_as_it_was_sealed_is_counted(state: Path) -> None:
    assert proof(state) == {"packages": 2, "ok": True, "wrong": []}


def test_a_unit_that_sealed_nothing_proves_nothing_wrong(tmp_path: Path) -> None:
    assert proof(tmp_path) == {"packages": 0, "ok": True, "wrong": []}


def test_one_byte_of_one_package_is_named(state: Path) -> None:
    package = min((state / "evidence").glob("*.zip"))
    body = bytearray(package.read_bytes())
    body[-200] ^= 1
    package.write_bytes(body)
    proven = proof(state)
    assert proven["ok"] is False
    assert package.name in str(proven["wrong"])


def test_a_unit_without_its_public_key_is_said_so(state: Path) -> None:
    (state / "unit.pub").unlink()
    proven = proof(state)
    assert (proven["ok"], proven["packages"]) == (False, 2)
    assert "unit.pub" in str(proven["wrong"])
