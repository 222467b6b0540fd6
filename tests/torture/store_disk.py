"""A disk that is full, out of inodes, or suddenly read-only; every event is kept or counted."""

import asyncio
import contextlib
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.clock import SystemClock
from edge_agent.spool import Row, Spool, SpoolPolicy
from tests.needs import find
from tests.spool.kit import UNIT, alarm, everything, passage
from tests.torture.fault import Fault, Outcome, Scale
from tests.torture.store_kit import LoopDisk, loop_disk, loop_needs

_RECOVER_S = 30.0
_BLOCK = 65_536


@dataclass
class Unit:
    """A spool that is fed, and what was put in and told committed."""

    spool: Spool
    told: list[Row] = field(default_factory=list)
    appended: int = 0

    async def feed(self, until: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not until() and time.monotonic() < deadline:
            for _ in range(10):
                event = alarm(self.appended) if self.appended % 9 == 0 else passage(self.appended)
                sub = "alarm/cam1/frozen" if event.stream == "alarm" else "evt/passage"
                self.spool.append(event, sub)
                self.appended += 1
            await asyncio.sleep(0.01)

    def failing(self) -> bool:
        return self.spool.gauge().failing is not None

    async def recovered(self) -> float:
        """Seconds until all that waits is durable again."""
        began = time.monotonic()
        await asyncio.wait_for(self.spool.flush(), _RECOVER_S)
        return time.monotonic() - began

    async def unaccounted(self) -> int:
        """Events that are neither there nor counted as dropped."""
        rows = [row for row in await everything(self.spool) if row.stream != "loss"]
        drops = {key: n for key, n in self.spool.gauge().drops.items() if key[0] != "loss"}
        return abs(self.appended - len(rows) - sum(drops.values()))


async def _with(
    disk: LoopDisk, policy: SpoolPolicy, trouble: Callable[[Unit], Awaitable[float]]
) -> Outcome:
    unit = Unit(Spool(disk.mount / "s.db", policy, SystemClock(), UNIT, lambda rows: None))
    unit.spool.open()
    try:
        await unit.feed(lambda: False, 0.3)
        recovery_s = await trouble(unit)
        await unit.feed(lambda: False, 0.3)
        await asyncio.wait_for(unit.spool.flush(), _RECOVER_S)
        lost = await unit.unaccounted()
        drops = unit.spool.gauge().drops
        wrong = [key for key in drops if key[0] in {"alarm", "loss"}]
        note = ", ".join(f"{n} {stream} {why}" for (stream, why), n in drops.items())
        said = f"{unit.appended} events, {note or 'none'} dropped"
        return Outcome(unit.appended, lost + len(wrong), 0, recovery_s, said)
    finally:
        await unit.spool.close()


def _fill(folder: Path) -> Path:
    """Another program takes all the space there is."""
    path = folder / "other"
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(_BLOCK))
    return path


def _disk_full(scale: Scale) -> Outcome:
    """Filled by another program, ballast given up, filled again, freed."""

    async def trouble(unit: Unit) -> float:
        other = _fill(disk.mount)
        await unit.feed(unit.failing, 4)
        more = disk.mount / "more"
        with contextlib.suppress(OSError):
            more.write_bytes(bytes(4_000_000))
        await unit.feed(unit.failing, 6)
        other.unlink()
        more.unlink(missing_ok=True)
        return await unit.recovered()

    with loop_disk() as disk:
        return asyncio.run(_with(disk, SpoolPolicy(ballast_mb=1, pending_events=2000), trouble))


def _inodes_out(scale: Scale) -> Outcome:
    async def trouble(unit: Unit) -> float:
        with contextlib.suppress(OSError):
            for n in range(10_000):
                (disk.mount / f"f{n}").touch()
        await unit.feed(lambda: False, 1.5)
        for path in disk.mount.glob("f*"):
            path.unlink()
        return await unit.recovered()

    with loop_disk(inodes=64) as disk:
        return asyncio.run(_with(disk, SpoolPolicy(ballast_mb=0, pending_events=2000), trouble))


def _read_only(scale: Scale) -> Outcome:
    """Writes begin to fail, the spool lets go of its files, the file system turns read-only."""

    async def trouble(unit: Unit) -> float:
        names = [disk.mount / "s.db", disk.mount / "s.db-wal"]
        _immutable("+i", names)
        await unit.feed(unit.failing, 5)
        if not unit.failing():
            raise RuntimeError("the spool did not notice")
        await asyncio.sleep(0.2)
        await asyncio.to_thread(_remount_read_only, disk)
        committed = unit.spool.gauge().commits
        await unit.feed(lambda: False, 2)
        if not unit.failing() or unit.spool.gauge().commits != committed:
            raise RuntimeError("it says that it wrote to a disk that takes nothing")
        disk.remount("rw")
        _immutable("-i", [name for name in names if name.exists()])
        return await unit.recovered()

    with loop_disk() as disk:
        return asyncio.run(_with(disk, SpoolPolicy(ballast_mb=0, pending_events=500), trouble))


def _remount_read_only(disk: LoopDisk) -> None:
    """Refused while the spool has a file open to try again; it closes them between tries."""
    deadline = time.monotonic() + 10
    while True:
        try:
            disk.remount("ro")
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _immutable(change: str, paths: list[Path]) -> None:
    chattr = find("chattr")
    assert chattr is not None
    subprocess.run([chattr, change, *map(str, paths)], check=True)


FAULTS = [
    Fault("spool: disk filled by another", "10", False, _disk_full, needs=loop_needs()),
    Fault("spool: inodes out", "10", False, _inodes_out, needs=loop_needs()),
    Fault("spool: read-only disk", "11", False, _read_only, needs=(*loop_needs(), "chattr")),
]
