"""Is there a living picture? Frozen and black are noticed from the pixels, not from the socket."""

from dataclasses import dataclass

import cv2
import numpy as np

from edge_agent.vision.frame import Floats, Grey

_THUMB = (64, 36)


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """When a picture is no picture.

    Attributes:
        frozen_s: Seconds without any change. Sensor noise alone changes a living picture.
        change: Least change of any thumbnail pixel, in levels of 255, that counts as life: an
            encoder that repeats one picture still trembles by less.
        black_s: Seconds of darkness before it is called black.
        dark: Mean level below which, and
        flat: spread below which a picture is black: a night street has lamps.
    """

    frozen_s: float = 12.0
    change: float = 0.6
    black_s: float = 5.0
    dark: float = 24.0
    flat: float = 4.0


class PictureWatch:
    """Pure state machine; every verdict is None until it is known."""

    def __init__(self, settings: WatchSettings | None = None) -> None:
        self._settings = settings or WatchSettings()
        self._reference: Floats | None = None
        self._moved_t = 0.0
        self._lit_t: float | None = None
        self.frozen: bool | None = None
        self.black: bool | None = None

    def step(self, t: float, picture: Grey) -> None:
        """Look at one frame."""
        own = self._settings
        thumb = cv2.resize(picture, _THUMB, interpolation=cv2.INTER_AREA).astype(float)
        if self._reference is None:
            self._reference, self._moved_t = thumb, t
        elif float(np.abs(thumb - self._reference).max()) >= own.change:
            self._reference, self._moved_t = thumb, t
            self.frozen = False
        elif t - self._moved_t >= own.frozen_s:
            self.frozen = True
        if thumb.mean() >= own.dark or thumb.std() >= own.flat:
            self._lit_t, self.black = t, False
        elif self._lit_t is None:
            self._lit_t = t
        elif t - self._lit_t >= own.black_s:
            self.black = True
