"""The spool damaged at every offset: whole rows survive, lost ones are told, it opens at once."""

import asyncio
import tempfile
from pathlib import Path

from tests.spool.damage import HARMS, PAGE, Original, build, hurt, judge
from tests.torture.fault import Fault, Outcome, Scale

_EVENTS = 150
_SHORT_TRIES = 40
_ROWS_A_HIT = PAGE // 64
_START_S = 2.0


def _damaged(scale: Scale) -> Outcome:
    return asyncio.run(_all(scale))


async def _all(scale: Scale) -> Outcome:
    tried = lost = duplicates = 0
    slowest = 0.0
    dearest = 0
    with tempfile.TemporaryDirectory(prefix="edge-torture-") as name:
        folder = Path(name)
        for clean in (True, False):
            home = folder / ("closed" if clean else "killed")
            home.mkdir()
            original = await build(home, _EVENTS, clean=clean)
            for harm, file, at in _hits(original, scale):
                verdict = await judge(
                    hurt(original, home / "hurt", file, HARMS[harm], at), original
                )
                tried += 1
                # Lost without a word, changed, or more than the hit explains.
                lost += verdict.untold + verdict.wrong + max(0, verdict.lost - _ROWS_A_HIT)
                duplicates += verdict.reused
                slowest = max(slowest, verdict.took_s)
                dearest = max(dearest, verdict.lost)
    if slowest > _START_S:
        lost += 1
    return Outcome(
        tried, lost, duplicates, slowest, f"a hit costs at most {dearest} rows, all told"
    )


def _hits(original: Original, scale: Scale) -> list[tuple[str, str, int]]:
    hits = []
    for file in original.files:
        size = file.stat().st_size
        step = 1 if scale is Scale.LONG else max(1, size // _SHORT_TRIES)
        hits += [(harm, file.name, at) for harm in ("flip", "wipe") for at in range(0, size, step)]
    return hits


FAULTS = [Fault("spool: damaged at every offset", "13", negative_control=False, run=_damaged)]
