from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from edge_agent.clock import ManualClock
from edge_agent.evidence.keys import UnitKey, load_or_make
from edge_agent.evidence.manifest import About, Rule, When
from edge_agent.evidence.seal import Sealer
from tests.evidence.deskhouse import House

T0 = 1_790_000_000_000
FILES = (
    ("at.jpg", "frame-at", bytes(range(256)) * 200),
    ("signal.json", "signal-trace", b'{"phase":2}'),
    ("empty.txt", "note", b""),
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(utc_ms=T0)


@pytest.fixture
def key(tmp_path: Path) -> UnitKey:
    return load_or_make(tmp_path / "unit.key")


@pytest.fixture
def about() -> Callable[..., About]:
    def make(kind: str = "red-light", event: str = "01JD") -> About:
        return About(
            event=event,
            kind=kind,
            lane="n1",
            when=When(t=T0, tq=20, ts="gnss"),
            rule=Rule(id="red-light", version="2025-01-01", source="Law 36/2024/QH15 art. 11"),
            facts={"phase age ms": 4200},
        )

    return make


@pytest.fixture
def sealer(tmp_path: Path, key: UnitKey, clock: ManualClock) -> Sealer:
    return Sealer(tmp_path / "evidence", "u1", key, clock)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    yield house
    await house.desk.end()
    house.vault.close()
