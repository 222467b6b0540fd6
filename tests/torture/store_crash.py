"""The spool under kill -9 and under power cuts, with what must fail beside it."""

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from edge_agent.spool.carve import Log
from tests.torture.fault import Fault, Outcome, Scale
from tests.torture.store_kit import (
    Ledger,
    Verdict,
    WriterProcess,
    judge,
    loop_disk,
    loop_needs,
)

_SEED = 20_261_122
_TEAR_BYTES = 2048
_TEAR_COMMITS = 6
"""A tear of four frames reaches at most so many commits back."""


def _killed(scale: Scale) -> Outcome:
    tries = 50 if scale is Scale.SHORT else 1000
    rng = random.Random(_SEED)
    ledger = Ledger()
    lost = duplicates = 0
    slowest = 0.0
    with tempfile.TemporaryDirectory(prefix="edge-torture-") as folder:
        path = Path(folder) / "s.db"
        for _ in range(tries):
            writer = WriterProcess(path, ledger)
            writer.listen_until_commits(ledger.commits + 1)
            writer.listen(rng.uniform(0, 0.15))
            writer.kill()
            verdict = judge(path, ledger)
            lost, duplicates = len(verdict.lost), verdict.duplicates
            slowest = max(slowest, verdict.open_s)
            if lost or duplicates:
                break
    note = f"{len(ledger.ids)} events, {ledger.commits} commits, seed {_SEED}"
    return Outcome(tries, lost, duplicates, slowest, note)


def _cut(tries: int, options: tuple[str, ...], check: Callable[[Path, Ledger], Verdict]) -> Outcome:
    rng = random.Random(_SEED)
    lost = duplicates = 0
    slowest = 0.0
    with loop_disk() as disk:
        ledger = Ledger()
        writer = WriterProcess(disk.mount / "s.db", ledger, *options)
        try:
            writer.listen_until_commits(1)
            for _ in range(tries):
                writer.listen(rng.uniform(0.01, 0.15))
                writer.freeze()
                with disk.after_power_cut() as found:
                    verdict = check(found / "s.db", ledger)
                writer.thaw()
                lost += len(verdict.lost)
                duplicates += verdict.duplicates
                slowest = max(slowest, verdict.open_s)
        finally:
            writer.kill()
    note = f"{len(ledger.ids)} events, {ledger.commits} commits, seed {_SEED}"
    return Outcome(tries, lost, duplicates, slowest, note)


def _tries(scale: Scale, short: int) -> int:
    return short if scale is Scale.SHORT else 1000


def _power_cut(scale: Scale) -> Outcome:
    return _cut(_tries(scale, 30), (), judge)


def _torn(scale: Scale) -> Outcome:
    """After the cut the log also lacks its tail: only the last commits may be gone."""
    rng = random.Random(_SEED + 1)

    def check(path: Path, ledger: Ledger) -> Verdict:
        log = path.with_name(f"{path.name}-wal")
        data = log.read_bytes() if log.exists() else b""
        last = max((number for number, *_ in Log(data).frames()), default=0) if data else 0
        if last:
            end = 32 + last * 536
            log.write_bytes(data[: end - rng.randrange(1, min(_TEAR_BYTES, end))])
        verdict = judge(path, ledger)
        old = [commit for commit in verdict.lost if commit <= ledger.commits - _TEAR_COMMITS]
        return Verdict(old, verdict.duplicates, verdict.open_s)

    return _cut(_tries(scale, 12), (), check)


def _flipped(scale: Scale) -> Outcome:
    """After the cut one bit near the end of log or database is wrong: it costs what it hits."""
    rng = random.Random(_SEED + 2)

    def check(path: Path, ledger: Ledger) -> Verdict:
        files = [file for file in (path, path.with_name(f"{path.name}-wal")) if file.exists()]
        file = rng.choice([file for file in files if file.stat().st_size])
        data = bytearray(file.read_bytes())
        at = len(data) - 1 - rng.randrange(min(len(data), 8192))
        data[at] ^= 1 << rng.randrange(8)
        file.write_bytes(data)
        verdict = judge(path, ledger)
        # One bit is in one page: it can cost no more rows than a page holds.
        beyond = verdict.lost[8:]
        return Verdict(beyond, verdict.duplicates, verdict.open_s)

    return _cut(_tries(scale, 12), (), check)


def _unsynced(scale: Scale) -> Outcome:
    return _cut(_tries(scale, 4), ("--unsafe",), judge)


def _told_early(scale: Scale) -> Outcome:
    return _cut(_tries(scale, 4), ("--early",), judge)


FAULTS = [
    Fault("spool: kill -9", "8", negative_control=False, run=_killed),
    Fault("spool: power cut", "9", negative_control=False, run=_power_cut, needs=loop_needs()),
    Fault("spool: power cut, torn log", "9", negative_control=False, run=_torn, needs=loop_needs()),
    Fault("spool: power cut, flipped bit", "9", False, _flipped, needs=loop_needs()),
    Fault("spool: fsync off (must lose)", "9", True, _unsynced, needs=loop_needs()),
    Fault("spool: told before commit (must lose)", "9", True, _told_early, needs=loop_needs()),
]
