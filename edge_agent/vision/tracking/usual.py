"""How high two-wheelers usually stand in a picture, learned from those that are seen clearly.

On a plane road under a level camera what stands on the road is as high in the picture as its foot
is below the horizon, times its own height in the camera's heights above the road. Riders are alike
in height; so a straight line over the row of the foot tells, for any camera, without measuring it.
"""

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.frame import Floats

_ENOUGH = 60
"""Sights from which it is believed."""
_MANY = 10_000
"""Sights after which half is forgotten: a camera is turned now and then."""
_LIKE = 0.6, 1.6
"""A sight that is lower or higher than so many usual ones teaches nothing: half a rider, two."""
_TRIAL = 500
"""Of so many sights most are like the line, or it is of another view: it is learned anew."""


class Usual:
    """A line of least squares through feet and heights, pixels."""

    def __init__(self) -> None:
        self._restart()

    def _restart(self) -> None:
        self._sums = np.zeros(5)
        """Of ones, feet, their squares, heights, feet times heights."""
        self._slope, self._base = 0.0, 0.0
        self._tried = self._refused = 0

    def __call__(self, feet: Floats) -> Floats:
        """Usual heights, pixels, of two-wheelers with the foot in these rows; none known: 0."""
        usual: Floats = np.maximum(self._slope * feet + self._base, 0.0)
        return usual

    def learn(self, feet: Floats, heights: Floats) -> None:
        """Two-wheelers that are seen clearly and whole."""
        if self._known():
            usual = self(feet)
            like = (heights > _LIKE[0] * usual) & (heights < _LIKE[1] * usual)
            self._try(like)
            feet, heights = feet[like], heights[like]
        if not len(feet):
            return
        self._sums += np.array(
            (len(feet), feet.sum(), feet @ feet, heights.sum(), feet @ heights), float
        )
        if self._sums[0] > _MANY:
            self._sums /= 2
        if self._known():
            self._draw(*self._sums.tolist())

    def _known(self) -> bool:
        return bool(self._sums[0] >= _ENOUGH)

    def _draw(self, count: float, foot: float, feet: float, height: float, both: float) -> None:
        spread = feet - foot * foot / count
        # All in one row: nothing is known of others, so they are taken to be alike.
        self._slope = (both - foot * height / count) / spread if spread > count else 0.0
        self._base = (height - self._slope * foot) / count

    def _try(self, like: NDArray[np.bool_]) -> None:
        self._tried += len(like)
        self._refused += int(np.count_nonzero(~like))
        if self._tried < _TRIAL:
            return
        if 2 * self._refused > self._tried:
            self._restart()
        self._tried = self._refused = 0
