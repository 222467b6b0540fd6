"""The last seconds of a camera as JPEGs at full size, so that a moment can be shown afterwards.

Two rolls: a few frames a second of everything and, kept longer, those in which somebody crossed a
line. Each is bounded in bytes; a frame of 720p takes 100–250 kB.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2

from edge_agent.clock import Stamp
from edge_agent.device.pictures import InPicture, Picture, Wanted
from edge_agent.vision.album import Album
from edge_agent.vision.frame import CLASSES, Frame
from edge_agent.vision.tracking.tracker import Tracks

PACE_S = 0.34
"""Between two frames of the first roll."""
LONGER = 4
"""Times the age up to which the second roll keeps its own."""
MOST_BYTES = 12_000_000
"""Of each roll."""

_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 88]
_NEAR_NS = 700_000_000
"""A frame farther away than this does not show the moment."""


@dataclass(frozen=True, slots=True)
class _Shot:
    at: Stamp
    jpeg: bytes
    size: tuple[int, int]
    vehicles: tuple[InPicture, ...]


class _Roll:
    """Shots within an age and a size, the oldest forgotten first."""

    def __init__(self, keep_s: float, most_bytes: int) -> None:
        self._keep_ns = keep_s * 1e9
        self._most = most_bytes
        self.shots: deque[_Shot] = deque()
        self.bytes = 0

    def add(self, shot: _Shot) -> None:
        self.shots.append(shot)
        self.bytes += len(shot.jpeg)
        oldest_ns = shot.at.mono_ns - self._keep_ns
        while self.shots and (self.bytes > self._most or self.shots[0].at.mono_ns < oldest_ns):
            self.bytes -= len(self.shots.popleft().jpeg)


class Ring:
    """What one camera can show of the last seconds.

    Args:
        keep_s: How long everything is kept; 0 keeps nothing and costs nothing.
        most_bytes: Of each of the two rolls.
    """

    def __init__(self, keep_s: float, most_bytes: int = MOST_BYTES) -> None:
        self._keep_s = keep_s
        self._all = _Roll(keep_s, most_bytes)
        self._crossed = _Roll(keep_s * LONGER, most_bytes)
        self._due: float | None = None

    @property
    def bytes(self) -> int:
        """Memory that the JPEGs take."""
        return self._all.bytes + self._crossed.bytes

    def take(self, frame: Frame, tracks: Tracks | None, *, crossed: bool) -> None:
        """Keep this frame if it is due, and whenever somebody crossed a line in it."""
        if self._keep_s <= 0:
            return
        due = self._due is None or frame.t >= self._due or frame.t < self._due - 2 * PACE_S
        if not due and not crossed:
            return
        picture = frame.plane if frame.whole is None else frame.whole
        done, jpeg = cv2.imencode(".jpg", picture, _QUALITY)
        if not done:
            return
        height, width = picture.shape[:2]
        shot = _Shot(frame.at, jpeg.tobytes(), (width, height), tuple(_inside(frame, tracks)))
        if due:
            self._due = frame.t + PACE_S
            self._all.add(shot)
        if crossed:
            self._crossed.add(shot)

    def show(self, wanted: Wanted, album: Album) -> Iterator[Picture]:
        """The frames nearest to the moments, and the crops that are still there."""
        for name, mono_ns in wanted.moments.items():
            shot = _nearest((*self._all.shots, *self._crossed.shots), mono_ns)
            if shot is not None:
                yield Picture(name, shot.jpeg, shot.at, shot.size, shot.vehicles)
        for digest in wanted.crops:
            crop = album.picture(digest)
            if crop is not None:
                yield Picture(digest, crop)


def _nearest(shots: Iterable[_Shot], mono_ns: int) -> _Shot | None:
    best = min(shots, key=lambda shot: abs(shot.at.mono_ns - mono_ns), default=None)
    if best is None or abs(best.at.mono_ns - mono_ns) > _NEAR_NS:
        return None
    return best


def _inside(frame: Frame, tracks: Tracks | None) -> Iterator[InPicture]:
    if tracks is None:
        return
    across, down = frame.scale
    for number, box, votes in zip(tracks.ids, tracks.boxes, tracks.votes, strict=True):
        kind = CLASSES[int(votes.argmax())]
        x1, y1, x2, y2 = box.tolist()
        scaled = round(x1 * across), round(y1 * down), round(x2 * across), round(y2 * down)
        yield InPicture(int(number), kind, scaled)
