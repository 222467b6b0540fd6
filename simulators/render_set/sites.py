"""Cameras of the sites, in worlds that nobody is measured on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import hypot
from random import Random
from typing import Literal

from edge_agent.simulators.world.network import Network
from edge_agent.simulators.world.site import CameraAt
from edge_agent.simulators.world.sites import SITES
from edge_agent.simulators.world.traffic import Traffic
from edge_agent.simulators.world.world import Pose, World

MEASURED = 9000
"""Worlds with this seed or a higher one are for measuring only."""

Where = Literal["sites", "gates", "bridges", "seldom"]
"""Every camera of the sites; plate cameras with a long vehicle close by, part of it beyond the
picture, or with nobody; footbridges over an arm of the junction; footbridges and cameras that watch
a whole road on which those are many who are few elsewhere."""

_WARM_S = (40, 150)
_LONG_M = 5.2
_ARM_M = (90.0, 215.0)
_BRIDGE_FOCAL = 600
_BRIDGE_NEAR_M = 18.0
_LOOKS = 400
_SELDOM = {"bicycle": 10.0, "light_truck": 3.0, "truck2": 2.0, "truck3": 2.0}


@dataclass(frozen=True)
class _Manner:
    """How a kind of set looks at the sites.

    Attributes:
        cameras: Site and camera, in turn.
        demands: Traffic as shares of the usual.
        apart_s: Between two moments, and between two looks for somebody near.
        focal: Of another crew's lens, as a share of the site's own.
        long: Share of the pictures that wait for a long vehicle.
        idle: Share that wait for nobody: before a plate camera the road is mostly empty.
        many: Models that are so many times as many as they are elsewhere.
    """

    cameras: Sequence[tuple[str, str]]
    demands: Sequence[float]
    apart_s: tuple[float, float]
    focal: tuple[float, float]
    long: float
    idle: float
    many: Mapping[str, float]


class _More(Traffic):
    """Traffic with more of those who are few: as many as it takes to know them."""

    def __init__(self, network: Network, many: Mapping[str, float]) -> None:
        super().__init__(network)
        self.entries = tuple(
            replace(entry, mix=tuple((name, by * many.get(name, 1.0)) for name, by in entry.mix))
            for entry in network.entries
        )


_ALL = tuple((name, camera) for name, build in SITES.items() for camera in build().cameras)
_MANNERS: dict[Where, _Manner] = {
    "sites": _Manner(
        [(site, camera.name) for site, camera in _ALL],
        (0.8, 1.5, 2.5, 3.5), (1.5, 6.0), (0.6, 1.2), 0.0, 0.0, {},
    ),
    "gates": _Manner(
        [(site, one.name) for site, one in _ALL if one.plates and site != "junction"],
        (0.8, 1.5, 2.5, 3.5), (0.2, 0.6), (0.8, 1.15), 0.6, 0.3, {"bus": 4.0},
    ),
    "bridges": _Manner(
        [("junction", "")],
        (1.5, 2.0, 2.5, 3.5), (0.5, 2.0), (0.75, 1.3), 0.6, 0.0, {},
    ),
    "seldom": _Manner(
        [
            *(("junction", ""),) * 2,
            *((site, one.name) for site, one in _ALL if not one.plates and site == "junction"),
        ],
        (1.0, 1.5, 2.0), (1.5, 6.0), (0.75, 1.3), 0.0, 0.0, _SELDOM,
    ),
}  # fmt: skip


class SiteScene:
    """One camera of a site, mounted nearly as it is, and traffic at moments some seconds apart."""

    def __init__(
        self, number: int, size: tuple[int, int], chance: Random, where: Where = "sites"
    ) -> None:
        self._manner = own = _MANNERS[where]
        # Every camera in turn, so that even a small set has all of them.
        site, name = own.cameras[number % len(own.cameras)]
        self.seed = chance.randrange(1, MEASURED)
        demand, traffic = chance.choice(own.demands), partial(_More, many=own.many)
        self._world = World(site, self.seed, 0, demand=demand, traffic=traffic)
        self.site = self._world.site
        there = (one for one in self.site.cameras if one.name == name)
        camera = next(there) if name else _bridge(chance)
        self.camera = _moved(camera, size, own.focal, chance)
        self._now_ms = 1000 * chance.randrange(*_WARM_S)

    def traffic(self, chance: Random) -> list[Pose]:
        """Who is there at the next moment; a plate camera mostly waits for somebody."""
        own = self._manner
        drawn = chance.random() if own.long else 1.0
        long, idle = drawn < own.long, own.long <= drawn < own.long + own.idle
        for _ in range(_LOOKS if long else 40):
            self._now_ms += round(1000 * chance.uniform(*own.apart_s))
            self._world.advance_to(self._now_ms)
            poses = self._world.vehicles()
            if idle or self._worth(poses, long=long):
                break
        return poses

    def _worth(self, poses: Sequence[Pose], *, long: bool) -> bool:
        if long:
            return any(pose.vehicle.length > _LONG_M and self._close(pose) for pose in poses)
        return not self.camera.plates or any(self._near(pose) for pose in poses)

    def _near(self, pose: Pose) -> bool:
        half = pose.vehicle.length / 2
        dx = pose.x - pose.ux * half - self.camera.look[0]
        dy = pose.y - pose.uy * half - self.camera.look[1]
        return dx * dx + dy * dy < (half + 2.5) ** 2

    def _close(self, pose: Pose) -> bool:
        """From just before the place looked at to a length behind it; or in a bridge's nearer half.

        The front is what the pose tells.
        """
        look, long = self.camera.look, pose.vehicle.length
        dx, dy = look[0] - pose.x, look[1] - pose.y
        if not self.camera.plates:
            return hypot(dx + pose.ux * long / 2, dy + pose.uy * long / 2) < _BRIDGE_NEAR_M
        along, aside = dx * pose.ux + dy * pose.uy, abs(dx * pose.uy - dy * pose.ux)
        return aside < 2.5 and -long - 1.5 < along < 3.5


def _bridge(chance: Random) -> CameraAt:
    """On a footbridge over the middle of the junction's north or south arm."""
    arm, away = chance.choice((-1, 1)), chance.uniform(*_ARM_M)
    inwards = chance.uniform(11, 22) * chance.choice((1, 1, 1, -1))
    return CameraAt(
        "bridge", chance.gauss(0, 3), arm * away, chance.uniform(7, 12),
        (chance.gauss(0, 2), arm * (away - inwards)), _BRIDGE_FOCAL,
    )  # fmt: skip


def _moved(
    camera: CameraAt, size: tuple[int, int], lens: tuple[float, float], chance: Random
) -> CameraAt:
    """As another crew would have mounted it."""
    far = 0.6 if camera.plates else 4.0
    dx, dy = chance.gauss(0, far), chance.gauss(0, far)
    aside = chance.gauss(0, far / 4), chance.gauss(0, far / 4)
    focal = camera.focal * chance.uniform(*lens) * size[0] / camera.size[0]
    return replace(
        camera,
        x=camera.x + dx,
        y=camera.y + dy,
        z=max(4.0, camera.z + chance.gauss(0, 1.2)),
        look=(camera.look[0] + aside[0], camera.look[1] + aside[1]),
        focal=round(focal),
        size=size,
    )
