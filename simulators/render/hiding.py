"""Who is hidden by whom: a coarse picture of who is in front."""

import cv2
import numpy as np

from edge_agent.simulators.render.cast import Cast
from edge_agent.simulators.render.view import Floats

_COARSE = 4


class Hiding:
    """Filled back to front with the outlines of everything painted."""

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self._front = np.zeros((-(-height // _COARSE), -(-width // _COARSE)), np.int16)
        self._count = 0

    def put(self, cast: Cast) -> None:
        """Put something before all that was put before it."""
        self._count += 1
        cast.index = self._count
        pixels = cast.pixels / _COARSE
        hulls = cast.solid.hulls
        if cast.small:
            hulls = [np.concatenate(hulls)]
        for hull in hulls:
            points = np.clip(pixels[hull], -4000, 4000).round().astype(np.int32)
            outline = cv2.convexHull(points)
            cv2.fillConvexPoly(self._front, outline, self._count)
        cast.own_area = int(np.count_nonzero(self._around(cast) == self._count))

    def visible(self, cast: Cast) -> float:
        """Share of its outline in the picture that nothing later hides."""
        if cast.own_area == 0:
            return 1.0  # smaller than what is looked at here
        return int(np.count_nonzero(self._around(cast) == cast.index)) / cast.own_area

    def shown(
        self, cast: Cast, box: tuple[float, float, float, float]
    ) -> tuple[float, float, float, float]:
        """The part of ``box`` (its own within the picture) where something of it shows.

        Sides are as exact as the box where nothing hides them, else a few pixels coarse.
        """
        if cast.own_area == 0:
            return box
        rows, columns = self._window(cast)
        mine = self._front[rows, columns] == cast.index
        across, down = np.flatnonzero(mine.any(axis=0)), np.flatnonzero(mine.any(axis=1))
        if not len(across):
            return box
        x1, y1 = (
            (first + start) * _COARSE
            for first, start in ((across[0], columns.start), (down[0], rows.start))
        )
        x2, y2 = (
            (last + start + 1) * _COARSE
            for last, start in ((across[-1], columns.start), (down[-1], rows.start))
        )
        near = 2 * _COARSE
        return (
            box[0] if x1 - box[0] < near else float(x1),
            box[1] if y1 - box[1] < near else float(y1),
            box[2] if box[2] - x2 < near else float(x2),
            box[3] if box[3] - y2 < near else float(y2),
        )

    def shows(self, cast: Cast, points: Floats) -> float:
        """Share of the pixels (…, 2) that lie in the picture and are not hidden."""
        spots = np.floor(points / _COARSE).astype(int).reshape(-1, 2)
        width, height = self._size
        inside = (
            (points.reshape(-1, 2) >= 0).all(axis=1)
            & (points.reshape(-1, 2)[:, 0] < width)
            & (points.reshape(-1, 2)[:, 1] < height)
        )
        rows = np.clip(spots[:, 1], 0, self._front.shape[0] - 1)
        columns = np.clip(spots[:, 0], 0, self._front.shape[1] - 1)
        # What lies on its edge may belong to the background in so coarse a picture.
        free = self._front[rows, columns] <= cast.index
        return float((inside & free).mean())

    def _around(self, cast: Cast) -> np.ndarray:
        return self._front[self._window(cast)]

    def _window(self, cast: Cast) -> tuple[slice, slice]:
        high, wide = self._front.shape
        x1, y1, x2, y2 = (value / _COARSE for value in cast.box)
        rows = slice(max(0, int(y1) - 1), max(0, min(high, int(y2) + 2)))
        columns = slice(max(0, int(x1) - 1), max(0, min(wide, int(x2) + 2)))
        return rows, columns
