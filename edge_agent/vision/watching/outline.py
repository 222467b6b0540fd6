"""What stands still in a picture, as directions of its edges.

The mean of some seconds keeps the road and what stands beside it and smears whatever drives. Its
logarithm turns exposure into an offset, and an edge's direction, counted modulo 180°, is the same
whether the kerb is the bright or the dark side: light changes both all day long. Compare Fitch,
Kadyrov, Christmas and Kittler, "Orientation correlation", BMVC 2002.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.frame import Grey

Levels = NDArray[np.float32]
"""Height × width."""
Outline = NDArray[np.float32]
"""2 × height × width: strength of the edge times cosine and sine of twice its direction."""

WIDTH = 320
CELLS = (16, 9)
"""Columns and rows into which a picture is divided."""
_MEAN_S = 6.0
_NIGHT = 12.0
"""Levels added before the logarithm: darkness holds more noise than edges."""
_STRONGEST = 0.4
"""A lamp in the dark is one edge, not ten."""
_LOG = np.log(np.arange(256, dtype=np.float32) + np.float32(_NIGHT))


@dataclass(frozen=True, slots=True)
class Look:
    """One second's view.

    Attributes:
        fine: Outline of the mean picture, 320 wide.
        coarse: Outline of the same at half the size, which blur spares longer.
        light: Logarithm of luma by cell.
    """

    fine: Outline
    coarse: Outline
    light: Levels


class Gaze:
    """Running mean of what a camera sees."""

    def __init__(self) -> None:
        self._mean: Levels | None = None
        self._t = 0.0
        self._began = 0.0

    def look(self, t: float, picture: Grey) -> Look | None:
        """Take a picture in; None while the mean is too young to have lost what drives."""
        height = max(CELLS[1], round(WIDTH * picture.shape[0] / picture.shape[1]))
        small = cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)
        levels: Levels = _LOG[small]
        if self._mean is None or self._mean.shape != levels.shape or t <= self._t:
            self._mean, self._began = levels, t  # another picture, or a clock that was set back
        else:
            age = t - self._began
            share = (t - self._t) / min(_MEAN_S, max(age, t - self._t))
            cv2.accumulateWeighted(levels, self._mean, min(1.0, max(0.0, share)))
        self._t = t
        if t - self._began < _MEAN_S:
            return None
        half = cv2.pyrDown(self._mean)
        light = cv2.resize(self._mean, CELLS, interpolation=cv2.INTER_AREA)
        return Look(
            outline(self._mean),
            outline(np.asarray(half, np.float32)),
            np.asarray(light, np.float32),
        )


def outline(levels: Levels) -> Outline:
    """Direction and strength of the edges of a picture of logarithms.

    Less what is the same everywhere: that is the slant of the rain.
    """
    across = cv2.Sobel(levels, cv2.CV_32F, 1, 0, ksize=3, scale=0.25)
    down = cv2.Sobel(levels, cv2.CV_32F, 0, 1, ksize=3, scale=0.25)
    square = across * across + down * down
    weight = np.minimum(np.sqrt(square), np.float32(_STRONGEST)) / (square + np.float32(1e-9))
    found = np.stack([(across * across - down * down) * weight, 2 * across * down * weight])
    return np.asarray(found - found.mean(axis=(1, 2), keepdims=True), np.float32)


def by_cell(values: Levels) -> Levels:
    """Mean in each cell."""
    return np.asarray(cv2.resize(values, CELLS, interpolation=cv2.INTER_AREA), np.float32)
