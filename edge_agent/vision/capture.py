"""The thread that decodes: every frame is decoded, a few are kept, the newest wins.

H.264 cannot skip frames, so all are decoded; only those that are due for analysis have their
pixels touched. When analysis is late the kept frame is replaced, and counted as shed: lag never
builds up.
"""

import threading
from dataclasses import dataclass

from edge_agent.clock import Clock
from edge_agent.errors import Cause, DeviceError
from edge_agent.vision.frame import Frame, framed
from edge_agent.vision.source import Source
from edge_agent.vision.timing import FrameClock

_TRIES = 25
_TRY_AGAIN_S = 0.02
_TIMED_OUT_S = 1.0


@dataclass(slots=True)
class CaptureCounts:
    """Totals since the start."""

    decoded: int = 0
    kept: int = 0
    shed: int = 0
    damaged: int = 0


class Capture:
    """Runs on its own thread until the stream ends or ``stop`` is called."""

    def __init__(
        self, source: Source, clock: Clock, analyse_fps: float, delay_s: float = 0.0
    ) -> None:
        self._source = source
        self._clock = clock
        self._step = 1.0 / analyse_fps
        self._delay = delay_s if source.live else 0.0
        self._slot: Frame | None = None
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._ended: DeviceError | None = None
        self.counts = CaptureCounts()
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it may be stuck in native code, so nobody waits for it."""
        self._stopping.set()

    def newest(self, timeout_s: float) -> Frame | None:
        """The newest frame not yet taken; None when none came in time.

        Raises:
            DeviceError: The stream is over.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._slot is not None or self._ended is not None, timeout_s
            )
            frame, self._slot = self._slot, None
            if frame is None and self._ended is not None:
                raise self._ended
            return frame

    def _run(self) -> None:
        try:
            self._decode()
            error = DeviceError(Cause.GONE, "the stream ended")
        except DeviceError as known:
            error = known
        with self._changed:
            self._ended = error
            self._changed.notify_all()

    def _decode(self) -> None:
        times = FrameClock(self._clock, self._delay)
        due, first_pts, began = 0.0, None, self._clock.mono_ns()
        half = 0.5 / (self._source.facts.fps or 25.0)
        while not self._stopping.is_set() and self._grab():
            self.counts.decoded += 1
            pts = self._source.pts()
            if not self._source.live and pts is not None:
                # A file is played in its own time, as a camera would.
                first_pts = pts if first_pts is None else first_pts
                ahead = pts - first_pts - (self._clock.mono_ns() - began) / 1e9
                self._stopping.wait(max(0.0, ahead))
            t, at = times.place(pts)
            if t < due - half:
                continue
            due = max(due + self._step, t)
            picture = self._source.take()
            if picture is not None:
                self._put(framed(picture, t, at))

    def _grab(self) -> bool:
        """The next frame; False when the stream is over.

        A damaged picture fails at once, and so does a closed connection: only patience tells them
        apart.
        """
        for _ in range(_TRIES):
            before = self._clock.mono_ns()
            if self._source.grab():
                return True
            if not self._source.live or self._stopping.wait(_TRY_AGAIN_S):
                return False
            waited = (self._clock.mono_ns() - before) / 1e9
            if waited > _TIMED_OUT_S:
                raise DeviceError(Cause.SILENT, f"no picture for {waited:.0f} s")
            self.counts.damaged += 1
        return False

    def _put(self, frame: Frame) -> None:
        with self._changed:
            self.counts.kept += 1
            if self._slot is not None:
                self.counts.shed += 1
            self._slot = frame
            self._changed.notify_all()
