"""How fast one core paints the road as a camera sees it."""

import time

import cv2

from edge_agent.simulators.render.renderer import Renderer
from edge_agent.simulators.world.chance import stream
from edge_agent.simulators.world.site import Site
from edge_agent.simulators.world.sites import build
from edge_agent.simulators.world.vehicles import CITY, make
from edge_agent.simulators.world.world import Pose
from tests.bench.measure import Figure, Measure

SUITE = "devices"

VEHICLES = 40
TARGET_FPS = 15.0
_SCENES = (("day", False), ("night", False), ("day", True))


def crowd(count: int) -> list[Pose]:
    """Vehicles by the city's mix, spread over what the junction's first camera sees."""
    chance = stream(7, "bench-render")
    found = []
    for index in range(count):
        vehicle = make(7, index + 1, CITY)
        lane = index % 6
        y = -188.0 + index // 6 * 13.0 + 4 * chance.random()
        x = 2.0 + 3.5 * lane if lane < 3 else -2.0 - 3.5 * (lane - 3)
        ahead = 1.0 if lane < 3 else -1.0
        found.append(Pose(vehicle, x, y, 0.0, ahead, 9.0, "s-outer", 3.0, False, None))
    return found


def frames_per_second(site: Site, scene: str, *, rain: bool, frames: int) -> tuple[float, int]:
    """Pictures of 1280×720 a core second, and the fewest vehicles in one."""
    cv2.setNumThreads(1)
    renderer = Renderer(site, site.cameras[0], 7, scene, rain=rain)
    poses = crowd(VEHICLES)
    renderer.render(poses, {}, 0)
    began = time.process_time()
    shown = min(len(renderer.render(poses, {}, number).seen) for number in range(frames))
    return frames / (time.process_time() - began), shown


def _speed(quick: bool) -> list[Figure]:
    site = build("junction")
    figures = []
    for scene, rain in _SCENES:
        fps, shown = frames_per_second(site, scene, rain=rain, frames=20 if quick else 80)
        figures.append(
            Figure(
                f"camera: 1280×720, {'rain' if rain else scene}, pictures a core second",
                fps,
                "1/s",
                f"≥ {TARGET_FPS:.0f} with {VEHICLES} vehicles",
                fps >= TARGET_FPS and shown >= VEHICLES,
                f"{shown} vehicles in the picture",
            )
        )
    return figures


MEASURES = [Measure("render", _speed)]
