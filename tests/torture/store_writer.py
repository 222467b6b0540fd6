"""A process that only writes a spool, and tells on stdout what it may be held to.

Lines, each written in one piece after the fact:
    c <commit> <stream> <sq> <id> …   these events are committed
    a <stream> <low> <high>           these are about to be receipted and may vanish
    o <ms>                            the spool is open
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from edge_agent.clock import SystemClock
from edge_agent.contract.envelope import Event
from edge_agent.spool import Row, Spool, SpoolPolicy
from tests.spool.kit import UNIT, agg, alarm, passage

_ACK_EVERY = 200


class Teller:
    """Says what is committed; ``early`` says so before it is, as a negative control."""

    def __init__(self, *, early: bool) -> None:
        self._early = early
        self._commits = 0
        self.highs: dict[str, int] = {}

    def committed(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self.highs[row.stream] = row.sq
        if not self._early:
            self._commits += 1
            said = (f"{row.stream} {row.sq} {json.loads(row.body)['id']}" for row in rows)
            tell(f"c {self._commits} {' '.join(said)}")

    def taken(self, event: Event) -> None:
        if self._early:
            self._commits += 1
            tell(f"c {self._commits} {event.stream} 0 {event.id}")


def tell(line: str) -> None:
    os.write(1, f"{line}\n".encode())


async def write(path: Path, options: argparse.Namespace) -> None:
    """Append until killed or until ``--events`` are in."""
    teller = Teller(early=options.early)
    policy = SpoolPolicy(ballast_mb=0, max_mb=8, forget_rows=64, window_ms=options.window)
    spool = Spool(path, policy, SystemClock(), UNIT, teller.committed)
    report = spool.open()
    if options.unsafe:
        store = spool._writer._store
        assert store is not None
        store.db.execute("PRAGMA synchronous = OFF")
    tell(f"o {report.took_ms:.1f}")
    makers = {3: (alarm, "alarm/cam1/frozen"), 5: (agg, "agg/l1")}
    base = int.from_bytes(os.urandom(3)) * 1000
    for n in range(options.events or sys.maxsize):
        make, sub = makers.get(n % 7, (passage, "evt/passage"))
        event = make(base + n)
        teller.taken(event)
        spool.append(event, sub)
        if options.events and n % 5 == 0:
            await spool.flush()
        elif n % options.burst == 0:
            await asyncio.sleep(options.pause)
        if n % _ACK_EVERY == _ACK_EVERY - 1:
            upto = teller.highs.get("passage", 0) - _ACK_EVERY
            if upto > 0:
                tell(f"a passage 1 {upto}")
                await spool.acknowledge("passage", [(1, upto)])
    await spool.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--events", type=int, default=0, help="stop after so many; 0: never")
    parser.add_argument("--burst", type=int, default=5, help="events between pauses")
    parser.add_argument("--pause", type=float, default=0.01, help="seconds")
    parser.add_argument("--window", type=int, default=50, help="ms")
    parser.add_argument("--unsafe", action="store_true", help="synchronous = OFF")
    parser.add_argument("--early", action="store_true", help="report before the commit")
    options = parser.parse_args()
    asyncio.run(write(options.path, options))


if __name__ == "__main__":
    main()
