"""Events and spools for tests."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from edge_agent.clock import Clock, ManualClock
from edge_agent.contract import ulid
from edge_agent.contract.envelope import Event
from edge_agent.contract.events import Agg, Alarm, Part, Passage
from edge_agent.spool import Query, Row, Spool, SpoolPolicy

UNIT = "ql1-km123"
T0 = 1_790_000_000_000


def passage(n: int, **more: Any) -> Passage:
    head: dict[str, Any] = {"id": ulid.new(T0 + n), "u": UNIT, "d": "cam1", "t": T0 + n * 1700}
    body: dict[str, Any] = {"tq": 5, "ts": "ntp", "lane": "l1", "dir": "in", "cls": "motorbike"}
    return Passage(
        **(
            head
            | body
            | {"clsp": 870 + n % 100, "spd": 380 + n * 7 % 97}
            | {"parts": [Part(k="camera", d="cam1", i=str(n))]}
            | {"why": {"plate": "no-sensor", "tag": "no-sensor", "axles": "no-sensor"}}
            | more
        )
    )


def alarm(n: int) -> Alarm:
    return Alarm(
        id=ulid.new(T0 + n),
        u=UNIT,
        d="cam1",
        t=T0 + n,
        tq=5,
        ts="ntp",
        code="frozen",
        state="raised",
        sev="warning",
        since=T0 + n,
        text=f"no new picture since {n} s",
    )


def agg(n: int) -> Agg:
    return Agg(
        id=ulid.new(T0 + n),
        u=UNIT,
        d="l1",
        t=T0 + n,
        tq=5,
        ts="ntp",
        lane="l1",
        dur=60_000,
        src="camera",
        n=None,
        occ=None,
        why="device-down",
    )


MAKERS: dict[str, Callable[[int], Event]] = {"passage": passage, "alarm": alarm, "agg": agg}


@asynccontextmanager
async def opened(
    path: Path,
    policy: SpoolPolicy | None = None,
    clock: Clock | None = None,
    on_commit: Callable[[Sequence[Row]], None] | None = None,
) -> AsyncIterator[Spool]:
    spool = Spool(
        path, policy or SpoolPolicy(ballast_mb=0), clock or ManualClock(), UNIT, on_commit
    )
    spool.open()
    try:
        yield spool
    finally:
        await spool.close()


async def everything(spool: Spool, **query: Any) -> list[Row]:
    """All rows, batch by batch."""
    rows: list[Row] = []
    after = 0
    while batch := await spool.batch(Query(after=after, **query)):
        rows += batch
        after = batch[-1].pos
    return rows
