from pathlib import Path
from typing import Any

import pytest

from edge_agent.clock import ManualClock
from edge_agent.privacy.keyring import Keyring
from edge_agent.privacy.settings import PrivacySettings

T0 = 1_790_000_000_000
"""2026-09-21 14:13:20 UTC."""


class Record(list[tuple[str, dict[str, Any]]]):
    """An audit log in memory."""

    def line(self, what: str, facts: dict[str, Any]) -> None:
        self.append((what, facts))

    def keys(self, what: str) -> list[str]:
        return [facts["key"] for said, facts in self if said == what]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(utc_ms=T0)


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
def ring(tmp_path: Path, clock: ManualClock) -> Keyring:
    return Keyring(tmp_path / "privacy", PrivacySettings(), clock)
