"""Spools broken on purpose, and the verdict on what came out of them."""

import asyncio
import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_agent.clock import SystemClock
from edge_agent.contract.events import Alarm
from edge_agent.spool import Row, Spool, SpoolPolicy
from tests.spool.kit import UNIT, alarm, everything, passage

POLICY = SpoolPolicy(ballast_mb=0, max_mb=64)
PAGE = 512
FRAME = PAGE + 24

Harm = Callable[[bytearray, int], None]


def flip(data: bytearray, at: int) -> None:
    data[at] ^= 1 << at % 8


def wipe(data: bytearray, at: int) -> None:
    data[at : at + 64] = bytes(min(64, len(data) - at))


def cut(data: bytearray, at: int) -> None:
    del data[at:]


HARMS: dict[str, Harm] = {"flip": flip, "wipe": wipe, "cut": cut}


@dataclass(frozen=True)
class Original:
    """A spool's files as a kill -9 leaves them, and what is in them."""

    folder: Path
    rows: dict[tuple[str, int], Row]
    epoch: str
    last: frozenset[tuple[str, int]]
    """Rows of the last commit. Where a log is hurt these cannot be told from a commit that a
    power cut interrupted, and may be gone without a word."""

    @property
    def files(self) -> list[Path]:
        return [path for path in sorted(self.folder.iterdir()) if not path.name.endswith("-shm")]


@dataclass(frozen=True)
class Verdict:
    """What became of a damaged spool."""

    lost: int
    wrong: int
    untold: int
    reused: int
    took_s: float
    fresh: bool


async def build(folder: Path, events: int, *, clean: bool) -> Original:
    """A spool of passages, alarms (some long enough for overflow pages) and a receipted part."""
    live = folder / "live"
    commits: list[Sequence[Row]] = []
    spool = Spool(live / "s.db", POLICY, SystemClock(), UNIT, commits.append)
    spool.open()
    for n in range(events):
        spool.append(passage(n), "evt/passage")
        if n % 7 == 0:
            spool.append(long_alarm(n), "alarm/cam1/frozen")
        if n % 40 == 39:
            await spool.flush()
    await spool.flush()
    await spool.acknowledge("passage", [(1, events // 10)])
    still = folder / "still"
    if clean:
        await spool.close()
        shutil.copytree(live, still)
    else:
        shutil.copytree(live, still, ignore=shutil.ignore_patterns("*-shm"))
        await spool.close()
    kept = {(r.stream, r.sq): r for rows in commits for r in rows}
    last = frozenset() if clean else frozenset((r.stream, r.sq) for r in commits[-1])
    if clean:
        kept = {key: r for key, r in kept.items() if key[0] != "passage" or key[1] > events // 10}
    return Original(still, kept, spool.epoch, last)


def long_alarm(n: int) -> Alarm:
    noise = "".join(chr(0x4E00 + (n * 7919 + k * 104_729) % 20_000) for k in range(200))
    return alarm(n).model_copy(update={"text": noise, "do": noise[::-1]})


def hurt(original: Original, into: Path, name: str, harm: Harm, at: int) -> Path:
    """A copy with one file hurt; returns the database's path."""
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(original.folder, into)
    path = into / name
    data = bytearray(path.read_bytes())
    harm(data, at)
    path.write_bytes(data)
    return into / "s.db"


async def judge(path: Path, original: Original) -> Verdict:
    """Open what is left, read all of it, append, and compare with what was there."""
    began = time.perf_counter()
    spool = Spool(path, POLICY, SystemClock(), UNIT)
    report = spool.open()
    took_s = time.perf_counter() - began
    await everything(spool)  # what is damaged is found by reading, and replaced by a Loss
    deadline = time.monotonic() + 20
    while True:
        await spool.flush()
        errors = spool.gauge().read_errors
        rows = await everything(spool)
        if spool.gauge().read_errors == errors and spool.gauge().failing is None:
            break
        assert time.monotonic() < deadline, spool.gauge()
        await asyncio.sleep(0.05)
    spool.append(passage(10**6), "evt/passage")
    await spool.flush()
    last = (await everything(spool, only=frozenset({"passage"})))[-1]
    await spool.close()

    found = {(r.stream, r.sq): r for r in rows}
    told: Counter[tuple[str, int]] = Counter()
    for row in rows:
        said = json.loads(row.body)
        if row.stream == "loss" and (row.stream, row.sq) not in original.rows:
            told.update((said["of"], n) for n in range(said["frm"], said["to"] + 1))
    if spool.epoch != original.epoch:
        lost = len(original.rows)
        return Verdict(lost, 0, 0, 0, took_s, report.fresh)
    missing = [key for key in original.rows if key not in found]
    return Verdict(
        lost=len(missing),
        wrong=sum(
            found[key].body != row.body for key, row in original.rows.items() if key in found
        ),
        untold=sum(1 for key in missing if not told[key] and key not in original.last),
        reused=int(("passage", last.sq) in original.rows.keys() - original.last),
        took_s=took_s,
        fresh=report.fresh,
    )
