"""A driver that talks, stays silent or fails as its table says."""

import asyncio
from typing import Literal

from edge_agent.clock import stamp
from edge_agent.device.driver import DeviceContext, DeviceSettings, Driver, DriverKind, Emit
from edge_agent.device.readings import Colour, DetectorReading, InventoryReading, SignalReading
from edge_agent.errors import Cause, DeviceError
from edge_agent.secret import SecretRef, reveal


class TalkerSettings(DeviceSettings):
    mode: Literal["talk", "refuse", "hang"] = "talk"
    password: SecretRef | None = None


class Talker(Driver):
    def __init__(self, settings: TalkerSettings, context: DeviceContext) -> None:
        self._settings = settings
        self._context = context

    async def run(self, emit: Emit) -> None:
        await self._connect()
        at = stamp(self._context.clock)
        emit(SignalReading(at, {1: Colour.GREEN, 2: Colour.RED}, plan=3, first=True))
        emit(DetectorReading(at, "d1", None, why="counter reset"))
        await asyncio.Event().wait()

    async def probe(self) -> InventoryReading:
        await self._connect()
        at = stamp(self._context.clock)
        return InventoryReading(at, "Maker", "Model 5", "", {"firmware": "1.2"})

    async def _connect(self) -> None:
        match self._settings.mode:
            case "refuse":
                known = "" if self._settings.password is None else reveal(self._settings.password)
                raise DeviceError(Cause.REFUSED, f"tcp://u:{known}@10.0.0.9 says no to {known}")
            case "hang":
                await asyncio.Event().wait()


KIND = DriverKind("talker", "talks", TalkerSettings, Talker)
