"""Simulated time: real, faster than real, or stepped by a test."""

import asyncio
import time
from typing import Protocol


class Timebase(Protocol):
    """Seconds of the simulation, and the UTC at which they are seen from outside."""

    def now(self) -> float:
        """Seconds since the simulation began."""

    def utc_ms(self, now: float) -> int:
        """UTC, ms, of a moment of the simulation."""

    async def pause(self, seconds: float) -> None:
        """Let simulated seconds pass."""


class RunningTime:
    """Real time, ``speed`` times as fast, from now on or from a moment of UTC in the past."""

    def __init__(self, speed: float = 1.0, began_utc_ms: float | None = None) -> None:
        now_ms = time.time() * 1000
        self._speed = speed
        self._began_utc_ms = now_ms if began_utc_ms is None else began_utc_ms
        self._began = time.monotonic() - (now_ms - self._began_utc_ms) / 1000

    def now(self) -> float:
        return (time.monotonic() - self._began) * self._speed

    def utc_ms(self, now: float) -> int:
        return round(self._began_utc_ms + now * 1000 / self._speed)

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)


class SteppedTime:
    """Stands still until a test moves it."""

    def __init__(self, utc_ms: int = 1_790_000_000_000) -> None:
        self._now = 0.0
        self._began_utc_ms = utc_ms
        self._moved = asyncio.Event()

    def now(self) -> float:
        return self._now

    def utc_ms(self, now: float) -> int:
        return round(self._began_utc_ms + now * 1000)

    def step(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds
        self._moved.set()

    async def pause(self, seconds: float) -> None:
        until = self._now + seconds
        while self._now < until:
            self._moved.clear()
            await self._moved.wait()
