"""A scene played from end to end: broker, devices, centre and unit, as processes on loopback."""

import asyncio
import contextlib
import json
import secrets
import shutil
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from edge_agent.centre.centre import Broker, Centre
from edge_agent.centre.keeper import Kept
from edge_agent.centre.sqlite_store import SqliteStore
from edge_agent.simulators.demo import page
from edge_agent.simulators.demo.device import Device, Place, Scene
from edge_agent.simulators.demo.processes import Cast, DemoError, Program
from edge_agent.simulators.demo.score import Stored
from edge_agent.simulators.demo.site import site_file

SETTLE_S = 10.0
"""How long the centre may take to hear the last events after the agent has stopped."""

_LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Play:
    """What is to be played.

    Attributes:
        broker: ``embedded`` or ``mosquitto``.
        step: Told what is being started, in words.
        take: Told of every event that the centre has committed.
        beside: Runs beside the unit, given the running devices; cancelled at the end.
        look: Called a few times a second with the seconds since the unit started.
        opened: Told of the unit's page, or why there is none; None where nobody wants it.
    """

    scene: Scene
    place: Place
    seconds: float
    broker: str
    step: Callable[[str], None]
    take: Callable[[Stored], None]
    look: Callable[[float], None] = lambda _elapsed: None
    beside: Callable[[Mapping[str, Program]], Any] | None = None
    opened: Callable[[page.Page | str], None] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Attributes:
        stored: Everything at the centre, in the order of its commits.
        recorded: Highest number of each stream that the unit made durable.
        began_ms: UTC when the unit was started.
        ended_ms: UTC when it was told to stop.
    """

    stored: list[Stored]
    recorded: dict[str, int]
    began_ms: int
    ended_ms: int


async def perform(play: Play) -> Outcome:
    """Play it.

    Raises:
        DemoError: A program did not do its part.
    """
    folder = play.place.folder
    stored: list[Stored] = []
    loop = asyncio.get_running_loop()

    def keep(event: Stored) -> None:
        stored.append(event)
        play.take(event)

    def watch(kept: Kept) -> None:
        event = Stored(json.loads(kept.event.body), kept.committed_ns // 1_000_000)
        loop.call_soon_threadsafe(keep, event)

    async with Cast(folder) as cast:
        play.step("broker")
        broker = await _broker(cast, play.broker)
        devices = await _devices(cast, play)
        config = folder / "site.toml"
        ready = {name: program.ready for name, program in devices.items()}
        config.write_text(site_file(play.scene, play.place, broker, ready), encoding="utf-8")
        store = SqliteStore(folder / "centre.db")
        try:
            with Centre(Broker(broker["broker"]), store, watch) as centre:
                if not await asyncio.to_thread(centre.ready, 15.0):
                    raise DemoError(f"the centre cannot subscribe: {centre.denied}")
                play.step("edge-agent run")
                began_ms = _utc_ms()
                state = ("--state-dir", str(folder / "state"))
                run = ("edge_agent", "run", "--config", str(config), *state)
                agent = await cast.module("agent", *run, speaks=False)
                async with _beside(play, devices), _page(cast, play):
                    await _show(cast, play)
                ended_ms = _utc_ms()
                await _finish(agent)
                show = ("edge_agent", "spool", "show", *state, "--json")
                streams = (await cast.module("spool", *show)).ready["streams"]
                recorded = {each["name"]: int(each["high"]) for each in streams}
                await _settle(stored, recorded)
        finally:
            store.close()
    return Outcome(stored, recorded, began_ms, ended_ms)


async def _broker(cast: Cast, which: str) -> dict[str, str]:
    """URL of a broker, and the version of MQTT to speak to it."""
    if which == "embedded":
        ready = (await cast.module("broker", "edge_agent.simulators.broker")).ready
        return {"broker": ready["url"], "protocol": ready["protocol"]}
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if found is None:
        raise DemoError("mosquitto is not installed: apt install mosquitto, or leave --broker")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    await cast.start("broker", found, "-p", str(port), speaks=False)
    return {"broker": f"mqtt://127.0.0.1:{port}", "protocol": "auto"}


async def _devices(cast: Cast, play: Play) -> dict[str, Program]:
    secret = play.place.secret
    secret.touch(mode=0o600)
    # Every character that has broken somebody's RTSP URL.
    secret.write_text(f"p@ss:w/rd#%{secrets.token_hex(4)}\n", encoding="utf-8")

    async def start(device: Device) -> Program:
        play.step(f"{device.name}: {device.words}")
        return await cast.simulator(device.name, *device.argv(play.place))

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(start(device), name=f"start {device.name}")
                for device in play.scene.devices
            ]
    except* DemoError as errors:
        raise errors.exceptions[0] from None
    return {task.result().name: task.result() for task in tasks}


@contextlib.asynccontextmanager
async def _beside(play: Play, devices: Mapping[str, Program]) -> AsyncIterator[None]:
    if play.beside is None:
        yield
        return
    task = asyncio.create_task(play.beside(devices), name="beside the unit")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


def _page(cast: Cast, play: Play) -> contextlib.AbstractAsyncContextManager[None]:
    if play.opened is None:
        return contextlib.nullcontext()
    return page.beside(cast, play.place.folder, play.opened)


async def _show(cast: Cast, play: Play) -> None:
    """Let it run for the agreed time."""
    began = time.monotonic()
    while (elapsed := time.monotonic() - began) < play.seconds:
        died = cast.died()
        if died:
            words = ", ".join(f"{each.name} (code {each.process.returncode})" for each in died)
            raise DemoError(f"ended by itself: {words}; last words: {died[0].last_words()}")
        play.look(elapsed)
        await asyncio.sleep(min(_LOOK_S, play.seconds - elapsed))


async def _finish(agent: Program) -> None:
    """Stop the agent first: what it still holds must reach the centre."""
    code = await agent.stop()
    if code != 0:
        raise DemoError(f"the agent ended with code {code}: {agent.last_words()}")


async def _settle(stored: list[Stored], recorded: Mapping[str, int]) -> None:
    """Wait until the centre has what was recorded, or time is up."""
    end = time.monotonic() + SETTLE_S
    while time.monotonic() < end:
        seen = {(event.stream, int(event.body["sq"])) for event in stored}
        if len(seen) >= sum(recorded.values()):
            return
        await asyncio.sleep(0.1)


def _utc_ms() -> int:
    return time.time_ns() // 1_000_000
