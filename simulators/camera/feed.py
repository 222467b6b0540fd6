"""What the camera sees, as coded pictures in real time, to whoever watches."""

import asyncio
import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from edge_agent.simulators.camera.faults import Fault, Faults
from edge_agent.simulators.camera.ffmpeg import Stream, picture_size
from edge_agent.simulators.camera.h264 import AccessUnit, Parameters
from edge_agent.simulators.camera.paint import Painter
from edge_agent.simulators.world.strip import Strip, Traffic, passings

Truth = Callable[[dict[str, Any]], None]
_BACKLOG = 100
END: None = None


class Watcher:
    """One viewer's queue; a viewer too slow for it loses pictures until the next key picture."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[AccessUnit | None] = asyncio.Queue(_BACKLOG)
        self._waits_for_key = True
        self.lost = 0

    def put(self, unit: AccessUnit) -> None:
        """Without waiting."""
        if self._waits_for_key and not unit.key:
            return
        try:
            self.queue.put_nowait(unit)
            self._waits_for_key = False
        except asyncio.QueueFull:
            self._waits_for_key = True
            self.lost += 1

    def end(self) -> None:
        """The stream is over."""
        with suppress(asyncio.QueueFull):
            self.queue.put_nowait(END)


class Feed(ABC):
    """A source of access units.

    Attributes:
        parameters: Set once the first are known; wait for ``ready``.
        over: True when nothing will come any more.
    """

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.ready = asyncio.Event()
        self.watched = asyncio.Event()
        self.parameters: Parameters | None = None
        self.over = False
        self._watchers: set[Watcher] = set()

    def watch(self) -> Watcher:
        """A new viewer, from the next key picture on."""
        watcher = Watcher()
        self._watchers.add(watcher)
        self.watched.set()
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """The viewer has gone."""
        self._watchers.discard(watcher)

    @abstractmethod
    async def run(self) -> None:
        """Produce until cancelled, or until the end."""

    def report(self) -> dict[str, int]:
        """What it has counted."""
        return {"viewers": len(self._watchers)}

    def _learn(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.ready.set()

    def _show(self, unit: AccessUnit) -> None:
        for watcher in self._watchers:
            watcher.put(unit)

    def _end(self) -> None:
        self.over = True
        for watcher in self._watchers:
            watcher.end()


@dataclass(frozen=True, slots=True)
class RoadView:
    """How the simulated road is filmed.

    Attributes:
        line_x: The counting line of the truth, as a share of the picture's width.
    """

    seed: int = 7
    width: int = 640
    height: int = 360
    fps: float = 15.0
    bitrate_k: int = 1500
    profile: str = "high"
    line_x: float = 0.5


class PaintedFeed(Feed):
    """Pictures of our own, encoded as they are painted."""

    async def run(self) -> None:
        stream = self._stream()
        await stream.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._paint(stream), name="camera painter")
                group.create_task(self._collect(stream), name="camera encoder")
        finally:
            await stream.close()

    @abstractmethod
    def _stream(self) -> Stream:
        """An encoder for the pictures."""

    @abstractmethod
    async def _paint(self, stream: Stream) -> None:
        """Write pictures in their own time, for ever."""

    async def _collect(self, stream: Stream) -> None:
        async for item in stream.units():
            if isinstance(item, Parameters):
                self._learn(item)
            else:
                self._show(item)
        raise RuntimeError("the encoder ended")


class RoadFeed(PaintedFeed):
    """The simulated road, painted and encoded as it goes."""

    def __init__(self, view: RoadView, strip: Strip, faults: Faults, truth: Truth) -> None:
        super().__init__(faults)
        self._view = view
        self._strip = strip
        self._truth = truth

    def _stream(self) -> Stream:
        view = self._view
        return Stream.of_pictures(view.width, view.height, view.fps, view.bitrate_k, view.profile)

    async def _paint(self, stream: Stream) -> None:
        view = self._view
        painter = Painter(self._strip, view.width, view.height, view.seed)
        traffic = Traffic(self._strip)
        crossings = passings(self._strip, view.line_x * self._strip.settings.length)
        following = next(crossings)
        began, began_ms = time.monotonic(), time.time_ns() // 1_000_000
        black = bytes(view.width * view.height * 3)
        shown = black
        for number in itertools.count():
            t = number / view.fps
            await asyncio.sleep(began + t - time.monotonic())
            while following.t <= t:
                self._truth(
                    {
                        "what": "crossing",
                        "t": began_ms + round(following.t * 1000),
                        "s": round(following.t, 6),
                        "line": "main",
                        # The line runs down the picture: its left side is the picture's right.
                        "direction": "ba" if following.way > 0 else "ab",
                        "vehicle": following.vehicle,
                        "class": following.kind,
                    }
                )
                following = next(crossings)
            if Fault.BLACK in self.faults:
                shown = black
            elif Fault.FREEZE not in self.faults:
                picture = await asyncio.to_thread(painter.paint, traffic.at(t), t)
                shown = np.ascontiguousarray(picture).tobytes()
            await stream.write(shown)


class FileFeed(Feed):
    """A recording in its own time, from the moment of the first viewer.

    Args:
        path: The recording.
        loop: Begin again at its end; else the stream is over then.
    """

    def __init__(self, path: Path, faults: Faults, *, loop: bool) -> None:
        super().__init__(faults)
        self._path = path
        self._loop = loop
        self._black: AccessUnit | None = None
        self._key: AccessUnit | None = None
        self._instead: AccessUnit | None = None

    async def run(self) -> None:
        self._black = await _black_picture(self._path)
        offset_ms = 0
        began: float | None = None
        while True:
            stream = await Stream.of_file(self._path)
            await stream.start()
            last_ms = step_ms = 0
            first_ms: int | None = None
            try:
                async for item in stream.units():
                    if isinstance(item, Parameters):
                        self._learn(item)
                        await self.watched.wait()
                        began = time.monotonic() if began is None else began
                        continue
                    first_ms = item.dts_ms if first_ms is None else first_ms
                    shift = offset_ms - first_ms
                    unit = replace(item, pts_ms=item.pts_ms + shift, dts_ms=item.dts_ms + shift)
                    step_ms = max(step_ms, unit.dts_ms - last_ms) if last_ms else step_ms
                    last_ms = unit.dts_ms
                    assert began is not None  # noqa: S101 - parameters come first
                    await asyncio.sleep(began + unit.dts_ms / 1000 - time.monotonic())
                    self._show(self._spoil(unit))
            finally:
                await stream.close()
            if first_ms is None:
                raise ValueError(f"{self._path}: no picture in it")
            if not self._loop:
                self._end()
                return
            offset_ms = last_ms + max(1, step_ms)

    def _spoil(self, unit: AccessUnit) -> AccessUnit:
        """A frozen recording repeats its last key picture, a black one a black picture.

        The way back is at a key picture only: what lies between refers to pictures not sent.
        """
        if Fault.BLACK in self.faults:
            self._instead = self._black
        elif Fault.FREEZE in self.faults:
            self._instead = self._key
        elif unit.key:
            self._instead = None
        if self._instead is not None:
            return replace(self._instead, pts_ms=unit.pts_ms, dts_ms=unit.dts_ms)
        if unit.key:
            self._key = unit
        return unit


async def _black_picture(path: Path) -> AccessUnit:
    """A black key picture of the file's size, with its own parameter sets inside."""
    width, height = await picture_size(path)
    stream = Stream.of_black(width, height)
    await stream.start()
    parameters: Parameters | None = None
    try:
        async for item in stream.units():
            if isinstance(item, Parameters):
                parameters = item
            elif parameters is not None:
                return replace(item, nals=(parameters.sps, parameters.pps, *item.nals))
    finally:
        await stream.close()
    raise RuntimeError("the encoder made no picture")
