"""Cameras of the sites, in worlds that nobody is measured on."""

from dataclasses import replace
from random import Random

from edge_agent.simulators.world.site import CameraAt
from edge_agent.simulators.world.sites import SITES
from edge_agent.simulators.world.world import Pose, World

MEASURED = 9000
"""Worlds with this seed or a higher one are for measuring only."""

_CAMERAS = tuple((name, camera.name) for name, build in SITES.items() for camera in build().cameras)
_WARM_S, _APART_S = (40, 150), (1.5, 6.0)


class SiteScene:
    """One camera of a site, mounted nearly as it is, and traffic at moments some seconds apart."""

    def __init__(self, number: int, size: tuple[int, int], chance: Random) -> None:
        # Every camera in turn, so that even a small set has all of them.
        site, name = _CAMERAS[number % len(_CAMERAS)]
        seed, demand = chance.randrange(1, MEASURED), chance.choice((0.8, 1.5, 2.5, 3.5))
        self.seed = seed
        self._world = World(site, seed, 0, demand=demand)
        self.site = self._world.site
        camera = next(one for one in self.site.cameras if one.name == name)
        self.camera = _moved(camera, size, chance)
        self._now_ms = 1000 * chance.randrange(*_WARM_S)

    def traffic(self, chance: Random) -> list[Pose]:
        """Who is there at the next moment; a plate camera waits for somebody."""
        for _ in range(40):
            self._now_ms += round(1000 * chance.uniform(*_APART_S))
            self._world.advance_to(self._now_ms)
            poses = self._world.vehicles()
            if not self.camera.plates or any(self._near(pose) for pose in poses):
                break
        return poses

    def _near(self, pose: Pose) -> bool:
        half = pose.vehicle.length / 2
        dx = pose.x - pose.ux * half - self.camera.look[0]
        dy = pose.y - pose.uy * half - self.camera.look[1]
        return dx * dx + dy * dy < (half + 2.5) ** 2


def _moved(camera: CameraAt, size: tuple[int, int], chance: Random) -> CameraAt:
    """As another crew would have mounted it."""
    far = 0.6 if camera.plates else 4.0
    dx, dy = chance.gauss(0, far), chance.gauss(0, far)
    aside = chance.gauss(0, far / 4), chance.gauss(0, far / 4)
    focal = camera.focal * chance.uniform(0.6, 1.2) * size[0] / camera.size[0]
    return replace(
        camera,
        x=camera.x + dx,
        y=camera.y + dy,
        z=max(4.0, camera.z + chance.gauss(0, 1.2)),
        look=(camera.look[0] + aside[0], camera.look[1] + aside[1]),
        focal=round(focal),
        size=size,
    )
