"""A unit, a broker and a centre for link faults, and the ledger outside them that decides.

The ledger is written by the test: ids of events that the spool has acknowledged as durable. At the
end it is compared with what lies in the centre's database, read on its own.
"""

import asyncio
import contextlib
import shutil
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog.testing

from edge_agent.centre.centre import Broker, Centre
from edge_agent.centre.keeper import Watch
from edge_agent.centre.sqlite_store import SqliteStore
from edge_agent.spool.policy import SpoolPolicy
from tests.brokers import Mosquitto
from tests.torture.fault import Outcome, Scale
from tests.uplink.rig import UnitRig, until

FLUSH_EVERY = 2_000
"""Faster than the disk for longer than this, and the spool would drop by its policy."""

DONE_S = 30.0
"""Longest wait for everything to have arrived."""


@dataclass
class Scene:
    """See the module."""

    folder: Path
    broker: Mosquitto
    unit: UnitRig
    centre: Centre
    db: Path

    async def record(self, count: int, rate: float = 0.0) -> None:
        """Make events; those are recorded for which the spool vouches."""
        for made in range(1, count + 1):
            self.unit.record(1)
            if made % FLUSH_EVERY == 0:
                await self.unit.spool.flush()
            if rate:
                await asyncio.sleep(1 / rate)
        await self.unit.spool.flush()

    def stored(self) -> int:
        return self.centre.tally()["stored"]

    async def complete(self, seconds: float = DONE_S) -> float | None:
        """Wait until the centre holds as many as were recorded; how long, None when never."""
        try:
            return await until(lambda: self.stored() >= len(self.unit.ids), seconds)
        except AssertionError:
            return None

    def outcome(self, recovery_s: float | None, note: str = "") -> Outcome:
        lost, twice = audit(self.db, self.unit.ids)
        return Outcome(len(self.unit.ids), lost, twice, recovery_s, note)


def audit(db: Path, recorded: set[str]) -> tuple[int, int]:
    """Recorded ids that are not in the database, and ids that are there twice."""
    with contextlib.closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            'SELECT substr(body, instr(body, \'"id":"\') + 6, 26) FROM events'
        )
        found = [row[0] for row in rows]
    return len(recorded - set(found)), len(found) - len(set(found))


@contextlib.asynccontextmanager
async def scene(
    *,
    broker: Mosquitto | None = None,
    url: Callable[[Mosquitto], str] | None = None,
    centre_url: str | None = None,
    watch: Watch | None = None,
    policy: SpoolPolicy | None = None,
    start: bool = True,
    **settings: Any,
) -> AsyncIterator[Scene]:
    """Everything up; the unit connects, unless it is to be started by the caller."""
    folder = Path(tempfile.mkdtemp(prefix="torture-link-"))
    where = broker or Mosquitto()
    with where:
        store = SqliteStore(folder / "centre.db")
        with Centre(Broker(centre_url or where.url), store, watch) as centre:
            await asyncio.to_thread(centre.ready, 10)
            unit = UnitRig(folder, url(where) if url else where.url, policy=policy, **settings)
            unit.spool.open()
            if start:
                unit.start()
            try:
                yield Scene(folder, where, unit, centre, folder / "centre.db")
            finally:
                where.thaw()
                await unit.stop()
                await unit.spool.close()
        store.close()
    shutil.rmtree(folder, ignore_errors=True)


def fault(act: Callable[[Scale], Coroutine[Any, Any, Outcome]]) -> Callable[[Scale], Outcome]:
    """A coroutine as a fault's ``run``; the table is what is read, so the log is silent."""

    def run(scale: Scale) -> Outcome:
        with structlog.testing.capture_logs():
            return asyncio.run(act(scale))

    return run


async def timed(what: Callable[[], bool], seconds: float) -> float | None:
    """Seconds until it is so; None when it was not in time."""
    began = time.monotonic()
    try:
        await until(what, seconds)
    except AssertionError:
        return None
    return time.monotonic() - began


def broken(found: Outcome, why: str) -> Outcome:
    """Nothing lost, but another promise of the row does not hold: it counts as one loss."""
    return replace(found, lost=found.lost + 1, note=why)
