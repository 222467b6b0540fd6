"""A calibrated pinhole camera: metres on the road to pixels and back."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.world.site import CameraAt

Floats = NDArray[np.float64]

NEAR_M = 0.5
"""What is nearer to the camera than this along its axis is not in the picture."""


@dataclass(frozen=True)
class View:
    """A camera's pose for a picture of a given size.

    Attributes:
        width: Pixels, likewise height.
        focal: Pixels.
        eye: Metres east, north and up.
        axes: Rows: to the right, down, and into the picture; unit vectors.
    """

    width: int
    height: int
    focal: float
    eye: Floats
    axes: Floats

    @classmethod
    def of(cls, camera: CameraAt, size: tuple[int, int] | None = None, zoom: float = 1.0) -> "View":
        """The pose of a site's camera, for a picture of ``size`` with the same width of view."""
        width, height = size or camera.size
        eye = np.array((camera.x, camera.y, camera.z))
        into = np.array((*camera.look, 0.0)) - eye
        into /= sqrt(float(into @ into))
        right = np.array((into[1], -into[0], 0.0))
        right /= sqrt(float(right @ right))
        axes = np.stack((right, np.cross(into, right), into))
        return cls(width, height, camera.focal * zoom * width / camera.size[0], eye, axes)

    @property
    def centre(self) -> Floats:
        """Where the optical axis meets the picture."""
        return np.array(((self.width - 1) / 2, (self.height - 1) / 2))

    def depth(self, points: Floats) -> Floats:
        """Distance along the axis of points (…, 3), metres."""
        found: Floats = (points - self.eye) @ self.axes[2]
        return found

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Pixels (…, 2) and depths (…) of points (…, 3); mind depths below ``NEAR_M``."""
        seen = (points - self.eye) @ self.axes.T
        depth = seen[..., 2]
        safe = np.maximum(depth, NEAR_M)
        return seen[..., :2] * (self.focal / safe)[..., None] + self.centre, depth

    def ground(self, pixels: Floats) -> Floats:
        """Points (…, 2) on the road under pixels (…, 2); NaN above the horizon."""
        flat = (pixels - self.centre) / self.focal
        rays = flat[..., :1] * self.axes[0] + flat[..., 1:] * self.axes[1] + self.axes[2]
        down = -rays[..., 2]
        with np.errstate(divide="ignore"):
            reach = np.where(down > 1e-6, self.eye[2] / down, np.nan)
        found: Floats = self.eye[:2] + rays[..., :2] * reach[..., None]
        return found

    def horizon(self) -> float:
        """Row of the picture in which the road ends; below 0 when it is above the picture."""
        # The horizon is where rays run level: focal · tan of the axis' fall above the centre.
        fall = -float(self.axes[2][2])
        return float(self.centre[1]) - self.focal * fall / sqrt(max(1e-9, 1 - fall * fall))

    def polygon(self, points: Floats) -> Floats | None:
        """Pixels of a polygon's part before the camera; None when nothing of it is."""
        depth = self.depth(points)
        if (depth < NEAR_M).all():
            return None
        if (depth < NEAR_M).any():
            points = _cut(points, depth)
        return self.project(points)[0]


def _cut(points: Floats, depth: Floats) -> Floats:
    """Clip at the near plane (Sutherland and Hodgman)."""
    kept = []
    for index in range(len(points)):
        here, before = depth[index], depth[index - 1]
        if (here < NEAR_M) != (before < NEAR_M):
            share = (NEAR_M - before) / (here - before)
            kept.append(points[index - 1] + (points[index] - points[index - 1]) * share)
        if here >= NEAR_M:
            kept.append(points[index])
    return np.array(kept)
