"""A camera of the simulated world, painted and encoded as it goes."""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edge_agent.simulators.camera.faults import Fault, Faults
from edge_agent.simulators.camera.feed import PaintedFeed, Truth
from edge_agent.simulators.camera.ffmpeg import Stream
from edge_agent.simulators.render.watch import Watch


@dataclass(frozen=True, slots=True)
class Coding:
    """How pictures are encoded."""

    width: int
    height: int
    fps: float
    bitrate_k: int = 4000
    profile: str = "high"


class WorldFeed(PaintedFeed):
    """Shows a world whose time is UTC.

    A picture that is not painted in time is replaced by the one before, and counted.

    Attributes:
        repeated: Pictures shown again because painting fell behind.
    """

    def __init__(
        self,
        watch: Watch,
        coding: Coding,
        faults: Faults,
        truth: Truth,
        wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        super().__init__(faults)
        self._watch = watch
        self._coding = coding
        self._truth = truth
        self._wall_ms = wall_ms
        self.repeated = 0

    def report(self) -> dict[str, int]:
        """See ``Feed``."""
        return {**super().report(), "repeated": self.repeated}

    def _stream(self) -> Stream:
        own = self._coding
        return Stream.of_pictures(own.width, own.height, own.fps, own.bitrate_k, own.profile)

    async def _paint(self, stream: Stream) -> None:
        own = self._coding
        await asyncio.to_thread(self._watch.skip_to, self._wall_ms())
        began, began_ms = time.monotonic(), self._wall_ms()
        black = bytes(own.width * own.height * 3)
        shown = black
        for number in itertools.count():
            due = began + number / own.fps
            await asyncio.sleep(due - time.monotonic())
            if time.monotonic() - due > 1 / own.fps:
                self.repeated += 1
                await stream.write(shown)
                continue
            moment = began_ms + round(number * 1000 / own.fps)
            shot, truth = await asyncio.to_thread(self._watch.at, moment)
            if Fault.BLACK in self.faults:
                shown = black
            elif Fault.FREEZE not in self.faults:
                shown = np.ascontiguousarray(shot.picture).tobytes()
            await stream.write(shown)
            sent = self._wall_ms()
            for line in truth:
                self._truth(line | {"t": sent})
