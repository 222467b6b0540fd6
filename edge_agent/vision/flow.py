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
        self._weight = np.zeros((_CELLS, _CELLS))
        self._sum = np.zeros((2, _CELLS, _CELLS))
        self._square = np.zeros((_CELLS, _CELLS))

    def learn(self, centres: Floats, velocities: Floats) -> None:
        """These tracks are known to move like this here."""
        row, column = _cells(centres)
        np.add.at(self._weight, (row, column), 1.0)
        np.add.at(self._sum[0], (row, column), velocities[0])
        np.add.at(self._sum[1], (row, column), velocities[1])
        np.add.at(self._square, (row, column), (velocities**2).sum(axis=0))
        old = self._weight > _MEMORY
        if old.any():  # forget by halves
            self._weight[old] /= 2
            self._sum[:, old] /= 2
            self._square[old] /= 2

    def guess(self, centres: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Velocity to expect here, and whether the place is known and of one mind."""
        row, column = _cells(centres)
        weight = self._weight[row, column]
        safe = np.maximum(weight, 1.0)
        mean = self._sum[:, row, column] / safe
        length = (mean**2).sum(axis=0)
        spread = self._square[row, column] / safe - length
        known = (weight >= _KNOWN) & (spread <= _AGREE**2 * length)
        return np.where(known, mean, 0.0), known


def _cells(centres: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    cell = np.clip((centres / _CELL).astype(np.intp), 0, _CELLS - 1)
    return cell[1], cell[0]
