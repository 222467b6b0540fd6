"""A driver kind that fails on purpose: ``kind = "tests.device.naughty"``, hosted in a child."""

import asyncio
import ctypes
import os
import sys
import time
from typing import Literal, NoReturn

from pydantic import Field

from edge_agent.clock import stamp
from edge_agent.device.driver import DeviceContext, DeviceSettings, Driver, DriverKind, Emit
from edge_agent.device.readings import FigureReading, InventoryReading
from edge_agent.errors import Cause, DeviceError


class Settings(DeviceSettings):
    does: Literal[
        "work", "raise", "error", "mute", "block", "segfault", "leak", "shout", "rave", "fds"
    ] = Field(description="What it does after ``after`` readings.")
    after: int = 3
    every_s: float = 0.02
    block_s: float = 3600


class Naughty(Driver):
    """Emits its process id, then does what it was told."""

    def __init__(self, settings: Settings, context: DeviceContext) -> None:
        self._settings = settings
        self._context = context

    async def run(self, emit: Emit) -> None:
        readings = 0
        while True:
            emit(FigureReading(stamp(self._context.clock), "pid", os.getpid()))
            readings += 1
            if readings >= self._settings.after:
                await self._misbehave()
            await asyncio.sleep(self._settings.every_s)

    async def probe(self) -> InventoryReading:
        if self._settings.does == "error":
            raise DeviceError(Cause.REFUSED, "no")
        return InventoryReading(stamp(self._context.clock), maker="Nobody", model="Naughty")

    async def _misbehave(self) -> None:  # noqa: C901 - a list of misdeeds
        match self._settings.does:
            case "raise":
                raise ZeroDivisionError("a bug in a driver")
            case "error":
                raise DeviceError(Cause.CHECKSUM, "bytes arrive damaged")
            case "mute":
                await asyncio.get_running_loop().create_future()
            case "block":
                time.sleep(self._settings.block_s)  # noqa: ASYNC251 - the misdeed
            case "segfault":
                ctypes.string_at(0)
            case "leak":
                await self._leak()
            case "shout":
                await self._shout()
            case "rave":
                sys.stdout.write("this is no line of the protocol\n")
                sys.stdout.flush()
            case "fds":
                kept = []
                while True:
                    kept.append(os.open("/dev/null", os.O_RDONLY))

    async def _leak(self) -> NoReturn:
        kept = []
        while True:
            kept.append(bytearray(os.urandom(1 << 20)) * 8)
            self._context.alive()
            await asyncio.sleep(0.01)

    async def _shout(self) -> NoReturn:
        loop = asyncio.get_running_loop()
        while True:
            await loop.run_in_executor(None, sys.stderr.write, "everything is on fire\n" * 2000)
            self._context.alive()


KIND = DriverKind(
    name="naughty",
    summary="Fails on purpose",
    settings=Settings,
    build=Naughty,
)
