"""How high vehicles of each class stand in this picture, learned from those beyond doubt.

A network takes a rider with a large box for a car, and people do not: it is no higher than the
riders around it. So what is usual for each class is learned from the camera's own vehicles, in
heights of two-wheelers that stand in the same row (``tracking.usual``), and a vote for a class
counts the less, the more the vehicle stands out of it. A camera at the height of a bonnet sees cars
and riders equally high, and learns that this says nothing.
"""

import numpy as np

from edge_agent.vision.frame import CLASSES, Floats

_ENOUGH = 20
"""Vehicles of a class from which it is known."""
_MANY = 2000
"""Vehicles of a class after which half of it is forgotten."""
_MEASURED = 0.08
"""Spread of measuring alone, logarithm: boxes tremble."""
_LEAST = 0.1
"""A vote never counts less than this: who is half hidden is low, and still what it is."""


class Statures:
    """Mean and spread of each class; statures are logarithms: a half is as far as a double."""

    def __init__(self) -> None:
        self._sums = np.zeros((3, len(CLASSES)))
        """Of ones, of statures and of their squares; a column per class."""

    def learn(self, kind: int, stature: float) -> None:
        """A vehicle that is surely of this class, by its place in ``CLASSES``."""
        self._sums[:, kind] += 1.0, stature, stature**2
        if self._sums[0, kind] > _MANY:
            self._sums[:, kind] /= 2

    def weights(self, statures: Floats) -> Floats:
        """What votes for each class count for vehicles of these statures (N): N×len(CLASSES).

        1 for a class of which too few were seen, and for a stature that is not known (nan).
        """
        count, total, squares = self._sums
        known = np.maximum(count, 1.0)
        mean = total / known
        spread = np.sqrt(np.maximum(squares / known - mean**2, 0.0) + _MEASURED**2)
        apart = (statures[:, None] - mean) / spread
        weights: Floats = np.maximum(np.exp(-0.5 * apart**2), _LEAST)
        weights[np.isnan(weights) | (count < _ENOUGH)] = 1.0
        return weights
