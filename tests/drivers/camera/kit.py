"""Runs a camera driver beside the test and collects what it says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge_agent.clock import SystemClock
from edge_agent.device.driver import DeviceContext
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import Reading
from edge_agent.drivers.camera import KIND
from edge_agent.drivers.camera.driver import CameraDriver
from edge_agent.drivers.camera.settings import CameraSettings
from edge_agent.errors import Cause, DeviceError


class Diary:
    """A logger that keeps all words."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def _keep(self, event: str, **facts: Any) -> None:
        self.words.append(f"{event} {facts}")

    debug = info = warning = error = _keep


@dataclass
class Heard:
    readings: list[Reading] = field(default_factory=list)
    beats: int = 0
    degraded: list[tuple[Cause | None, str]] = field(default_factory=list)
    log: Diary = field(default_factory=Diary)

    def of(self, kind: str) -> list[Any]:
        return [reading for reading in self.readings if reading.type == kind]

    def beat(self) -> None:
        self.beats += 1


def settings(url: str, **more: Any) -> CameraSettings:
    """Counting by motion, which starts at once and sees what tests draw."""
    facts: dict[str, Any] = {"detector": "motion"}
    return CameraSettings(kind="camera", url=url, **facts | more)


def driver(own: CameraSettings, heard: Heard) -> CameraDriver:
    context = DeviceContext(
        "cam1",
        SystemClock(),
        heard.log,
        PortBook(),
        heard.beat,
        lambda cause, detail: heard.degraded.append((cause, detail)),
    )
    built = KIND.build(own, context)
    assert isinstance(built, CameraDriver)
    return built


@asynccontextmanager
async def driven(own: CameraSettings, heard: Heard) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(driver(own, heard).run(heard.readings.append), name="driver")
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(what: Callable[[], bool], seconds: float = 15.0) -> float:
    """Wait for a condition; the seconds that it took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not what():
        assert loop.time() < began + seconds, "waited in vain"
        await asyncio.sleep(0.02)
    return loop.time() - began


async def failure(task: asyncio.Task[None], seconds: float = 15.0) -> DeviceError:
    async with asyncio.timeout(seconds):
        try:
            await task
        except DeviceError as error:
            return error
    raise AssertionError("ended without an error")


def secret_file(folder: Path, text: str) -> str:
    path = folder / "password"
    path.write_text(text + "\n", encoding="utf-8")
    path.chmod(0o600)
    return f"file:{path}"


def family(pid: int) -> list[int]:
    """Children of a process."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in text.split()]
