"""The supervisor with drivers made to fail in every way, on a clock that the test moves."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from typing import NoReturn

import pytest
from structlog.testing import capture_logs

from edge_agent.clock import ManualClock, stamp
from edge_agent.device.driver import DeviceContext, DeviceSettings, Driver, DriverKind, Emit
from edge_agent.device.pictures import Picture, Wanted
from edge_agent.device.readings import FigureReading, InventoryReading, Reading
from edge_agent.errors import Cause, DeviceError
from edge_agent.supervisor import HURRY_S, STABLE_S, STOP_S, DeviceStatus, Supervisor

Script = Callable[[DeviceContext, Emit], Awaitable[None]]


class _Scripted(Driver):
    def __init__(self, script: Script, context: DeviceContext) -> None:
        self._script = script
        self._context = context

    async def run(self, emit: Emit) -> None:
        await self._script(self._context, emit)

    async def probe(self) -> InventoryReading:
        return InventoryReading(stamp(self._context.clock))


def _kind(script: Script, present: Callable[[object], bool] = lambda _: True) -> DriverKind:
    return DriverKind(
        name="scripted",
        summary="Does what the test says",
        settings=DeviceSettings,
        build=lambda _settings, context: _Scripted(script, context),
        present=present,
    )


def _settings(silent_s: float = 10.0) -> DeviceSettings:
    return DeviceSettings(kind="scripted", silent_s=silent_s)


class _House:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.readings: list[tuple[str, Reading]] = []
        self.told: list[DeviceStatus] = []
        self.supervisor = Supervisor(
            self.clock,
            lambda device, reading: self.readings.append((device, reading)),
            self.told.append,
            rng=random.Random(4),
        )

    @asynccontextmanager
    async def running(self, **kinds: DriverKind) -> AsyncIterator[None]:
        devices = [(name, kind, _settings()) for name, kind in kinds.items()]
        task = asyncio.create_task(self.supervisor.run(devices))
        await self.settle()
        try:
            yield
        finally:
            task.cancel()
            await self.settle()
            await self.pass_time(STOP_S + 1)
            with pytest.raises(asyncio.CancelledError):
                await task

    @staticmethod
    async def settle() -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def pass_time(self, seconds: float, step: float = 0.5) -> None:
        passed = 0.0
        while passed < seconds:
            self.clock.advance(step)
            passed += step
            await self.settle()

    def status(self, device: str) -> DeviceStatus:
        return self.supervisor.statuses()[device]


@pytest.fixture
def house() -> _House:
    return _House()


def _figure(context: DeviceContext) -> FigureReading:
    return FigureReading(stamp(context.clock), "x", 1)


async def _healthy(context: DeviceContext, emit: Emit) -> None:
    while True:
        emit(_figure(context))
        await context.clock.sleep(1)


async def _for_ever() -> NoReturn:
    await asyncio.get_running_loop().create_future()
    raise AssertionError


async def test_a_healthy_device_is_ok_after_its_first_sign(house: _House) -> None:
    async with house.running(a=_kind(_healthy)):
        assert [status.state for status in house.told] == ["ok"]
        await house.pass_time(30)
        assert house.status("a").state == "ok"
        assert house.status("a").restarts == 0
        assert house.status("a").readings == len(house.readings) >= 30
        assert house.status("a").last_ms == house.clock.utc_ms()


async def test_a_device_that_says_nothing_is_restarted_as_silent(house: _House) -> None:
    async def mute(_context: DeviceContext, _emit: Emit) -> None:
        await _for_ever()

    async with house.running(a=_kind(mute)):
        assert house.status("a").state == "starting"
        await house.pass_time(9.5)
        assert house.told == []
        await house.pass_time(1)
        assert (house.status("a").state, house.status("a").cause) == ("down", Cause.SILENT)
        assert house.status("a").last_ms is None


async def test_alive_counts_as_a_sign_and_degraded_is_told_and_taken_back(house: _House) -> None:
    contexts: list[DeviceContext] = []

    async def lives(context: DeviceContext, _emit: Emit) -> None:
        contexts.append(context)
        while True:
            context.alive()
            await context.clock.sleep(5)

    async with house.running(a=_kind(lives)):
        await house.pass_time(60)
        assert house.status("a").restarts == 0
        contexts[0].degraded(Cause.REFUSED, "figures refused")
        assert (house.status("a").state, house.status("a").detail) == (
            "degraded",
            "figures refused",
        )
        contexts[0].alive()
        assert house.status("a").state == "degraded"
        contexts[0].degraded(None, "")
        assert [status.state for status in house.told] == ["ok", "degraded", "ok"]


async def test_a_failing_device_backs_off_and_is_logged_once(house: _House) -> None:
    starts: list[float] = []

    async def fails(context: DeviceContext, _emit: Emit) -> None:
        starts.append(context.clock.mono_ns() / 1e9)
        raise DeviceError(Cause.REFUSED, "wrong password")

    with capture_logs() as logs:
        async with house.running(a=_kind(fails)):
            await house.pass_time(600)
            assert house.status("a").cause is Cause.REFUSED
    assert [log["event"] for log in logs] == ["device down"]
    assert len(house.told) == 1
    first_minute = [start for start in starts if start - starts[0] <= 60]
    assert len(first_minute) <= 1 + 5
    pauses = [b - a for a, b in pairwise(starts)]
    assert max(pauses) <= 60 + 1
    assert len(starts) >= 14
    assert len({round(pause) for pause in pauses[-5:]}) > 1, "no jitter at the cap"


async def test_a_crash_is_counted_logged_with_its_traceback_and_costs_no_neighbour(
    house: _House,
) -> None:
    async def crashes(context: DeviceContext, emit: Emit) -> None:
        emit(_figure(context))
        raise ZeroDivisionError("bug in a driver")

    with capture_logs() as logs:
        async with house.running(bad=_kind(crashes), good=_kind(_healthy)):
            await house.pass_time(120)
            assert house.status("bad").cause is Cause.CRASH
            assert house.status("bad").crashes == house.status("bad").restarts + 1
            assert "ZeroDivisionError: bug in a driver" in house.status("bad").detail
            assert house.status("good").restarts == 0
            assert house.status("good").readings >= 120
    tracebacks = [log for log in logs if log["event"] == "driver crashed"]
    assert tracebacks
    assert isinstance(tracebacks[0]["exc_info"], ZeroDivisionError)


async def test_up_is_logged_once_after_down(house: _House) -> None:
    broken = True

    async def mends(context: DeviceContext, emit: Emit) -> None:
        if broken:
            raise DeviceError(Cause.TIMEOUT, "no answer")
        await _healthy(context, emit)

    with capture_logs() as logs:
        async with house.running(a=_kind(mends)):
            await house.pass_time(30)
            down_since = house.status("a").since_ms
            broken = False
            await house.pass_time(60)
            assert house.status("a").state == "ok"
            assert house.status("a").since_ms > down_since
    assert [log["event"] for log in logs] == ["device down", "device up"]


async def test_a_stable_run_starts_the_back_off_anew(house: _House) -> None:
    lives: list[float] = []

    async def sometimes(context: DeviceContext, emit: Emit) -> None:
        lives.append(context.clock.mono_ns() / 1e9)
        if len(lives) < 6:
            raise DeviceError(Cause.TIMEOUT, "no answer")
        while context.clock.mono_ns() / 1e9 - lives[-1] < STABLE_S + 5:
            emit(_figure(context))
            await context.clock.sleep(1)
        raise DeviceError(Cause.TIMEOUT, "no answer")

    async with house.running(a=_kind(sometimes)):
        await house.pass_time(300)
    assert lives[5] - lives[4] > 15
    assert lives[6] - lives[5] < STABLE_S + 5 + 3


async def test_a_driver_that_ignores_cancelling_is_abandoned_and_its_words_dropped(
    house: _House,
) -> None:
    release = asyncio.Event()
    late: list[Emit] = []

    async def stubborn(context: DeviceContext, emit: Emit) -> None:
        late.append(emit)
        emit(_figure(context))
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    with capture_logs() as logs:
        async with house.running(a=_kind(stubborn), good=_kind(_healthy)):
            await house.pass_time(10 + STOP_S + 1)
            assert house.status("a").abandoned == 1
            assert house.status("a").state == "down"
            before = len([device for device, _ in house.readings if device == "a"])
            late[0](FigureReading(stamp(house.clock), "x", 2))
            assert len([device for device, _ in house.readings if device == "a"]) == before
            await house.pass_time(10)
            assert len(late) == 2, "a new driver takes over"
            assert house.status("good").readings >= 25
            release.set()
    assert "driver does not end; abandoned" in [log["event"] for log in logs]


async def test_a_vanished_port_is_waited_for_and_used_as_soon_as_it_is_back(
    house: _House,
) -> None:
    plugged = True
    starts: list[int] = []

    async def on_port(context: DeviceContext, emit: Emit) -> None:
        starts.append(context.clock.mono_ns())
        while plugged:
            emit(_figure(context))
            await context.clock.sleep(1)
        raise DeviceError(Cause.GONE, "unplugged")

    async with house.running(a=_kind(on_port, present=lambda _: plugged)):
        await house.pass_time(5)
        plugged = False
        await house.pass_time(600)
        assert len(starts) == 1, "no start without a port"
        plugged = True
        await house.pass_time(2)
        assert len(starts) == 2
        assert house.status("a").state == "ok"


async def test_a_port_that_flaps_is_not_tried_all_the_time(house: _House) -> None:
    starts: list[float] = []

    async def gone(context: DeviceContext, _emit: Emit) -> None:
        starts.append(context.clock.mono_ns() / 1e9)
        raise DeviceError(Cause.GONE, "unplugged")

    dice = random.Random(1)
    async with house.running(a=_kind(gone, present=lambda _: dice.random() < 0.5)):
        await house.pass_time(300)
    assert min(two - one for one, two in pairwise(starts)) >= 1.2
    assert len(starts) <= 300 / HURRY_S + 3


async def test_a_bug_of_the_house_is_not_blamed_on_the_driver(house: _House) -> None:
    def broken(_device: str, _reading: Reading) -> None:
        raise KeyError("bug in the house")

    supervisor = Supervisor(house.clock, broken, house.told.append)
    with pytest.raises(ExceptionGroup) as caught:
        await supervisor.run([("a", _kind(_healthy), _settings())])
    assert caught.group_contains(KeyError, match="bug in the house")
    assert supervisor.statuses()["a"].crashes == 0


async def test_building_may_fail_and_ending_by_itself_is_told(house: _House) -> None:
    def no_build(_settings: object, _context: DeviceContext) -> Driver:
        raise ValueError("cannot build")

    async def ends(_context: DeviceContext, _emit: Emit) -> None:
        return

    broken = DriverKind("broken", "Cannot be built", DeviceSettings, no_build)
    async with house.running(broken=broken, ends=_kind(ends)):
        assert house.status("broken").cause is Cause.CRASH
        assert house.status("ends").cause is Cause.GONE


class _Camera(_Scripted):
    async def pictures(self, wanted: Wanted, deadline_s: float) -> list[Picture]:
        return [Picture("at", b"")]


async def test_who_can_show_pictures_is_found_by_its_id() -> None:
    kept: list[float] = []

    def camera(_settings: object, context: DeviceContext) -> _Camera:
        kept.append(context.pictures_s)
        return _Camera(_healthy, context)

    house = _House()
    house.supervisor = Supervisor(
        house.clock, lambda *_: None, house.told.append, pictures_s={"cam": 8.0}
    )
    assert house.supervisor.photographer("cam") is None
    async with house.running(cam=replace(_kind(_healthy), build=camera), scale=_kind(_healthy)):
        photographer = house.supervisor.photographer("cam")
        assert photographer is not None
        assert await photographer.pictures(Wanted({}), 1.0) == [Picture("at", b"")]
        assert house.supervisor.photographer("scale") is None
    assert kept == [8.0]
