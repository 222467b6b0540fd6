"""The weights that ship, on pictures of the simulated road that nobody trained on."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.simulators.render.renderer import Renderer
from edge_agent.simulators.render.seen import Seen
from edge_agent.simulators.render.watch import Watch, camera_of
from edge_agent.simulators.world.world import World
from edge_agent.vision.nets.manifest import models
from edge_agent.vision.plates.finder import Finder, PlateBox

pytestmark = pytest.mark.slow

_SEED = 42
_WIDE_PX = 40.0


@dataclass(frozen=True)
class Road:
    picture: NDArray[np.uint8]
    vehicles: tuple[Seen, ...]


@pytest.fixture(scope="module")
def finder() -> Finder:
    net, entry = models().open("finder")
    return Finder(net, entry.thresholds)


@pytest.fixture(scope="module")
def road() -> list[Road]:
    """A dozen frames with vehicles whose plate is whole and wide enough to be read."""
    world = World("toll-plaza", _SEED, 0)
    camera = camera_of(world.site, "anpr-rear")
    watch = Watch(world, camera, Renderer(world.site, camera, _SEED, "day", zoom=1.6))
    watch.skip_to(150_000)
    found: list[Road] = []
    for second in range(90):
        shot, _ = watch.at(150_000 + second * 1000)
        good = tuple(one for one in shot.seen if _readable(one, shot.picture.shape[:2]))
        if good:
            grey = cv2.cvtColor(shot.picture, cv2.COLOR_BGR2GRAY)
            found.append(Road(np.asarray(grey, np.uint8), good))
        if len(found) == 12:
            break
    return found


def _readable(seen: Seen, size: tuple[int, ...]) -> bool:
    plate = seen.plate
    if plate is None or plate.visible < 1 or plate.px < _WIDE_PX:
        return False
    corners = np.array(plate.quad)
    return bool((corners > 1).all() and (corners < (size[1] - 1, size[0] - 1)).all())


def _error(plate: PlateBox, seen: Seen) -> float:
    """Mean distance of the corners as a share of the plate's width."""
    assert seen.plate is not None
    off = plate.corners - np.array(seen.plate.quad)
    return float(np.hypot(*off.T).mean()) / seen.plate.px


def test_plates_are_found_on_their_vehicles(finder: Finder, road: list[Road]) -> None:
    errors = []
    for frame in road:
        for seen in frame.vehicles:
            plates = finder.find_on(frame.picture, seen.box)
            errors.append(min((_error(plate, seen) for plate in plates), default=9.0))
    assert len(errors) >= 8
    assert np.mean(np.array(errors) < 0.15) >= 0.9


def test_plates_are_found_in_the_whole_picture(finder: Finder, road: list[Road]) -> None:
    errors = []
    for frame in road:
        plates = finder.find(frame.picture)
        errors += [
            min((_error(one, seen) for one in plates), default=9.0) for seen in frame.vehicles
        ]
    assert np.mean(np.array(errors) < 0.15) >= 0.9


def test_a_picture_that_is_a_plate_is_found(finder: Finder, road: list[Road]) -> None:
    frame = road[0]
    plate = frame.vehicles[-1].plate
    assert plate is not None
    (x1, y1), (x2, y2) = np.min(plate.quad, axis=0), np.max(plate.quad, axis=0)
    more = 0.3 * (x2 - x1)
    left, top = max(0, int(x1 - more)), max(0, int(y1 - more))
    cut = frame.picture[top : int(y2 + more), left : int(x2 + more)]
    close_up = cv2.resize(cut, None, fx=9, fy=9, interpolation=cv2.INTER_CUBIC)
    assert finder.find(np.asarray(close_up, np.uint8))


@pytest.mark.parametrize("tone", [0, 128, 255])
def test_nothing_is_found_in_nothing(finder: Finder, tone: int) -> None:
    assert finder.find(np.full((480, 640), tone, np.uint8)) == []


def test_nothing_is_found_in_noise(finder: Finder) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (480, 640), np.uint8)
    assert finder.find(noise) == []
