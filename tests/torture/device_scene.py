"""Two healthy controllers beside whatever misbehaves, and a ledger of what they really showed.

The controllers are processes of their own (``edge-sim signal``); their truth files decide.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from structlog.testing import capture_logs

from edge_agent import registry
from edge_agent.clock import SystemClock
from edge_agent.device.driver import DeviceSettings, DriverKind
from edge_agent.device.readings import FigureReading, Reading, SignalReading
from edge_agent.supervisor import DeviceStatus, Supervisor

SPEED = 4
EDGE_MS = 1000
MATCH_MS = 500

Device = tuple[str, DriverKind, DeviceSettings]
Change = tuple[int, int, str]
"""UTC ms, phase, aspect."""


@dataclass
class Scene:
    """What one run brought to light.

    Attributes:
        readings: Every reading with its device and the monotonic time of its arrival.
        told: Every change of state with the monotonic time.
        statuses: At the end.
        tried: True changes of the healthy controllers, while they could be seen.
        lost: Of these, never told.
        duplicates: Told more often than they happened.
        ended: Process id of a hosted driver to the monotonic time at which it was gone.
    """

    readings: list[tuple[str, float, Reading]] = field(default_factory=list)
    told: list[tuple[float, DeviceStatus]] = field(default_factory=list)
    statuses: dict[str, DeviceStatus] = field(default_factory=dict)
    tried: int = 0
    lost: int = 0
    duplicates: int = 0
    ended: dict[int, float] = field(default_factory=dict)

    def last_words(self, device: str) -> dict[int, float]:
        """Each process of a hosted driver and when its last reading came."""
        return {
            int(reading.value or 0): at
            for name, at, reading in self.readings
            if name == device and isinstance(reading, FigureReading)
        }

    def slowest_kill_s(self, device: str, until: float) -> float:
        """Longest time from the last reading of a process to its end; ``until`` if it still is."""
        words = self.last_words(device)
        return max((self.ended.get(pid, until) - at for pid, at in words.items()), default=0.0)


def naughty(name: str, does: str, *, isolate: bool = True, **facts: Any) -> Device:
    """A device that misbehaves."""
    kind = registry.load("tests.device.naughty")
    table = {"kind": "tests.device.naughty", "does": does, "isolate": isolate} | facts
    return name, kind, kind.settings.model_validate(table)


def modbus(name: str, url: str, **facts: Any) -> Device:
    """A controller behind the real driver."""
    kind = registry.load("signal_modbus")
    table = {"kind": "signal_modbus", "url": url, "profile": "generic_v1", "poll_hz": 20}
    return name, kind, kind.settings.model_validate(table | facts)


async def _nothing() -> None:
    pass


async def play(
    others: Sequence[Device],
    seconds: float,
    meanwhile: Callable[[], Coroutine[Any, Any, None]] = _nothing,
) -> Scene:
    """Run the healthy ones and the others together for a while; ``meanwhile`` hurts the process."""
    with capture_logs():  # dozens of tracebacks on purpose would bury the table of results
        return await _play(others, seconds, meanwhile)


async def _play(
    others: Sequence[Device], seconds: float, meanwhile: Callable[[], Coroutine[Any, Any, None]]
) -> Scene:
    scene = Scene()
    supervisor = Supervisor(
        SystemClock(),
        lambda name, reading: scene.readings.append((name, time.monotonic(), reading)),
        lambda status: scene.told.append((time.monotonic(), status)),
    )
    with TemporaryDirectory() as folder:
        async with contextlib.AsyncExitStack() as stack:
            truths = {f"healthy{n}": Path(folder) / f"{n}.jsonl" for n in (1, 2)}
            urls = [await stack.enter_async_context(simulator(f)) for f in truths.values()]
            healthy = [modbus(name, url) for name, url in zip(truths, urls, strict=True)]
            run = asyncio.create_task(supervisor.run([*healthy, *others]))
            watch = asyncio.create_task(_watch_processes(scene))
            hurt = asyncio.create_task(meanwhile())
            await asyncio.wait({run}, timeout=seconds)
            await hurt
            scene.statuses = supervisor.statuses()
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
        for name, file in truths.items():
            _judge(scene, name, file)
    return scene


@contextlib.asynccontextmanager
async def simulator(truth: Path, *options: str) -> AsyncIterator[str]:
    """A controller in a process of its own; its address."""
    where = options or ("--tcp", "127.0.0.1:0")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "edge_agent.simulators.cli", "signal", *where),
        *("--truth", str(truth), "--speed", str(SPEED), "--per-hour", "300"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield json.loads(await process.stdout.readline())["url"]
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _watch_processes(scene: Scene) -> None:
    while True:
        for _, _, reading in scene.readings[-200:]:
            if isinstance(reading, FigureReading) and reading.name == "pid":
                scene.ended.setdefault(int(reading.value or 0), 0.0)
        for pid, ended in scene.ended.items():
            if not ended and not _lives(pid):
                scene.ended[pid] = time.monotonic()
        await asyncio.sleep(0.05)


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _judge(scene: Scene, name: str, truth: Path) -> None:
    signals = [
        r for device, _, r in scene.readings if device == name and isinstance(r, SignalReading)
    ]
    first, last = signals[0].at.utc_ms + EDGE_MS, signals[-1].at.utc_ms - EDGE_MS
    told: dict[tuple[int, str], list[int]] = {}
    for reading in signals:
        for phase in reading.changed:
            told.setdefault((phase, str(reading.phases[phase])), []).append(reading.at.utc_ms)
    changes = _changes(truth)
    for at, phase, aspect in changes:
        candidates = told.get((phase, aspect), [])
        nearest = min(candidates, key=lambda other: abs(other - at), default=None)
        near = nearest is not None and abs(nearest - at) <= MATCH_MS
        if near and nearest is not None:
            candidates.remove(nearest)
        if first <= at <= last:
            scene.tried += 1
            scene.lost += not near
    left = [at for (_, aspect), times in told.items() for at in times if aspect != "fg"]
    scene.duplicates += sum(first <= at <= last for at in left)


def _changes(truth: Path) -> list[Change]:
    """Without flashing: how long a flash must last to be believed is another question."""
    records = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    phases = [(r["t"], r["phase"], r["aspect"]) for r in records if r["what"] == "phase"]
    return [change for change in phases if change[2] != "fg"]
