"""From the picture to the road: a homography from measured points, and speed along it.

The road is taken as a plane. The middle of a box's lower edge stands on it, so a track's path in
the picture becomes a path in metres, and its slope a speed. Slopes are medians over all pairs of
points (Theil, 1950, and Sen, 1968): a box that jumps once bends nothing.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from math import hypot

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.device.readings import NoSpeed, Size
from edge_agent.vision.geometry import Point

Mark = tuple[float, float, float, float]
"""A point of the road: x and y in the picture (shares of it, 0–1), X and Y on the road, metres."""

FEWEST = 4
"""Points that fix a homography."""
_KMH = 36.0
"""0.1 km/h to 1 m/s."""
_KEPT = 40
"""Points of a path: four seconds at ten analysed frames a second."""
_NEAR_S = 1.0
"""Points this near in time to the crossing make its speed."""
_LEAST_POINTS, _LEAST_S, _LEAST_M = 5, 0.35, 2.0
_WORST = 0.2
"""Largest uncertainty of a speed that is told, as a share of it, with
``_STILL`` metres a second granted to those who crawl."""
_STILL = 0.5
_NARROW_M, _WIDE_M = 1.3, 2.25
"""Width on the road: two-wheelers stay below the first, cars between, trucks and buses above."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Along the road: 0.1 km/h, and how far that may be off (one standard error)."""

    value: int
    spread: int


class Ground:
    """The road plane of one camera.

    Args:
        marks: Four or more measured points.

    Attributes:
        error_m: Root of the mean squared distance between the marks and where the homography puts
            them, metres. Four marks always fit: it tells something from five on.

    Raises:
        ValueError: The points do not fix a plane.
    """

    def __init__(self, marks: Sequence[Mark]) -> None:
        if len(marks) < FEWEST:
            raise ValueError(f"{len(marks)} points: {FEWEST} or more fix the road")
        table = np.array(marks, float)
        picture, road = table[:, :2], table[:, 2:]
        _refuse_lines(picture, "in the picture")
        _refuse_lines(road, "on the road")
        matrix, _ = cv2.findHomography(picture, road, 0)
        if matrix is None or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-12:  # noqa: PLR2004 - singular
            raise ValueError("the points do not fix a plane")
        self._matrix = matrix.astype(np.float64)
        depth = _homogeneous(picture) @ matrix[2]
        if depth.min() * depth.max() <= 0:
            raise ValueError("the points lie on both sides of the horizon: is one mistyped?")
        self._side = float(np.sign(depth[0]))
        missed = self._project(picture) - road
        self.error_m = float(np.sqrt((missed**2).sum(axis=1).mean()))

    def at(self, x: float, y: float) -> Point | None:
        """The place on the road, metres; None at or above the horizon. ``x``, ``y`` are shares."""
        east, north, depth = (self._matrix @ (x, y, 1.0)).tolist()
        if depth * self._side <= 1e-9:  # noqa: PLR2004 - as good as the horizon
            return None
        return east / depth, north / depth

    def _project(self, picture: NDArray[np.float64]) -> NDArray[np.float64]:
        ahead = _homogeneous(picture) @ self._matrix.T
        result: NDArray[np.float64] = ahead[:, :2] / ahead[:, 2:]
        return result


class Path:
    """Where one vehicle was on the road, and how wide it stood there."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, float, float]] = deque(maxlen=_KEPT)
        self._widths: deque[float] = deque(maxlen=_KEPT)

    def add(self, t: float, at: Point, width_m: float) -> None:
        """Seen at ``t`` seconds, ``at`` metres, ``width_m`` wide."""
        self._points.append((t, *at))
        self._widths.append(width_m)

    def size(self) -> Size | None:
        """Size by the votes of all sights; None before the first."""
        if not self._widths:
            return None
        width = float(np.median(self._widths))
        return "small" if width < _NARROW_M else "medium" if width < _WIDE_M else "large"

    def speed(self, t: float) -> Speed | NoSpeed:
        """Speed around the moment ``t``."""
        near = [point for point in self._points if abs(point[0] - t) <= _NEAR_S]
        if len(near) < _LEAST_POINTS:  # first seen after the line, or lost before it
            near = list(islice(self._points, max(0, len(self._points) - 2 * _LEAST_POINTS), None))
        times, east, north = np.array(near, float).reshape(-1, 3).T
        if len(near) < _LEAST_POINTS or times[-1] - times[0] < _LEAST_S:
            return "too-short"
        ahead, ahead_spread = _slope(times, east)
        aside, aside_spread = _slope(times, north)
        value = hypot(ahead, aside)
        spread = hypot(ahead_spread, aside_spread)
        if spread > _WORST * value + _STILL * _WORST:
            far = hypot(east[-1] - east[0], north[-1] - north[0])
            return "unsteady" if far >= _LEAST_M else "too-short"
        return Speed(round(_KMH * value), max(1, round(_KMH * spread)))


def _slope(times: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[float, float]:
    """Median slope of all pairs and its standard error."""
    first, second = np.triu_indices(len(times), 1)
    slope = float(np.median((values[second] - values[first]) / (times[second] - times[first])))
    rest = values - slope * times
    noise = 1.4826 * float(np.median(np.abs(rest - np.median(rest))))  # MAD of a normal noise
    lever = float(np.sqrt(((times - times.mean()) ** 2).sum()))
    return slope, noise / lever


def _homogeneous(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([points, np.ones(len(points))])


def _refuse_lines(points: NDArray[np.float64], where: str) -> None:
    """Four points of which three or more lie on one line fix nothing."""
    centred = points - points.mean(axis=0)
    spread = np.linalg.svd(centred, compute_uv=False)
    if spread[1] < 1e-3 * spread[0]:
        raise ValueError(f"the points lie on one line {where}")
