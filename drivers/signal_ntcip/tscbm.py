"""The Traffic Signal Controller Broadcast Message: state of all heads, pushed ten times a second.

Layout in network order, 241 octets, or 245 with the two pedestrian masks; sources are in
``vectors.toml``. It is not part of NTCIP 1202; controllers offer it beside.
"""

from collections import deque
from dataclasses import dataclass
from struct import Struct

SIZES = (241, 245)
PHASES = 16
DAY_MS = 86_400_000

_HEADER = b"\xcd\x10"
_TIMING = Struct(">" + "B6H" * PHASES)
_TAIL = Struct(">11H7BH")
_TAIL_AT = len(_HEADER) + _TIMING.size
_HOURS, _MINUTES, _SECONDS, _MILLIS = 24, 60, 61, 1000  # 61: a leap second may be shown


class TscbmError(ValueError):
    """A datagram that is no TSCBM."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message; masks hold head 1 in their lowest bit.

    Attributes:
        discontinuity: ``spatDiscontinuousChangeFlag``; a change says that something jumped.
        sequence: Counts 0…255 and begins again.
        day_ms: The controller's time of day, ms.
    """

    reds: int
    yellows: int
    greens: int
    dont_walks: int
    ped_clears: int
    walks: int
    overlap_reds: int
    overlap_yellows: int
    overlap_greens: int
    flashing_phases: int
    flashing_overlaps: int
    intersection: int
    timebase_action: int
    discontinuity: int
    sequence: int
    day_ms: int


def decode(datagram: bytes) -> Frame:
    """Read a datagram; raises TscbmError."""
    if len(datagram) not in SIZES:
        raise TscbmError(f"{len(datagram)} octets instead of 241 or 245")
    if datagram[:2] != _HEADER:
        raise TscbmError(f"begins with {datagram[:2].hex()} instead of cd10")
    numbers = _TIMING.unpack_from(datagram, len(_HEADER))[::7]
    if numbers != tuple(range(1, PHASES + 1)):
        raise TscbmError("phases are not numbered 1…16")
    *values, hour, minute, second, milli = _TAIL.unpack_from(datagram, _TAIL_AT)
    if hour >= _HOURS or minute >= _MINUTES or second >= _SECONDS or milli >= _MILLIS:
        raise TscbmError(f"time {hour}:{minute}:{second}.{milli}")
    day_ms = ((hour * 60 + minute) * 60 + second) * 1000 + milli
    return Frame(*(*values, day_ms))


def day_difference(later_ms: int, earlier_ms: int) -> int:
    """Signed difference of two times of day, taken the short way round midnight."""
    return (later_ms - earlier_ms + DAY_MS // 2) % DAY_MS - DAY_MS // 2


_WINDOW_NS = 30_000_000_000
_STEP_NS = 500_000_000
_LATE_BEFORE_STEP = 10


class DeviceClock:
    """Maps the controller's time of day onto our monotonic clock.

    The frame that travelled fastest in the last half minute sets the mapping, so that jitter of
    network and scheduler does not move the stamps; only the controller's spacing counts.

    Attributes:
        steps: How often the controller's clock jumped.
    """

    def __init__(self) -> None:
        self.steps = 0
        self._offsets: deque[tuple[int, int]] = deque()
        """Arrival and offset; offsets ascend, so the first is the least of the window."""
        self._anchor: int | None = None
        self._late = 0

    def mono_ns(self, day_ms: int, arrived_ns: int) -> int:
        """When the frame was made, in our monotonic time; never later than its arrival."""
        if self._anchor is None:
            self._anchor = day_ms
        since = day_difference(day_ms, self._anchor)
        offset = arrived_ns - since * 1_000_000
        if self._offsets:
            least = self._offsets[0][1]
            self._late = self._late + 1 if offset > least + _STEP_NS else 0
            if offset < least - _STEP_NS or self._late >= _LATE_BEFORE_STEP:
                self._restart(day_ms)
                offset = arrived_ns
            elif self._late:
                # Held up on its way, or the clock was set back: the next ones tell which.
                return arrived_ns
        while self._offsets and self._offsets[-1][1] >= offset:
            self._offsets.pop()
        self._offsets.append((arrived_ns, offset))
        while self._offsets[0][0] < arrived_ns - _WINDOW_NS:
            self._offsets.popleft()
        made_ns = arrived_ns - (offset - self._offsets[0][1])
        if abs(since) > DAY_MS // 4:
            self._rebase(day_ms, since)
        return made_ns

    def _restart(self, day_ms: int) -> None:
        self.steps += 1
        self._late = 0
        self._offsets.clear()
        self._anchor = day_ms

    def _rebase(self, day_ms: int, since_ms: int) -> None:
        """Move the anchor along, so that the short way round midnight stays the right one."""
        shift = since_ms * 1_000_000
        self._offsets = deque((at, offset + shift) for at, offset in self._offsets)
        self._anchor = day_ms
