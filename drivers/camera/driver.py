"""Drives one camera through its child process, which decodes, tracks and counts.

The decoder can block for ever in native code (opencv #22677, #24393), so it never runs here: the
child is killed when it falls silent, and the supervisor starts the next.
"""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from edge_agent.device.child import ChildLimits, ChildProcess
from edge_agent.device.driver import DeviceContext, Driver, Emit
from edge_agent.device.pictures import Picture, Wanted
from edge_agent.device.readings import InventoryReading, Reading
from edge_agent.drivers.camera.settings import CameraSettings
from edge_agent.errors import Cause, DeviceError
from edge_agent.secret import SecretError, reveal

_OPEN_S = 6.0
_READ_S = 3.0
_START_S = _OPEN_S + 3.0
"""Python and OpenCV load in under a second; a small board needs three."""
_BEAT_S = 4.0
_TERM_S = 0.5
"""The child has nothing to save."""


class CameraDriver(Driver):
    """One camera."""

    def __init__(self, settings: CameraSettings, context: DeviceContext) -> None:
        self._settings = settings
        self._context = context
        self._running: ChildProcess | None = None

    async def run(self, emit: Emit) -> None:
        self._running = self._child(probe=False)
        await self._running.run(emit)

    async def pictures(self, wanted: Wanted, deadline_s: float) -> Sequence[Picture]:
        """What the child still holds of these moments."""
        if self._running is None:
            raise DeviceError(Cause.GONE, "it is not running")
        try:
            async with asyncio.timeout(deadline_s):
                return await self._running.ask(wanted)
        except TimeoutError:
            raise DeviceError(Cause.TIMEOUT, f"no pictures for {deadline_s:g} s") from None

    async def probe(self) -> InventoryReading:
        """Open the stream, decode one frame, tell its size, codec and rate."""
        found: asyncio.Future[InventoryReading] = asyncio.get_running_loop().create_future()

        def take(reading: Reading) -> None:
            if isinstance(reading, InventoryReading) and not found.done():
                found.set_result(reading)

        task = asyncio.create_task(self._child(probe=True).run(take), name="camera probe")
        try:
            either: list[asyncio.Future[Any]] = [task, found]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not found.done():
                await task  # raises why
            return found.result()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, DeviceError):
                await task

    def _child(self, *, probe: bool) -> ChildProcess:
        return ChildProcess(
            argv=(sys.executable, "-m", "edge_agent.vision"),
            config=self._config(probe=probe),
            log=self._context.log,
            alive=self._context.alive,
            degraded=self._context.degraded,
            limits=ChildLimits(
                self._settings.memory_mb, start_s=_START_S, beat_s=_BEAT_S, term_s=_TERM_S
            ),
        )

    def _config(self, *, probe: bool) -> dict[str, Any]:
        own, window = self._settings, self._context.window
        return {
            "url": own.url,
            "username": own.username,
            "password": self._password(),
            "transport": own.transport,
            "open_s": _OPEN_S,
            "read_s": _READ_S,
            "analyse_fps": own.analyse_fps,
            "delay_ms": own.delay_ms,
            "lines": {
                name: (*own.share(x1, y1), *own.share(x2, y2))
                for name, (x1, y1, x2, y2) in own.lines.items()
            },
            "zones": {
                name: [own.share(x, y) for x, y in corners] for name, corners in own.zones.items()
            },
            "anchor": own.anchor,
            "zone_s": own.zone_s,
            "stretches": {
                name: [own.share(x, y) for x, y in corners]
                for name, corners in own.stretches.items()
            },
            "against": own.against,
            "stopped_s": own.stopped_s,
            "object_s": own.object_s,
            "ground": [(*own.share(x, y), east, north) for x, y, east, north in own.ground],
            "detector": own.detector,
            "models": own.models,
            "providers": own.providers,
            "plates": own.plates,
            "plate_publish": own.plate_publish,
            "plate_min_px": own.plate_min_px,
            "pictures_s": 0.0 if probe else self._context.pictures_s,
            "name": self._context.id,
            "window": None if probe or window is None else str(window),
            "probe": probe,
        }

    def _password(self) -> str:
        if self._settings.password is None:
            return ""
        try:
            return reveal(self._settings.password)
        except SecretError as error:
            raise DeviceError(Cause.REFUSED, f"no password: {error}") from error
