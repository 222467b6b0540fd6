"""When was this picture taken? The camera's own ticks, placed on our clock."""

from edge_agent.clock import Clock, Stamp

_JUMP_S = 2.0
_LEAK = 0.002
"""The two clocks may drift apart by this share; more than any quartz does."""


class FrameClock:
    """Maps presentation times to ours.

    Arrival is late by a varying delay, presentation times are even but start anywhere. The frame
    that was least late fixes the offset between the two; frames after it are placed by their
    presentation time, so jitter of the network does not become jitter of the vehicles' speed.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset: float | None = None
        self._arrived = 0.0
        self._last = 0.0

    def place(self, pts: float | None) -> tuple[float, Stamp]:
        """Time on the steady axis (seconds, always growing) and stamp of the frame at hand."""
        mono, utc = self._clock.mono_ns(), self._clock.utc_ms()
        now = mono / 1e9
        t = now if pts is None else self._map(pts, now)
        t = max(t, self._last + 0.001)
        self._last = t
        late = now - t
        return t, Stamp(utc - round(late * 1000), mono - round(late * 1e9))

    def _map(self, pts: float, now: float) -> float:
        offset = now - pts
        if self._offset is None or abs(offset - self._offset) > _JUMP_S:
            self._offset = offset  # first frame, or the camera set its ticks anew
        else:
            leaked = self._offset + _LEAK * (now - self._arrived)
            self._offset = min(leaked, offset)
        self._arrived = now
        return pts + self._offset
