"""Pictures of cameras that see nothing: no signal, a test card, a lens that is covered or dirty."""

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.random import Generator

SHARE = 0.004
"""Of all views. A net that was never shown any takes snow for a lorry that fills the picture."""

_BARS = np.array(
    [(192, 192, 192), (0, 192, 192), (192, 192, 0), (0, 192, 0), (192, 0, 192), (0, 0, 192),
     (192, 0, 0)], np.uint8,
)  # fmt: skip


def blind(shape: tuple[int, int], chance: Generator) -> MatLike:
    """One such picture of this width and height, BGR."""
    makers = (_snow, _snow, _flat, _bars, _covered)
    return makers[chance.integers(len(makers))](shape, chance)


def _snow(shape: tuple[int, int], chance: Generator) -> MatLike:
    """Noise, grey or coloured, of fine or coarse grain, dim or full."""
    grain, colours = int(chance.integers(1, 9)), 3 if chance.random() < 0.5 else 1
    small = (-(-shape[1] // grain), -(-shape[0] // grain), colours)
    deep = chance.uniform(10, 256)
    noise = (chance.random(small) * deep + chance.uniform(0, 256 - deep)).astype(np.uint8)
    way = cv2.INTER_NEAREST if chance.random() < 0.5 else cv2.INTER_LINEAR
    noise = np.broadcast_to(noise, (*small[:2], 3))
    return cv2.resize(np.ascontiguousarray(noise), shape, interpolation=way)


def _flat(shape: tuple[int, int], chance: Generator) -> MatLike:
    """One colour: black, the blue of a recorder without a signal, any other."""
    colour = ((0, 0, 0), (200, 30, 10), tuple(chance.integers(0, 256, 3)))[chance.integers(3)]
    return np.full((shape[1], shape[0], 3), colour, np.uint8)


def _bars(shape: tuple[int, int], chance: Generator) -> MatLike:
    """A test card's colour bars, a part of them at times."""
    first = chance.integers(len(_BARS) - 2)
    return cv2.resize(_BARS[None, first:], shape, interpolation=cv2.INTER_NEAREST)


def _covered(shape: tuple[int, int], chance: Generator) -> MatLike:
    """Cloth, a leaf, dirt right before the lens: a few large soft patches."""
    patches = chance.integers(0, 160, (int(chance.integers(2, 5)), int(chance.integers(2, 6)), 3))
    return cv2.resize(patches.astype(np.uint8), shape, interpolation=cv2.INTER_CUBIC)
