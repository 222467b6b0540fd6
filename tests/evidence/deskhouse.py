"""A desk with a real vault, cameras that the test plays, and a clock that it moves."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from edge_agent.clock import ManualClock
from edge_agent.contract.verdicts import Evidence
from edge_agent.device.pictures import Picture, Wanted
from edge_agent.evidence.desk import Desk, Surroundings
from edge_agent.evidence.manifest import Device
from edge_agent.evidence.retention import RetentionPolicy
from edge_agent.evidence.settings import EvidenceSettings
from edge_agent.evidence.vault import Vault, unit_key
from edge_agent.evidence.verify import Package, open_package
from edge_agent.passage.heading import Heading
from tests.evidence import cases
from tests.evidence.cases import CROP, T0, picture


class Camera:
    def __init__(self) -> None:
        self.asked: list[Wanted] = []
        self.shows: list[Picture] = [
            picture("before", -1000),
            picture("at", 30),
            picture("after", 1000),
            Picture(CROP, b"jpeg of the plate"),
        ]
        self.fails: Exception | None = None

    async def pictures(self, wanted: Wanted, deadline_s: float) -> Sequence[Picture]:
        self.asked.append(wanted)
        if self.fails is not None:
            raise self.fails
        return self.shows


class House:
    """Everything around the desk."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.clock = ManualClock(utc_ms=T0, source="gnss")
        self.clock._mono_ns = cases.AT_NS
        self.camera = Camera()
        self.told: list[Evidence] = []
        self.flushed = 0
        self.settings = EvidenceSettings()
        self.start()

    def start(self) -> None:
        self.vault = Vault(self.home, "u1", RetentionPolicy(), self.clock)
        self.desk = Desk(
            self.settings,
            self.vault,
            Heading("u1", self.clock),
            self.clock,
            Surroundings(
                lambda device: self.camera if device == "cam1" else None,
                lambda device: Device(id=device, kind="any", serial="7"),
                lambda: {"agent": "1"},
                self.told.append,
                self._durable,
            ),
        )

    async def _durable(self) -> None:
        self.flushed += 1

    async def until(self, what: Callable[[], bool]) -> None:
        loop = asyncio.get_running_loop()
        latest = loop.time() + 10
        while not what():
            assert loop.time() < latest, "waited in vain"
            await asyncio.sleep(0.002)

    async def pass_time(self, seconds: float) -> None:
        """Slowly enough for the vault's thread to keep up."""
        for _ in range(round(seconds * 4)):
            self.clock.advance(0.25)
            await asyncio.sleep(0.002)

    async def sealed(self) -> Evidence:
        await self.until(lambda: bool(self.told) and not self.desk.under_way)
        return self.told[-1]

    def package(self, event: Evidence) -> Package:
        data = (self.home / "evidence" / event.name).read_bytes()
        return open_package(data, unit_key(self.home).public)
