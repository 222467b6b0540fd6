"""When was this picture taken? The camera's own ticks, placed on our clock."""

from edge_agent.clock import Clock, Stamp

_JUMP_S = 2.0
_WINDOW_S = 10.0
"""Half of what the clock remembers: long against network jitter, short against drift of quartz."""


class FrameClock:
    """Maps presentation times to ours.

    Arrival is late by a varying delay, presentation times are even but start anywhere. The frame
    that was least late fixes the offset between the two; frames after it are placed by their
    presentation time, so jitter of the network does not become jitter of the vehicles' speed.

    Args:
        clock: Ours.
        delay_s: How old the frame that is least late is when it comes; nothing here can tell.
    """

    def __init__(self, clock: Clock, delay_s: float = 0.0) -> None:
        self._clock = clock
        self._delay = delay_s
        self._before: float | None = None  # least lateness of the window before
        self._least: float | None = None  # and of this one
        self._since = 0.0
        self._pts = 0.0
        self._last = 0.0

    def place(self, pts: float | None) -> tuple[float, Stamp]:
        """Time on the steady axis (seconds, always growing) and stamp of the frame at hand.

        The axis is of when frames would come if none were late; the stamp is of when it was taken.
        """
        mono, utc = self._clock.mono_ns(), self._clock.utc_ms()
        now = mono / 1e9
        t = now if pts is None else self._map(pts, now)
        t = max(t, self._last + 0.001)
        self._last = t
        late = now - t + self._delay
        return t, Stamp(utc - round(late * 1000), mono - round(late * 1e9))

    def _map(self, pts: float, now: float) -> float:
        late = now - pts
        anew = self._least is None or pts <= self._pts or abs(late - self._least) > _JUMP_S
        self._pts = pts
        if self._least is None or anew:  # the first frame, or the camera set its ticks anew
            self._before, self._least, self._since = None, late, now
        elif now - self._since > _WINDOW_S:
            self._before, self._least, self._since = self._least, late, now
        else:
            self._least = min(self._least, late)
        offset = self._least if self._before is None else min(self._least, self._before)
        return pts + offset
