"""Drivers and lines that misbehave; their neighbours must not lose a single change."""

import asyncio
import contextlib
import os
import resource
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from structlog.testing import capture_logs

from edge_agent.clock import SystemClock
from edge_agent.device.endpoint import parse
from edge_agent.device.modbus import ModbusBus, Pace
from edge_agent.device.modbus_frames import Read, Table
from edge_agent.device.readings import Reading
from edge_agent.errors import Cause, DeviceError
from edge_agent.simulators.signal.controller import Controller
from edge_agent.simulators.signal.faults import Faults
from edge_agent.simulators.signal.plan import four_arms
from edge_agent.simulators.signal.server import PtyPort
from edge_agent.simulators.signal.timebase import RunningTime
from edge_agent.supervisor import DeviceStatus, Supervisor
from tests.torture.device_scene import Scene, modbus, naughty, play
from tests.torture.fault import Fault, Outcome, Scale

MISDEEDS = {
    "raise": Cause.CRASH,
    "segfault": Cause.CRASH,
    "mute": Cause.SILENT,
    "block": Cause.SILENT,
    "leak": Cause.OVERLOAD,
    "shout": Cause.OVERLOAD,
    "rave": Cause.PROTOCOL,
    "fds": Cause.CRASH,
}
KILLED_S = 15.0
MOST_STARTS = 1 + 5
SILENT_S = 10.0
REOPENED_S = 5.0
NEIGHBOUR_LOSS = 0.1


@cache
def _all_misdeeds(scale: Scale) -> tuple[Scene, float]:
    """One run with a driver of each kind side by side: they are each other's neighbours, too."""
    others = [naughty(d, d, silent_s=SILENT_S, memory_mb=150) for d in MISDEEDS]
    scene = asyncio.run(play(others, 40 if scale is Scale.SHORT else 600))
    return scene, time.monotonic()


def _misdeed(does: str) -> Callable[[Scale], Outcome]:
    def run(scale: Scale) -> Outcome:
        scene, ended = _all_misdeeds(scale)
        causes = {status.cause for _, status in scene.told if status.id == does and status.cause}
        if causes != {MISDEEDS[does]}:
            raise AssertionError(f"{does} was told as {causes}")
        killed_s = scene.slowest_kill_s(does, ended)
        if killed_s > KILLED_S:
            raise AssertionError(f"{does}: a process lived for {killed_s:.1f} s after its misdeed")
        starts = sorted(scene.last_words(does).values())
        most = max(len([s for s in starts if at <= s < at + 60]) for at in starts)
        if most > MOST_STARTS:
            raise AssertionError(f"{does}: {most} starts within a minute")
        note = f"killed after {killed_s:.1f} s at most, {len(starts)} starts"
        return Outcome(scene.tried, scene.lost, scene.duplicates, killed_s, note)

    return run


def _not_isolated(_scale: Scale) -> Outcome:
    """The same blocked call inside the agent's own process: the neighbours must suffer."""
    culprit = naughty("block", "block", isolate=False, after=200, block_s=8.0)
    scene = asyncio.run(play([culprit], 20))
    return Outcome(scene.tried, scene.lost, scene.duplicates, None, "blocked for 8 s, not isolated")


def _no_descriptors(_scale: Scale) -> Outcome:
    """The agent's own descriptors run out: what is connected goes on, all else waits."""
    scene = asyncio.run(play([naughty("error", "error")], 25, _take_all_descriptors))
    cannot = [s for s in scene.told if "Too many open files" in s[1].detail]
    after = [at for at in scene.last_words("error").values() if cannot and at > cannot[-1][0]]
    if not cannot or not after:
        raise AssertionError("the shortage was not felt, or not overcome")
    note = "descriptors gone for 8 s; a child could not be started, and could afterwards"
    return Outcome(scene.tried, scene.lost, scene.duplicates, after[0] - cannot[-1][0], note)


async def _take_all_descriptors() -> None:
    await asyncio.sleep(5)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    taken = []
    try:
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        await asyncio.sleep(8)
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _unplugged(scale: Scale) -> Outcome:
    with capture_logs():
        return asyncio.run(_unplug(5 if scale is Scale.SHORT else 100))


async def _unplug(times: int) -> Outcome:
    """Pull the serial adapter and put it back: found again by its name."""
    heard = asyncio.Event()
    states: list[DeviceStatus] = []

    def on_reading(_device: str, _reading: Reading) -> None:
        heard.set()

    slowest = 0.0
    with TemporaryDirectory() as folder:
        link = Path(folder) / "bus"
        time_ = RunningTime()
        port = PtyPort({1: Controller(four_arms(), time_, lambda _: None)}, Faults())
        url = await port.open(link)
        supervisor = Supervisor(SystemClock(), on_reading, states.append)
        run = asyncio.create_task(supervisor.run([modbus("line", url)]))
        try:
            for number in range(times):
                await asyncio.wait_for(heard.wait(), 10)
                await port.close()
                await _until(lambda: states[-1].state == "down")
                await asyncio.sleep(1.0 + number % 3)
                await port.open(link)
                began = time.monotonic()
                heard.clear()
                await _until(lambda: states[-1].state == "ok")
                slowest = max(slowest, time.monotonic() - began)
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)
            await port.close()
    causes = {status.cause for status in states if status.state == "down"}
    if causes != {Cause.GONE}:
        raise AssertionError(f"told as {causes}")
    return Outcome(times, int(slowest > REOPENED_S), 0, slowest, "≤ 5 s to be reopened by its name")


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not holds():  # noqa: ASYNC110 - a state of somebody else's, looked at from outside
            await asyncio.sleep(0.02)


def _dead_slave(scale: Scale) -> Outcome:
    return asyncio.run(_share_a_bus(6 if scale is Scale.SHORT else 120))


async def _share_a_bus(seconds: float) -> Outcome:
    alone = await _polls_of_the_living(seconds, dead=())
    shared = await _polls_of_the_living(seconds, dead=(50, 51))
    missing = 1 - shared / alone
    # Up to a tenth is the promise; what goes beyond it counts as lost.
    lost = round(max(0.0, missing - NEIGHBOUR_LOSS) * alone)
    return Outcome(alone, lost, 0, None, f"neighbours' polls {-missing:+.1%} with two dead slaves")


async def _polls_of_the_living(seconds: float, dead: tuple[int, ...]) -> int:
    time_ = RunningTime()
    controllers = {unit: Controller(four_arms(), time_, lambda _: None) for unit in (1, 2)}
    port = PtyPort(controllers, Faults(), baud=38400)
    bus = ModbusBus(parse(await port.open()), SystemClock())
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds

    async def poll(unit: int) -> int:
        done = 0
        while loop.time() < end:
            with contextlib.suppress(DeviceError):
                await bus.read(unit, Read(Table.DISCRETE, 0, 100), Pace(timeout_s=0.1))
                done += 1
            await asyncio.sleep(0.02 if unit in controllers else 0.5)
        return done

    counts = await asyncio.gather(*(poll(unit) for unit in (*controllers, *dead)))
    await bus.close()
    await port.close()
    return sum(counts)


FAULTS = [
    *(
        Fault(f"driver: {does}", "22, 23" if does == "fds" else "23", False, _misdeed(does))
        for does in MISDEEDS
    ),
    Fault("driver: block, not isolated", "23", True, _not_isolated),
    Fault("descriptors exhausted", "22", False, _no_descriptors),
    Fault("serial line unplugged", "17", False, _unplugged),
    Fault("dead slaves on a shared bus", "18", False, _dead_slave),
]
