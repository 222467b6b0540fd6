"""The driver and the simulated module over a real pty."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog

from edge_agent.clock import SystemClock
from edge_agent.device.driver import DeviceContext, Driver
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import (
    ConditionReading,
    FiguresReading,
    InventoryReading,
    Reading,
    TagReading,
)
from edge_agent.drivers.etc_serial import KIND
from edge_agent.errors import Cause, DeviceError
from edge_agent.simulators.etc.faults import Faults
from edge_agent.simulators.etc.field import Event, SeededTags, TagField
from edge_agent.simulators.etc.module import Module
from edge_agent.simulators.etc.serialport import SerialPort


def _utc_ms() -> float:
    return time.time_ns() / 1e6


def _build(url: str, **keys: Any) -> Driver:
    table = {
        "kind": "etc_serial",
        "url": url,
        "antennas": [1, 2],
        "region": 8,
        "timeout_s": 0.5,
        "window_ms": 150,
        **keys,
    }
    context = DeviceContext("etc2", SystemClock(), structlog.get_logger(), PortBook(), lambda: None)
    driver: Driver = KIND.build(KIND.settings.model_validate(table), context)
    return driver


class Bench:
    def __init__(self, **options: Any) -> None:
        self.truth: list[Event] = []
        self.readings: list[Reading] = []
        self.task: asyncio.Task[None] | None = None
        self.url = ""
        source = SeededTags(
            1, options.pop("per_s", 15), 100, (1, 2), round(_utc_ms()), options.pop("total", None)
        )
        self.module = Module(source.ports.values(), **options)
        field = TagField(source, self.truth.append, 25)
        self.port = SerialPort(self.module, field, _utc_ms, Faults())

    def start(self, **keys: Any) -> None:
        self.task = asyncio.create_task(_build(self.url, **keys).run(self.readings.append))

    @property
    def tags(self) -> list[TagReading]:
        return [r for r in self.readings if isinstance(r, TagReading)]

    @property
    def conditions(self) -> dict[str, bool]:
        return {r.code: r.active for r in self.readings if isinstance(r, ConditionReading)}

    async def until(self, holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + 8
        while not holds():
            if self.task is not None and self.task.done():
                await self.task
            assert time.monotonic() < deadline, (self.readings[-3:], self.module.counts)
            await asyncio.sleep(0.01)

    async def tags_told(self, count: int) -> None:
        await self.until(lambda: len(self.tags) >= count)

    async def ends(self) -> DeviceError:
        assert self.task is not None
        with pytest.raises(DeviceError) as caught:
            await asyncio.wait_for(self.task, 8)
        self.task = None
        return caught.value


@asynccontextmanager
async def _bench(link: Path | None = None, **options: Any) -> AsyncIterator[Bench]:
    made = Bench(**options)
    made.url = await made.port.open(link)
    try:
        yield made
    finally:
        if made.task is not None:
            made.task.cancel()
            await asyncio.gather(made.task, return_exceptions=True)
        await made.port.close()


async def test_each_pass_is_one_reading() -> None:
    async with _bench(total=10) as here:
        here.start()
        await here.tags_told(9)
        came = {event["epc"]: event for event in here.truth if event["what"] == "tag-in"}
        for tag in here.tags[2:]:
            event = came[tag.epc]
            assert tag.antenna == event["port"]
            assert -25 <= tag.at.utc_ms - event["t"] <= 80
            assert tag.rssi is not None
            assert tag.at.spread_ms == 20
        assert len({tag.epc for tag in here.tags}) == len(here.tags)


async def test_inventory_and_probe_while_it_streams() -> None:
    async with _bench() as here:
        here.start()
        await here.tags_told(1)
        told = next(r for r in here.readings if isinstance(r, InventoryReading))
        assert told.versions["firmware"] == "01.07.02.09"
        assert here.task is not None
        here.task.cancel()
        await asyncio.gather(here.task, return_exceptions=True)
        here.task = None
        assert here.module.streaming
        assert (await _build(here.url).probe()).model == "hardware 01.00.00.03"
        assert here.module.streaming


async def test_a_module_in_its_boot_loader_is_started() -> None:
    async with _bench(booted=False) as here:
        here.start()
        await here.tags_told(1)
        assert here.module.counts["asked-04"] == 1


async def test_a_module_without_region_says_what_it_refuses() -> None:
    async with _bench() as here:
        here.start(region=None)
        error = await here.ends()
        assert error.cause is Cause.PROTOCOL
        assert "STREAM: value out of range (status 0105)" in error.detail


@pytest.mark.parametrize("fault", ["garbage", "half", "damage", "duplicate"])
async def test_a_bad_line_never_makes_a_tag(fault: str) -> None:
    async with _bench(per_s=30) as here:
        here.start()
        await here.tags_told(1)
        here.port.switch({"fault": fault, "times": 20})
        await here.until(lambda: here.port.counts().get(fault) == 20)
        told = len(here.tags)
        await here.tags_told(told + 10)
        assert {tag.epc for tag in here.tags} <= {event["epc"] for event in here.truth}
        await here.until(lambda: here.tags)


async def test_unplugged_and_back_under_its_stable_name(tmp_path: Path) -> None:
    async with _bench(tmp_path / "reader") as here:
        here.start()
        await here.tags_told(2)
        here.port.switch({"fault": "unplug", "value": 0.2})
        assert (await here.ends()).cause is Cause.GONE
        assert not KIND.present(
            KIND.settings.model_validate({"kind": "etc_serial", "url": here.url})
        )
        await here.until((tmp_path / "reader").exists)
        told = len(here.tags)
        here.start()
        await here.tags_told(told + 2)


async def test_a_hot_module_says_so() -> None:
    async with _bench() as here:
        here.start()
        await here.tags_told(1)
        here.port.switch({"fault": "hot"})
        await here.until(lambda: here.conditions.get("too-hot"))
        assert not here.conditions.get("antenna")
        here.port.switch({"fault": "hot", "on": False})
        await here.until(lambda: here.conditions["too-hot"] is False)


async def test_silence_is_noticed() -> None:
    async with _bench(total=1) as here:
        here.start()
        await here.until(lambda: here.module.streaming)
        here.port.switch({"fault": "no-keepalive"})
        assert (await here.ends()).cause is Cause.TIMEOUT


async def test_nobody_answers() -> None:
    async with _bench() as here:
        here.port.switch({"fault": "silence"})
        here.start()
        assert (await here.ends()).cause is Cause.TIMEOUT


async def test_figures_count_the_noise() -> None:
    async with _bench() as here:
        here.start()
        await here.until(lambda: any(isinstance(r, FiguresReading) for r in here.readings))
