"""A simulated camera, the supervisor that drives it, and a stopwatch."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.clock import SystemClock
from edge_agent.device.readings import FiguresReading, InventoryReading, Reading
from edge_agent.drivers.camera import KIND
from edge_agent.drivers.camera.settings import CameraSettings
from edge_agent.simulators.camera.auth import Gate
from edge_agent.simulators.camera.faults import Faults
from edge_agent.simulators.camera.feed import RoadFeed, RoadView
from edge_agent.simulators.camera.rtsp import RtspServer
from edge_agent.simulators.world.strip import Strip, StripSettings
from edge_agent.supervisor import Supervisor

SMALL = RoadView(width=320, height=180, fps=10.0, bitrate_k=400)


@dataclass
class CameraStand:
    """One camera under supervision.

    Attributes:
        opened: How often its stream was opened.
        figures: The latest figures of the child.
    """

    faults: Faults
    supervisor: Supervisor
    opened: int = 0
    readings: list[Reading] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """Of the device."""
        status = self.supervisor.statuses().get("cam1")
        return "starting" if status is None else status.state

    def take(self, reading: Reading) -> None:
        """A reading of the camera."""
        self.opened += isinstance(reading, InventoryReading)
        if isinstance(reading, FiguresReading):
            self.figures = reading.figures

    def child(self) -> int | None:
        """Process id of the camera's child."""
        mine = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
        for word in mine.read_text(encoding="ascii").split():
            command = Path(f"/proc/{word}/cmdline")
            if command.exists() and b"edge_agent.vision" in command.read_bytes():
                return int(word)
        return None

    async def until(self, what: Callable[[], bool], seconds: float) -> float | None:
        """Seconds until it holds; None when it did not in time."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not what():
            if loop.time() > began + seconds:
                return None
            await asyncio.sleep(0.05)
        return loop.time() - began


@asynccontextmanager
async def camera_stand(view: RoadView = SMALL, flow: float = 900) -> AsyncIterator[CameraStand]:
    """Camera and supervisor, up and decoding."""
    faults = Faults()
    strip = Strip(view.seed, StripSettings(per_lane=flow))
    feed = RoadFeed(view, strip, faults, lambda _truth: None)
    server = RtspServer(feed, Gate(), faults)
    host, port = await server.start("127.0.0.1", 0)
    stand = CameraStand(
        faults,
        Supervisor(
            SystemClock(),
            lambda _device, reading: stand.take(reading),
            lambda _status: None,
            rng=random.Random(1),
        ),
    )
    settings = CameraSettings(
        kind="camera", url=f"rtsp://{host}:{port}{server.path}", detector="motion"
    )
    tasks = [
        asyncio.create_task(feed.run(), name="camera feed"),
        asyncio.create_task(stand.supervisor.run([("cam1", KIND, settings)]), name="supervisor"),
    ]
    try:
        if await stand.until(lambda: stand.state == "ok", 20) is None:
            raise RuntimeError(f"the camera does not come up: {stand.supervisor.statuses()}")
        yield stand
    finally:
        for task in reversed(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.close()
