"""Keeps every configured device driven: one task a device, restarts, states, nobody's neighbour.

What holds:

- A driver that fails, falls silent or crashes is stopped and started again after a growing,
  jittered pause: at most five restarts in the first minute, at least one a minute for ever. Only
  a port that vanished and came back is tried sooner.
- A device's trouble never reaches another device's task. A bug in the house itself (whoever takes
  the readings, or this file) is not a device's trouble: it propagates and ends the run.
- A driver that does not end when cancelled is reported and abandoned; its late words are dropped.
- One line in the log when a device goes down and one when it is back, not one a try.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NoReturn

import structlog

from edge_agent import registry
from edge_agent.backoff import Backoff
from edge_agent.clock import Clock
from edge_agent.device.driver import DeviceContext, DeviceSettings, Driver, DriverKind, Log
from edge_agent.device.hosted import HostedDriver
from edge_agent.device.pictures import Photographer
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import Reading
from edge_agent.errors import Cause, DeviceError

STOP_S = 5.0
"""How long a driver may take to end after it was cancelled."""

STABLE_S = 60.0
"""A driver that ran this long starts its back-off anew."""

LOOK_S = 1.0
"""How often a port that is not there is looked for."""

HURRY_S = 4.0
"""A port that came back is tried at once, but a port that flaps not more often than this."""

DeviceStateName = Literal["starting", "ok", "degraded", "down"]


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """How a device is, since when and why.

    Attributes:
        state: ``starting`` only until the first sign of life or failure after the agent started.
        cause: Why it is not ok; None while it is, or is starting.
        detail: Words for maintenance staff.
        since_ms: UTC of the last change of ``state``.
        last_ms: UTC of the last sign of life; None when there never was one.
        restarts: Starts after the first one.
        readings: Readings taken.
        crashes: Times that our own driver failed with something other than a DeviceError.
        abandoned: Driver instances that did not end when told to.
    """

    id: str
    kind: str
    state: DeviceStateName
    cause: Cause | None
    detail: str
    since_ms: int
    last_ms: int | None = None
    restarts: int = 0
    readings: int = 0
    crashes: int = 0
    abandoned: int = 0


class Supervisor:
    """Runs the devices of a unit."""

    def __init__(
        self,
        clock: Clock,
        on_reading: Callable[[str, Reading], None],
        on_status: Callable[[DeviceStatus], None],
        *,
        ports: PortBook | None = None,
        rng: random.Random | None = None,
        durable: Callable[[], Awaitable[None]] | None = None,
        pictures_s: Mapping[str, float] | None = None,
        window: Path | None = None,
    ) -> None:
        """Nothing starts yet.

        Args:
            clock: Time.
            on_reading: Takes a device's reading at once; must not block.
            on_status: Told whenever a device's state or cause changes.
            ports: Shared openers; a book of its own when left out.
            rng: Dice for the jitter.
            durable: Returns when what ``on_reading`` took lies on disk; None where nothing does.
            pictures_s: How long each camera keeps its pictures, by device; else not at all.
            window: Folder for the sockets of cameras, see ``DeviceContext``.
        """
        self._house = _House(
            clock, on_reading, on_status, ports or PortBook(), durable, pictures_s or {}, window
        )
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self._watches: dict[str, _Watch] = {}

    async def run(self, devices: Sequence[tuple[str, DriverKind, DeviceSettings]]) -> None:
        """Drive all devices until cancelled; then stop them, together, and close the ports."""
        for name, kind, settings in devices:
            backoff = Backoff(random.Random(self._rng.random()))  # noqa: S311 - as above
            self._watches[name] = _Watch(self._house, name, kind, settings, backoff)
        try:
            async with asyncio.TaskGroup() as group:
                for name, watch in self._watches.items():
                    group.create_task(watch.run(), name=f"device {name}")
        finally:
            await self._house.ports.close()

    def statuses(self) -> dict[str, DeviceStatus]:
        """Every device's status now."""
        return {name: watch.status() for name, watch in self._watches.items()}

    def photographer(self, device: str) -> Photographer | None:
        """Who can show pictures of this device now; None when nobody can."""
        watch = self._watches.get(device)
        driver = None if watch is None else watch.driver
        return driver if isinstance(driver, Photographer) else None


