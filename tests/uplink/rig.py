"""A unit's way out, whole: a real spool and a real uplink, without devices."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from edge_agent.clock import SystemClock
from edge_agent.contract import ulid, wire
from edge_agent.contract.envelope import Event
from edge_agent.contract.events import About
from edge_agent.contract.topics import UnitTopics
from edge_agent.spool.model import Row
from edge_agent.spool.policy import SpoolPolicy
from edge_agent.spool.spool import Spool
from edge_agent.uplink.conditions import Condition
from edge_agent.uplink.session import Announcement
from edge_agent.uplink.settings import UplinkSettings
from edge_agent.uplink.uplink import Uplink
from tests.uplink.events import UNIT, passage, state

QUICK = {
    "settle_s": 1.0,
    "receipt_s": 2.0,
    "puback_s": 3.0,
    "keepalive_s": 2,
    "backoff_s": 1.0,
    "duplicate_s": 3.0,
    "alarm_s": 3.0,
    "stop_s": 1.0,
}
"""Settings with which a fault and its end fit into a test."""


class UnitRig:
    """Spool and uplink of one unit; ``ids`` is the ledger of what was recorded."""

    def __init__(
        self,
        folder: Path,
        url: str,
        *,
        topics: UnitTopics = UNIT,
        boot: str = "boot-a",
        policy: SpoolPolicy | None = None,
        **settings: object,
    ) -> None:
        self.clock = SystemClock()
        self.topics = topics
        self.boot = boot
        self.conditions: list[Condition] = []
        self.ids: set[str] = set()
        self._started_ms = self.clock.utc_ms()
        self._loop = asyncio.get_running_loop()
        self.spool = Spool(
            folder / f"{topics.unit}.db",
            policy or SpoolPolicy(),
            self.clock,
            topics.unit,
            self._committed,
        )
        self.settings = UplinkSettings.model_validate({"broker": url, **QUICK, **settings})
        self.uplink = Uplink(
            self.settings,
            topics,
            self.spool,
            self.clock,
            self.announce,
            self.conditions.append,
            rng=random.Random(1),
        )
        self._task: asyncio.Task[None] | None = None

    def _committed(self, _rows: Sequence[Row]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop may close under the writer's thread
            self._loop.call_soon_threadsafe(self.uplink.nudge)

    def announce(self) -> list[Announcement]:
        now = self.clock.utc_ms()
        birth = state(self.boot, now, self.topics.unit).model_copy(
            update={"since": self._started_ms}
        )
        about = About(
            id=ulid.new(now),
            u=self.topics.unit,
            d=self.topics.unit,
            t=now,
            tq=5,
            ts="ntp",
            boot=self.boot,
            sw="0",
            cfg="0" * 16,
            devices=[],
            lanes=["lane-1"],
            streams=["passage", "alarm"],
            ep=self.spool.epoch,
            receipts=self.spool.receipts,
        )
        return [
            Announcement(self.topics.state, wire.encode(birth)),
            Announcement(self.topics.about, wire.encode(about)),
        ]

    def record(self, count: int = 1, make: Callable[..., Event] = passage) -> None:
        """Make events; they count as recorded once ``spool.flush`` has returned."""
        for _ in range(count):
            event = make(self.clock.utc_ms(), self.topics.unit)
            sub = "alarm/cam1/frozen" if event.stream == "alarm" else f"evt/{event.stream}"
            self.spool.append(event, sub)
            self.ids.add(event.id)

    def start(self) -> None:
        self._task = asyncio.create_task(self.uplink.run(), name="uplink")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def active(self, code: str) -> bool:
        """Whether a condition is up now."""
        last = [c for c in self.conditions if c.code == code]
        return bool(last) and last[-1].active

    def ever(self, code: str) -> bool:
        return any(c.code == code and c.active for c in self.conditions)


@contextlib.asynccontextmanager
async def unit(folder: Path, url: str, **options: object) -> AsyncIterator[UnitRig]:
    """A unit with its spool open and its uplink running."""
    rig = UnitRig(folder, url, **options)  # type: ignore[arg-type]
    rig.spool.open()
    rig.start()
    try:
        yield rig
    finally:
        await rig.stop()
        await rig.spool.close()


async def until(what: Callable[[], bool], seconds: float = 10.0, why: str = "") -> float:
    """Wait for a condition; returns how long it took, fails after the deadline."""
    began = time.monotonic()
    while not what():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds} s: {why or 'the condition'}")
        await asyncio.sleep(0.01)
    return time.monotonic() - began
