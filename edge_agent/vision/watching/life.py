"""Is there a living picture? Frozen and black are noticed from the pixels, not from the socket."""

from collections import deque
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np

from edge_agent.vision.frame import Grey

_THUMB = (64, 36)
_MEMORY_S = 2.0
_PAUSE_S = 5.0
"""Between two frames: the stream was interrupted, which says nothing about the picture."""


@dataclass(frozen=True, slots=True)
class LifeSettings:
    """When a picture is no picture.

    An encoder that repeats one picture does not repeat its pixels: every key picture trembles. So
    life is either something that moved, or sensor noise in most pictures of two seconds.

    Attributes:
        frozen_s: Seconds without a sign of life.
        moved: Levels of 255 by which a part of the picture (1/64 of its width) changes when
            something moves.
        noisy: Share of pixels that differ from one living picture to the next by noise alone.
        black_s: Seconds of darkness before it is called black.
        dark: Mean level below which, and
        flat: spread below which a picture is black: a night street has lamps.
    """

    frozen_s: float = 20.0
    moved: float = 6.0
    noisy: float = 0.08
    black_s: float = 5.0
    dark: float = 24.0
    flat: float = 4.0


class Life:
    """Looks at every analysed frame; each verdict is None until it is known."""

    def __init__(self, settings: LifeSettings | None = None) -> None:
        self._settings = settings or LifeSettings()
        self._before: Grey | None = None
        self._reference: Grey | None = None
        self._changed: deque[tuple[float, float]] = deque()
        self._t = self._alive_t = 0.0
        self._lit_t: float | None = None
        self.frozen: bool | None = None
        self.black: bool | None = None

    def step(self, t: float, picture: Grey) -> None:
        """Look at one frame."""
        thumb = cv2.resize(picture, _THUMB, interpolation=cv2.INTER_AREA)
        self._look_for_light(t, thumb)
        self._look_for_life(t, picture, thumb)
        self._before, self._t = picture, t

    def _look_for_light(self, t: float, thumb: Grey) -> None:
        own = self._settings
        if thumb.mean() >= own.dark or thumb.std() >= own.flat:
            self._lit_t, self.black = t, False
        elif self._lit_t is None:
            self._lit_t = t
        elif t - self._lit_t >= own.black_s:
            self.black = True

    def _look_for_life(self, t: float, picture: Grey, thumb: Grey) -> None:
        own = self._settings
        if (
            self._before is None
            or self._reference is None
            or self._before.shape != picture.shape
            or not 0 <= t - self._t <= _PAUSE_S
        ):
            self._reference, self._alive_t = thumb, t
            self._changed.clear()
            return
        different = np.count_nonzero(cv2.absdiff(picture, self._before)) / picture.size
        self._changed.append((t, different))
        while self._changed[0][0] < t - _MEMORY_S:
            self._changed.popleft()
        moved = cv2.absdiff(thumb, self._reference).max() >= own.moved
        noisy = (
            t - self._changed[0][0] >= _MEMORY_S / 2
            and median(share for _, share in self._changed) >= own.noisy
        )
        if moved or noisy:
            self._reference, self._alive_t = thumb, t
            self.frozen = False
        elif self.black:
            self._alive_t = t  # black says enough
        elif t - self._alive_t >= own.frozen_s:
            self.frozen = True
