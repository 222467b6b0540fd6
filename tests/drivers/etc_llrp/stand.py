"""The driver against the simulated reader over real TCP."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

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
from edge_agent.drivers.etc_llrp import KIND
from edge_agent.simulators.etc.faults import Faults
from edge_agent.simulators.etc.field import Event, SeededTags, TagField
from edge_agent.simulators.etc.reader import Reader
from edge_agent.simulators.etc.server import LlrpPort

DEADLINE_S = 8.0


def utc_ms() -> float:
    return time.time_ns() / 1e6


def build(url: str, **keys: Any) -> Driver:
    """A driver with quick time-outs."""
    table = {
        "kind": "etc_llrp",
        "url": url,
        "timeout_s": 1,
        "window_ms": 150,
        "keepalive_s": 0.3,
        **keys,
    }
    context = DeviceContext("etc1", SystemClock(), structlog.get_logger(), PortBook(), lambda: None)
    driver: Driver = KIND.build(KIND.settings.model_validate(table), context)
    return driver


class Stand:
    """One reader and whatever listens to it."""

    def __init__(self, **options: Any) -> None:
        self.truth: list[Event] = []
        self.readings: list[Reading] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.url = ""
        tags = SeededTags(
            options.pop("seed", 1),
            options.pop("per_s", 20.0),
            options.pop("stay_ms", 100),
            options.pop("ports", (1, 2)),
            round(utc_ms()),
            options.pop("total", None),
        )
        every_ms = options.pop("every_ms", 20.0)
        self.reader = Reader(tags.ports.values(), lambda: time.time_ns() // 1000, **options)
        self.field = TagField(tags, self.truth.append, every_ms)
        self.port = LlrpPort(self.reader, self.field, utc_ms, Faults())

    def fault(self, fault: str, **order: Any) -> None:
        self.port.switch({"fault": fault, **order})

    def start(self, **keys: Any) -> "asyncio.Task[None]":
        """Drive it."""
        task = asyncio.create_task(build(self.url, **keys).run(self.readings.append))
        self.tasks.append(task)
        return task

    @property
    def tags(self) -> list[TagReading]:
        return [r for r in self.readings if isinstance(r, TagReading)]

    @property
    def inventory(self) -> InventoryReading:
        return next(r for r in self.readings if isinstance(r, InventoryReading))

    @property
    def figures(self) -> dict[str, int]:
        return [r for r in self.readings if isinstance(r, FiguresReading)][-1].figures

    @property
    def conditions(self) -> dict[str, bool]:
        return {r.code: r.active for r in self.readings if isinstance(r, ConditionReading)}

    def passed(self) -> set[str]:
        """Tags that have come."""
        return {str(event["epc"]) for event in self.truth if event["what"] == "tag-in"}

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait for a condition, with a deadline."""
        deadline = time.monotonic() + DEADLINE_S
        while not holds():
            for task in self.tasks:
                if task.done():
                    await task
            assert time.monotonic() < deadline, (self.readings[-3:], self.reader.counts)
            await asyncio.sleep(0.01)

    async def tags_told(self, count: int) -> None:
        """Wait until so many passes were told."""
        await self.until(lambda: len(self.tags) >= count)

    async def stop(self) -> None:
        """End the drivers."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()


@asynccontextmanager
async def stand(**options: Any) -> AsyncIterator[Stand]:
    """A running reader; its drivers end with the block."""
    made = Stand(**options)
    made.url = await made.port.open()
    try:
        yield made
    finally:
        await made.stop()
        await made.port.close()
