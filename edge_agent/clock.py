"""Time, injected: every other room asks a Clock, never the operating system.

UTC can be wrong, jump or start in 1970; the monotonic clock only counts up within one boot. A
Stamp keeps both, so an event made before UTC was right can be re-stamped later.
"""

import asyncio
import ctypes
import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

TimeSource = Literal["gnss", "ntp", "rtc", "none"]

BUILD_EPOCH_MS = 1_761_955_200_000
"""UTC earlier than this (2025-11-01) cannot be true: the software did not exist."""

_STA_UNSYNC = 0x0040
_TIME_ERROR = 5
_ASK_EVERY_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class TimeQuality:
    """Where UTC comes from and how far it may be off.

    Attributes:
        source: ``gnss`` or ``ntp`` when disciplined, ``rtc`` when plausible but free-running,
            ``none`` when it cannot be right.
        uncertainty_ms: Half-width of the interval that holds true UTC; meaningless for ``none``.
    """

    source: TimeSource
    uncertainty_ms: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """The moment of a thing in the world.

    Attributes:
        utc_ms: UTC, milliseconds since 1970, as believed when taken.
        mono_ns: Monotonic clock of this boot, nanoseconds.
        spread_ms: Uncertainty of the observation itself (a poll interval, a frame distance),
            without that of the clock.
    """

    utc_ms: int
    mono_ns: int
    spread_ms: int = 0


class Clock(Protocol):
    """What a room may know of time."""

    def utc_ms(self) -> int:
        """UTC in milliseconds, right or wrong."""

    def mono_ns(self) -> int:
        """Monotonic nanoseconds of this boot."""

    def quality(self) -> TimeQuality:
        """How far UTC can be trusted now."""

    async def sleep(self, seconds: float) -> None:
        """Wait; with a ManualClock until somebody advances it."""


def stamp(clock: Clock, spread_ms: int = 0) -> Stamp:
    """Take a stamp of now."""
    return Stamp(clock.utc_ms(), clock.mono_ns(), spread_ms)


class _Timex(ctypes.Structure):
    """``struct timex`` of Linux, adjtimex(2)."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("time_sec", ctypes.c_long),
        ("time_usec", ctypes.c_long),
        ("tick", ctypes.c_long),
        ("reserved", ctypes.c_long * 24),
    ]


class SystemClock:
    """The kernel's clocks; quality from adjtimex(2), which NTP daemons keep up to date."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._quality = TimeQuality("none", 0)
        self._asked_ns: int | None = None

    def utc_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def mono_ns(self) -> int:
        return time.monotonic_ns()

    def quality(self) -> TimeQuality:
        """The kernel's view, asked at most once a second."""
        now = time.monotonic_ns()
        if self._asked_ns is None or now - self._asked_ns > _ASK_EVERY_NS:
            self._asked_ns = now
            self._quality = self._ask()
        return self._quality

    def _ask(self) -> TimeQuality:
        if self.utc_ms() < BUILD_EPOCH_MS:
            return TimeQuality("none", 0)
        timex = _Timex()
        state = self._libc.adjtimex(ctypes.byref(timex))
        if state < 0 or state == _TIME_ERROR or timex.status & _STA_UNSYNC:
            return TimeQuality("rtc", 1000)
        return TimeQuality("ntp", max(1, timex.maxerror // 1000))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock for tests: stands still until told."""

    def __init__(self, utc_ms: int = 1_790_000_000_000, source: TimeSource = "ntp") -> None:
        self._utc_ms = utc_ms
        self._mono_ns = 1_000_000_000
        self._source: TimeSource = source
        self._order = itertools.count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self.on_sleep: Callable[[float], None] | None = None

    def utc_ms(self) -> int:
        return self._utc_ms

    def mono_ns(self) -> int:
        return self._mono_ns

    def quality(self) -> TimeQuality:
        return TimeQuality(self._source, 0 if self._source == "none" else 5)

    async def sleep(self, seconds: float) -> None:
        if self.on_sleep is not None:
            self.on_sleep(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        due = self._mono_ns + round(seconds * 1e9)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (due, next(self._order), future))
        await future

    def advance(self, seconds: float) -> None:
        """Let time pass; wakes those whose moment has come."""
        self._mono_ns += round(seconds * 1e9)
        self._utc_ms += round(seconds * 1000)
        while self._sleepers and self._sleepers[0][0] <= self._mono_ns:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)

    def step_utc(self, delta_ms: int, source: TimeSource | None = None) -> None:
        """Jump UTC as a set clock would; monotonic time does not move."""
        self._utc_ms += delta_ms
        if source is not None:
            self._source = source
