"""Other light, noise and focus for a batch of windows; new in every pass."""

from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.models.finder.windows import SIDE

Pictures = NDArray[np.uint8]
Floats = NDArray[np.float32]

_MIRRORED = [1, 0, 3, 2]
_LEVELS = np.linspace(0, 1, 256, dtype=np.float32)
_BANK = 512


class Light:
    """Changes exposure, gamma, focus and noise.

    Args:
        seed: Of all that it draws.
    """

    def __init__(self, seed: int) -> None:
        self._chance = Random(f"{seed}/light")
        drawn = np.random.default_rng(seed).standard_normal((_BANK, _BANK), np.float32)
        self._noise = drawn  # one sheet of noise, cut anywhere, is cheaper than new noise

    def change(self, pictures: Pictures) -> Floats:
        """N×H×W, as another camera at another hour would have taken them, 0–255."""
        return np.stack([self._one(picture) for picture in pictures])

    def _one(self, picture: Pictures) -> Floats:
        chance = self._chance
        gamma, gain = np.exp(chance.gauss(0, 0.35)), np.exp(chance.gauss(0, 0.25))
        curve = _LEVELS**gamma * gain + chance.gauss(0, 0.06)
        lit = np.asarray(cv2.LUT(picture, np.clip(curve * 255, 0, 255).astype(np.uint8)), np.uint8)
        focus = chance.random()
        if focus < 0.15:
            lit = np.asarray(cv2.blur(lit, (3, 3)), np.uint8)
        elif focus > 0.92:
            half = cv2.resize(lit, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            lit = np.asarray(cv2.resize(half, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR))
        seen = lit.astype(np.float32)
        grain = chance.random() ** 3 * 23
        if grain > 1:
            y, x = chance.randrange(_BANK - SIDE), chance.randrange(_BANK - SIDE)
            seen += self._noise[y : y + SIDE, x : x + SIDE] * np.float32(grain)
        return np.clip(seen, 0, 255, out=seen)


def mirrored(pictures: Pictures, quads: Floats) -> tuple[Pictures, Floats]:
    """Left and right swapped; corners stay in order.

    Args:
        pictures: N×H×256.
        quads: N×K×4×2.
    """
    flipped = quads[:, :, _MIRRORED].copy()
    flipped[..., 0] = SIDE - flipped[..., 0]
    return np.ascontiguousarray(pictures[:, :, ::-1]), flipped
