"""How traffic usually moves at each place of the picture: a first guess for whoever appears there.

A vehicle's first two sights are where identities break: its velocity is not known yet. But the
place has seen others, and roads have lanes.
"""

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.frame import Floats

_CELLS = 96
_CELL = 16.0
"""Pixels; the grid covers pictures of up to 1536 pixels either way."""
_KNOWN = 6.0
_MEMORY = 200.0
_AGREE = 0.35
"""Spread of the velocities at a place, as a share of their mean, up to which they agree."""


class Flow:
    """Mean and spread of velocity, pixels a second, in cells of the picture. Points are 2×N."""

    def __init__(self) -> None:
        self._sums = np.zeros((4, _CELLS * _CELLS))
        """Of ones, of velocity across and down, and of squared speed; a column per cell."""

    def learn(self, centres: Floats, velocities: Floats) -> None:
        """These tracks are known to move like this here."""
        cell = _cells(centres)
        np.add.at(self._sums[0], cell, 1.0)
        np.add.at(self._sums[1], cell, velocities[0])
        np.add.at(self._sums[2], cell, velocities[1])
        np.add.at(self._sums[3], cell, (velocities**2).sum(axis=0))
        full = cell[self._sums[0].take(cell) > _MEMORY]
        self._sums[:, full] /= 2  # forget by halves

    def guess(self, centres: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Velocity to expect here, and whether the place is known and of one mind."""
        sums = self._sums.take(_cells(centres), axis=1)
        weight = sums[0]
        _, across, down, square = sums / np.maximum(weight, 1.0)
        length = across**2 + down**2
        known = (weight >= _KNOWN) & (square - length <= _AGREE**2 * length)
        return np.stack((across, down)) * known, known


def _cells(centres: Floats) -> NDArray[np.intp]:
    across, down = np.minimum(np.maximum(centres / _CELL, 0), _CELLS - 1).astype(np.intp)
    return np.asarray(down * _CELLS + across)
