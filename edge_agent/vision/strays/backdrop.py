"""Things that lie on the road: a small picture of the empty road, looked at once a second.

What differs from the empty road and does not move for long is a thing. The empty road is learned
slowly, pixel by pixel, and not where something lies; changes of the whole picture (a cloud, the
camera's exposure) are taken off first. After Cucchiara et al., "Detecting moving objects, ghosts
and shadows in video streams", PAMI 2003: where something was learned as road and left, a ghost
stays behind; it has no edge in the picture, but one in what was learned.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.frame import Grey

WIDTH = 320
"""Pixels across, at most: a person on a road that fills half the picture is a few wide."""
EVERY_S = 1.0
_LEARN_S = 60.0
"""The empty road follows the light with this time constant."""
_ABSORB_S = 3600.0
"""A thing becomes road with this one."""
_SOON_S = 4.0
"""What differs from the mean of so long moves."""
_YOUNG = 20
"""Looks in which everything is learned."""
_LEAST = 10.0
"""Grey levels of 255 that are no difference, whatever the noise."""
_NOISES = 4.0
_CHANGED = 0.5
"""Share of the picture that differs when the scene is another."""
_LEAVING = 2.0
"""Evidence fades so many times faster than it grows, where the road is seen again…"""
_HIDDEN = 0.25
"""…and so much slower where something drives before it."""
_KEPT_S = 10.0
"""Evidence beyond what is needed, so that what is gone is gone soon."""
_LEAST_PX = 10
Float = NDArray[np.float32]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that lies there: its box in pixels of the analysed picture, and for how long."""

    box: Box
    lasted_s: float


class Backdrop:
    """State of one scene.

    Args:
        object_s: Seconds for which a thing must lie.
    """

    def __init__(self, object_s: float) -> None:
        self._object_s = object_s
        self._looks = 0
        self._last_t: float | None = None
        self._scale = 1.0
        empty = np.zeros((0, 0), np.float32)
        self._road: Float = empty
        self._soon: Float = empty
        self._noise: Float = empty
        self._held: Float = empty

    def due(self, t: float) -> bool:
        """Whether it is time for the next look."""
        return self._last_t is None or t - self._last_t >= EVERY_S

    def look(self, t: float, small: Grey) -> list[Thing]:
        """Take the analysed picture; returns the things that lie on the road now."""
        step = EVERY_S if self._last_t is None else min(t - self._last_t, 5 * EVERY_S)
        self._last_t = t
        picture = self._shrunk(small)
        if picture.shape != self._road.shape:
            self._begin(picture)
            return []
        self._looks += 1
        gain = np.float32(np.median(self._road) / max(1.0, float(np.median(picture))))
        picture = picture * gain
        off = picture - self._road
        noise = np.maximum(_LEAST, _NOISES * self._noise)
        other = np.abs(off) > noise
        moving = np.abs(picture - self._soon) > noise
        self._soon += (picture - self._soon) * np.float32(min(1.0, step / _SOON_S))
        if self._looks <= _YOUNG:
            self._learn(off, np.float32(1.0 / (self._looks + 1)))
            return []
        if np.count_nonzero(other) > _CHANGED * other.size:
            self._begin(picture / gain)
            return []
        self._learn(off, np.float32(step / _LEARN_S), ~other)
        self._dim(gain, step)
        self._road += np.where(other & ~moving, off * np.float32(step / _ABSORB_S), 0)
        change = np.where(other, np.where(moving, -_HIDDEN, 1.0), -_LEAVING).astype(np.float32)
        most = np.float32(self._object_s + _KEPT_S)
        self._held = np.clip(self._held + change * np.float32(step), 0, most)
        return self._things(picture)

    def clear(self, box: Box) -> None:
        """Whoever stood here drove on: what was held against the place is void."""
        x1, y1, x2, y2 = (round(side / self._scale) for side in box)
        self._held[max(0, y1 - 1) : max(0, y2 + 1), max(0, x1 - 1) : max(0, x2 + 1)] = 0

    def _begin(self, picture: Float) -> None:
        self._looks = 0
        self._road, self._soon = picture.copy(), picture.copy()
        self._noise = np.full_like(picture, 2.0)
        self._held = np.zeros_like(picture)

    def _learn(self, off: Float, rate: np.float32, where: NDArray[np.bool_] | None = None) -> None:
        """Follow the empty road, and how much it trembles."""
        delta, tremble = off * rate, (np.abs(off) - self._noise) * rate
        if where is not None:
            delta, tremble = np.where(where, delta, 0), np.where(where, tremble, 0)
        self._road += delta
        self._noise += tremble

    def _dim(self, gain: np.float32, step: float) -> None:
        """Follow the light, so that what is learned by day does not magnify the night's noise."""
        change = np.float32(float(gain) ** (-step / _LEARN_S))
        self._road *= change
        self._soon *= change
        self._noise = np.maximum(self._noise * change, np.float32(0.5))

    def _shrunk(self, small: Grey) -> Float:
        height, width = small.shape[:2]
        self._scale = max(1.0, width / WIDTH)
        size = (round(width / self._scale), max(1, round(height / self._scale)))
        shrunk = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
        return cv2.GaussianBlur(shrunk, (3, 3), 0).astype(np.float32)

    def _things(self, picture: Float) -> list[Thing]:
        if not (self._held >= self._object_s).any():
            return []
        # What is half sure belongs to what is sure beside it: a thing is not told in pieces.
        mask = (self._held >= self._object_s / 2).astype(np.uint8)
        mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
        things = []
        for label in range(1, count):
            blob = labels == label
            held = float(self._held[blob].max())
            if stats[label, cv2.CC_STAT_AREA] < _LEAST_PX or held < self._object_s:
                continue
            if self._ghost(blob, picture):
                self._road[blob], self._held[blob] = picture[blob], 0
                continue
            x, y, w, h = (float(stats[label, i]) * self._scale for i in range(4))
            things.append(Thing((x, y, x + w, y + h), held))
        return things

    def _ghost(self, blob: NDArray[np.bool_], picture: Float) -> bool:
        """Whether its edge lies in what was learned, and not in the picture."""
        mask = blob.astype(np.uint8)
        square = np.ones((3, 3), np.uint8)
        edge = (cv2.dilate(mask, square) - cv2.erode(mask, square)).astype(bool)
        return bool(_gradient(self._road)[edge].mean() > _gradient(picture)[edge].mean())


def _gradient(picture: Float) -> Float:
    across = cv2.Sobel(picture, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(picture, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down), np.float32)
