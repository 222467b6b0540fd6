"""A simulated camera inside the test's own loop, with its faults at hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from edge_agent.simulators.camera.auth import Gate
from edge_agent.simulators.camera.faults import Faults
from edge_agent.simulators.camera.feed import Feed, RoadFeed, RoadView
from edge_agent.simulators.camera.rtsp import RtspServer
from edge_agent.simulators.world.strip import Strip, StripSettings

VIEW = RoadView(width=320, height=180, fps=10.0, bitrate_k=400)
ODD_USER, ODD_PASSWORD = "adm in@x", 'p@ss:/#%%25 w"x\\é?&'


@dataclass
class Camera:
    url: str
    host: str
    port: int
    faults: Faults
    server: RtspServer
    feed: Feed
    truth: list[dict[str, Any]] = field(default_factory=list)


@asynccontextmanager
async def camera(
    gate: Gate | None = None, feed: Feed | None = None, view: RoadView = VIEW, flow: float = 900
) -> AsyncIterator[Camera]:
    faults = feed.faults if feed is not None else Faults()
    truth: list[dict[str, Any]] = []
    if feed is None:
        strip = Strip(view.seed, StripSettings(per_lane=flow))
        feed = RoadFeed(view, strip, faults, truth.append)
    server = RtspServer(feed, gate or Gate(), faults)
    host, port = await server.start("127.0.0.1", 0)
    running = asyncio.create_task(feed.run(), name="feed")
    try:
        url = f"rtsp://{host}:{port}{server.path}"
        yield Camera(url, host, port, faults, server, feed, truth)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await server.close()
