"""Takes the controller's TSCBM: sound frames in order, each with the time at which it was made."""

import asyncio
from collections import Counter
from collections.abc import Callable

from edge_agent.clock import Clock
from edge_agent.drivers.signal_ntcip.tscbm import (
    DAY_MS,
    DeviceClock,
    Frame,
    TscbmError,
    day_difference,
    decode,
)
from edge_agent.errors import Cause, DeviceError

_SEQUENCES = 256
_OLD_BEFORE_RESTART = 5

OnFrame = Callable[[Frame, int, bool], None]
"""Takes a frame, when it was made (monotonic ns), and whether what came before is void."""


class Receiver:
    """Follows one controller's broadcast.

    Attributes:
        figures: Counts: frames, missed, duplicate, old, damaged, foreign, jumps.
        offset_ms: The controller's clock minus ours at the last frame; None before the first.
    """

    def __init__(
        self, host: str, clock: Clock, utc_offset_min: int, stale_ns: int, on_frame: OnFrame
    ) -> None:
        self.figures: Counter[str] = Counter()
        self.offset_ms: int | None = None
        self._host = host
        self._clock = clock
        self._lead_ms = utc_offset_min * 60_000
        self._stale_ns = stale_ns
        self._on_frame = on_frame
        self._device_clock = DeviceClock()
        self._last: Frame | None = None
        self._arrived_ns = clock.mono_ns()
        self._old = 0

    @property
    def fresh(self) -> bool:
        """Whether frames are arriving now; the first one is given time to."""
        return self._clock.mono_ns() - self._arrived_ns <= self._stale_ns

    def take(self, datagram: bytes, host: str) -> None:
        """Take a datagram from the socket."""
        now = self._clock.mono_ns()
        if host != self._host:
            self.figures["foreign"] += 1
            return
        try:
            frame = decode(datagram)
        except TscbmError:
            self.figures["damaged"] += 1
            return
        if not self._in_order(frame):
            return
        last, self._last, self._arrived_ns = self._last, frame, now
        void = last is not None and last.discontinuity != frame.discontinuity
        self.figures["frames"] += 1
        self.figures["jumps"] += void
        made_ns = self._device_clock.mono_ns(frame.day_ms, now)
        self.figures["clock-steps"] = self._device_clock.steps
        if last is not None and last.day_ms == frame.day_ms:
            made_ns = now  # its clock stands still and tells nothing
        ours = (self._clock.utc_ms() + self._lead_ms) % DAY_MS
        self.offset_ms = day_difference(frame.day_ms, ours)
        self._on_frame(frame, made_ns, void)

    def _in_order(self, frame: Frame) -> bool:
        if self._last is None:
            return True
        ahead = (frame.sequence - self._last.sequence) % _SEQUENCES
        if ahead == 0 and frame.day_ms == self._last.day_ms:
            self.figures["duplicate"] += 1
            return False
        newer = day_difference(frame.day_ms, self._last.day_ms) > 0
        if ahead > _SEQUENCES // 2 and not newer and self._old < _OLD_BEFORE_RESTART:
            # Overtaken on the way; several in a row are a controller that has started anew.
            self.figures["old"] += 1
            self._old += 1
            return False
        self._old = 0
        self.figures["missed"] += max(0, ahead - 1)
        return True


class TscbmPort(asyncio.DatagramProtocol):
    """The UDP port on which a Receiver's datagrams arrive."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    @classmethod
    async def open(cls, bind: str, port: int, receiver: Receiver) -> asyncio.DatagramTransport:
        """Listen; raises DeviceError(REFUSED) when the port is taken."""
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: cls(receiver), local_addr=(bind, port)
            )
        except OSError as error:
            detail = f"cannot receive TSCBM on {bind}:{port}: {error.strerror or error}"
            raise DeviceError(Cause.REFUSED, detail) from None
        return transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._receiver.take(data, addr[0])