@dataclass(frozen=True)
class _House:
    """What all watches share."""

    clock: Clock
    on_reading: Callable[[str, Reading], None]
    on_status: Callable[[DeviceStatus], None]
    ports: PortBook
    durable: Callable[[], Awaitable[None]] | None = None
    pictures_s: Mapping[str, float] = field(default_factory=dict)
    window: Path | None = None
    abandoned: set[asyncio.Task[None]] = field(default_factory=set)


class _Watch:
    """Watches over one device: lives of its driver, one after the other."""

    def __init__(
        self, house: _House, name: str, kind: DriverKind, settings: DeviceSettings, backoff: Backoff
    ) -> None:
        self._house = house
        self._clock = house.clock
        self._name = name
        self._kind = kind
        self._settings = settings
        self._backoff = backoff
        self._log: Log = structlog.get_logger("device").bind(device=name, kind=settings.kind)
        self._began_ns = 0
        self._state: DeviceStateName = "starting"
        self._cause: Cause | None = None
        self._detail = ""
        self._since_ms = house.clock.utc_ms()
        self._last_ms: int | None = None
        self._sign_ns = 0
        self.driver: Driver | None = None
        self._restarts = self._readings = self._crashes = self._abandoned = 0

    def status(self) -> DeviceStatus:
        return DeviceStatus(
            self._name,
            self._settings.kind,
            self._state,
            self._cause,
            self._detail,
            self._since_ms,
            self._last_ms,
            self._restarts,
            self._readings,
            self._crashes,
            self._abandoned,
        )

    async def run(self) -> NoReturn:
        while True:
            self._began_ns = self._clock.mono_ns()
            error = await self._one_life()
            self._become("down", error.cause, error.detail)
            if self._clock.mono_ns() - self._began_ns >= STABLE_S * 1e9:
                self._backoff.reset()
            await self._pause()
            self._restarts += 1

    async def _one_life(self) -> DeviceError:
        """Run the driver once; returns why that ended."""
        life = _Life(self)
        self._sign_ns = self._clock.mono_ns()
        task = asyncio.create_task(self._drive(life), name=f"driver {self._name}")
        try:
            silence = await self._until_silent(task)
        finally:
            life.over = True
            await self._stop(task)
        if life.bug is not None:
            raise life.bug
        return silence or self._verdict(task)

    async def _drive(self, life: "_Life") -> None:
        context = DeviceContext(
            self._name, self._clock, self._log, self._house.ports, life.alive, life.degraded,
            pictures_s=self._house.pictures_s.get(self._name, 0.0), window=self._house.window,
        )  # fmt: skip
        if self._house.durable is not None:
            context = replace(context, durable=self._house.durable)
        self.driver = self._build(context)
        await self.driver.run(life.emit)

    def _build(self, context: DeviceContext) -> Driver:
        if self._settings.isolate:
            module = registry.module_of(self._settings.kind)
            return HostedDriver(module, self._settings, context)
        return self._kind.build(self._settings, context)

    async def _until_silent(self, task: asyncio.Task[None]) -> DeviceError | None:
        patience_s = self._settings.silent_s
        while not task.done():
            left_s = patience_s - (self._clock.mono_ns() - self._sign_ns) / 1e9
            if left_s <= 0:
                return DeviceError(Cause.SILENT, f"no sign of life for {patience_s:g} s")
            await self._wait(task, left_s)
        return None

    async def _wait(self, task: asyncio.Task[None], seconds: float) -> None:
        sleeper = asyncio.create_task(self._clock.sleep(seconds), name=f"timer {self._name}")
        try:
            await asyncio.wait({task, sleeper}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()

    async def _stop(self, task: asyncio.Task[None]) -> None:
        if task.done():
            return
        task.cancel()
        await self._wait(task, STOP_S)
        if task.done():
            return
        self._abandoned += 1
        self._house.abandoned.add(task)
        task.add_done_callback(self._house.abandoned.discard)
        task.add_done_callback(_retrieve)
        self._log.error("driver does not end; abandoned", waited_s=STOP_S)

    def _verdict(self, task: asyncio.Task[None]) -> DeviceError:
        if task.cancelled():
            return self._crashed("the driver cancelled itself")
        match task.exception():
            case None:
                return DeviceError(Cause.GONE, "the driver ended: nothing more to read")
            case DeviceError() as error:
                return error
            case Exception() as error:
                # Broad on purpose: whatever a driver raises is its own failure, and must cost no
                # other device anything. Counted, told with its traceback, restarted.
                words = f"{type(error).__name__}: {error}"
                return self._crashed(words, exc_info=error)
            case bug:
                raise bug

    def _crashed(self, detail: str, **facts: Any) -> DeviceError:
        self._crashes += 1
        if (self._cause, self._detail) != (Cause.CRASH, detail):
            self._log.error("driver crashed", error=detail, **facts)
        return DeviceError(Cause.CRASH, detail)

    async def _pause(self) -> None:
        """Wait out the back-off; less when the device's port vanishes and comes back."""
        now_ns = self._clock.mono_ns()
        due_ns = now_ns + self._backoff.next() * 1e9
        hurry_ns = min(due_ns, self._began_ns + HURRY_S * 1e9)
        absent = False
        while True:
            present = self._kind.present(self._settings)
            if present and now_ns >= (hurry_ns if absent else due_ns):
                return
            absent = absent or not present
            left_s = (due_ns - now_ns) / 1e9
            await self._clock.sleep(min(LOOK_S, left_s) if left_s > 0 else LOOK_S)
            now_ns = self._clock.mono_ns()

    def took(self, reading: Reading) -> None:
        self._readings += 1
        self.sign()
        self._house.on_reading(self._name, reading)

    def sign(self) -> None:
        self._sign_ns = self._clock.mono_ns()
        self._last_ms = self._clock.utc_ms()
        if self._state in ("starting", "down"):
            self._become("ok", None, "")

    def limp(self, cause: Cause | None, detail: str) -> None:
        self._become("ok" if cause is None else "degraded", cause, detail)

    def _become(self, state: DeviceStateName, cause: Cause | None, detail: str) -> None:
        before, self._detail = (self._state, self._cause), detail
        if before == (state, cause):
            return
        if state != self._state:
            self._since_ms = self._clock.utc_ms()
            if state == "down":
                self._log.warning("device down", cause=cause, detail=detail)
            elif self._state == "down":
                self._log.info("device up", after=self._cause)
        self._state, self._cause = state, cause
        self._house.on_status(self.status())


class _Life:
    """One run of a driver: what it may call, only while it lasts."""

    def __init__(self, watch: _Watch) -> None:
        self._watch = watch
        self.over = False
        self.bug: BaseException | None = None

    def emit(self, reading: Reading) -> None:
        self._call(self._watch.took, reading)

    def alive(self) -> None:
        self._call(self._watch.sign)

    def degraded(self, cause: Cause | None, detail: str) -> None:
        self._call(self._watch.limp, cause, detail)

    def _call(self, action: Callable[..., None], *facts: Any) -> None:
        if self.over:
            return
        try:
            action(*facts)
        except BaseException as bug:
            # Raised by the house, not by the driver on whose stack it happens to pass.
            self.bug = bug
            raise


def _retrieve(task: asyncio.Task[None]) -> None:
    """Take an abandoned task's end, so that asyncio does not report it a second time."""
    if not task.cancelled():
        task.exception()
