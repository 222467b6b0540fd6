"""Frames of a recording, as fast as they decode, at the rate at which a live camera is analysed."""

from collections.abc import Iterator

from edge_agent.clock import Stamp
from edge_agent.vision.frame import Frame, framed
from edge_agent.vision.source import Source

_NOMINAL_FPS = 25.0


def frames(source: Source, fps: float) -> Iterator[Frame]:
    """Decode all, yield ``fps`` a second by the recording's own time, which is also their stamp."""
    nominal = source.facts.fps or _NOMINAL_FPS
    due = 0.0
    while source.grab():
        pts = source.pts()
        t = (source.decoded - 1) / nominal if pts is None else pts
        if source.decoded > 1 and t < due - 0.5 / nominal:
            continue
        picture = source.take()
        if picture is not None:
            due = max(due + 1.0 / fps, t)
            yield framed(picture, t, Stamp(round(t * 1000), round(t * 1e9)))
