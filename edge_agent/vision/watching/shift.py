"""How far one outline lies from another: correlation of edge directions, all shifts at once."""

from dataclasses import dataclass
from math import hypot

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.watching.outline import Outline

Spectrum = NDArray[np.complex64]

SAME = 0.01
"""Share of the picture's width up to which a shift moves no counting line worth a word."""


@dataclass(frozen=True, slots=True)
class Match:
    """How well a view lies on another one.

    Attributes:
        here: Likeness, 0–1, where a camera that stands still has it.
        best: The greatest likeness at any shift.
        shift: That shift, across and down, as shares of the picture's width.
    """

    here: float
    best: float
    shift: tuple[float, float]

    @property
    def far(self) -> float:
        """Length of the shift, as a share of the picture's width."""
        return hypot(*self.shift)


def spectrum(coarse: Outline) -> Spectrum:
    """What ``match`` wants of an outline.

    Its spectrum is flattened by half: enough to make a street of parallel lines say where along
    them it lies, little enough to leave noise its place.
    """
    height, width = coarse.shape[1:]
    size = (width // 2 * 2, height // 2 * 2)
    across, down = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in coarse)
    found = np.fft.fft2(across + 1j * down).astype(np.complex64)
    size_of = np.sqrt(np.abs(found)) + np.float32(1e-9)
    flat = found / size_of
    length = float(np.sqrt(np.mean(np.abs(flat) ** 2))) + 1e-9
    return np.asarray(flat / np.float32(length), np.complex64)


def match(usual: Spectrum, now: Spectrum) -> Match:
    """Where ``now`` lies on ``usual``."""
    likeness = np.fft.ifft2(np.conj(usual) * now).real
    width = likeness.shape[1]
    reach = max(1, round(SAME * width))
    near = np.arange(-reach, reach + 1)
    here = float(likeness[np.ix_(near, near)].max())
    row, column = divmod(int(likeness.argmax()), width)
    across = _between(likeness[row], column)
    down = _between(likeness[:, column], row)
    return Match(here, float(likeness[row, column]), (across / width, down / width))


def _between(line: NDArray[np.float64], peak: int) -> float:
    """Top of the parabola through a peak and its neighbours; past the middle it is negative."""
    count = len(line)
    before, at, after = (float(line[(peak + step) % count]) for step in (-1, 0, 1))
    bend = before - 2 * at + after
    part = 0.5 * (before - after) / bend if bend else 0.0
    return (peak if peak < count / 2 else peak - count) + part
