"""What one camera costs, and how soon it is back, measured on the real child process."""

import asyncio
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from edge_agent.device.child import resident_mb
from edge_agent.simulators.camera.feed import RoadView
from tests.torture.camera_stand import camera_stand

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Of one camera's child."""

    rss_mb: int
    cpu_share: float
    latency_p99_ms: int
    shed: int


async def footprint(seconds: float) -> Cost:
    """1280x720 at 15 frames a second, ten analysed."""
    view = RoadView(width=1280, height=720, fps=15.0, bitrate_k=3000)
    async with camera_stand(view) as stand:
        pid = stand.child()
        assert pid is not None
        await stand.until(lambda: bool(stand.figures), 15)
        loop = asyncio.get_running_loop()
        began, before, rss = loop.time(), cpu_s(pid), 0
        while loop.time() < began + seconds:
            rss = max(rss, resident_mb(pid))
            await asyncio.sleep(0.25)
        share = (cpu_s(pid) - before) / (loop.time() - began)
        figures = stand.figures
    return Cost(rss, share, figures["latency_p99_ms"], figures["frames_shed"])


async def blocked() -> float:
    """Seconds from the moment its child hangs in native code until the camera is open again."""
    async with camera_stand() as stand:
        pid, opened = stand.child(), stand.opened
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        took = await stand.until(lambda: stand.opened > opened and stand.state == "ok", 30)
    return float("inf") if took is None else took


def cpu_s(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S
