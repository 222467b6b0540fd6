from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.simulators.render.renderer import Renderer, Shot
from edge_agent.simulators.world.site import CameraAt
from edge_agent.simulators.world.sites import SITES, build
from edge_agent.simulators.world.vehicles import MODELS, Vehicle, make
from edge_agent.simulators.world.world import Pose, World

SMALL = (320, 180)
CAMERA: CameraAt = build("junction").cameras[0]


def vehicle(model: str, number: int = 1) -> Vehicle:
    return make(7, number, ((model, 1.0),))


def pose(what: Vehicle, x: float, y: float, *, speed: float = 0.0, brakes: bool = False) -> Pose:
    return Pose(what, x, y, 0.0, 1.0, speed, "s-outer", 3.0, brakes, None)


@lru_cache(maxsize=16)
def renderer(
    scene: str = "day", rain: bool = False, size: tuple[int, int] = SMALL, seed: int = 7
) -> Renderer:
    return Renderer(build("junction"), CAMERA, seed, scene, rain=rain, size=size)


def shot(
    *poses: Pose, scene: str = "day", rain: bool = False, size: tuple[int, int] = SMALL
) -> Shot:
    return renderer(scene, rain, size).render(poses, {}, 0)


@lru_cache(maxsize=1)
def street() -> list[Pose]:
    world = World("junction", 7, 0)
    world.advance_to(60_000)
    return world.vehicles()


@pytest.mark.parametrize(("scene", "rain"), [("day", False), ("night", True)])
def test_the_same_moment_is_the_same_picture_whatever_was_shown_before(
    scene: str, rain: bool
) -> None:
    poses = street()
    first = renderer(scene, rain).render(poses, {}, 5)
    renderer(scene, rain).render(poses[:3], {}, 6)
    fresh = Renderer(build("junction"), CAMERA, 7, scene, rain=rain, size=SMALL)
    again = fresh.render(poses, {}, 5)
    assert first.picture.tobytes() == again.picture.tobytes()
    assert first.seen == again.seen
    assert first.seen
    later = fresh.render(poses, {}, 6)
    assert later.picture.tobytes() != again.picture.tobytes()  # grain never stands still


def test_another_seed_is_another_street() -> None:
    one, other = (
        Renderer(build("junction"), CAMERA, seed, size=SMALL).render([], {}, 0).picture
        for seed in (1, 2)
    )
    assert np.abs(one.astype(int) - other).mean() > 2


def test_dusk_is_darker_than_day_and_night_than_dusk() -> None:
    poses = street()
    day, dusk, night = (
        float(shot(*poses, scene=scene).picture.mean()) for scene in ("day", "dusk", "night")
    )
    assert day > 1.3 * dusk
    assert dusk > 1.15 * night
    assert night > 3


@pytest.mark.parametrize("model", sorted(MODELS))
@pytest.mark.parametrize("scene", ["day", "night"])
def test_every_model_changes_the_picture_inside_its_box_and_hardly_elsewhere(
    model: str, scene: str
) -> None:
    empty = shot(scene=scene).picture.astype(int)
    full = shot(pose(vehicle(model), 5.0, -176.0), scene=scene)
    (seen,) = full.seen
    assert seen.visible == 1.0
    changed = np.abs(full.picture.astype(int) - empty).max(axis=2) > 14
    x1, y1, x2, y2 = (int(value) for value in seen.box)
    inside = changed[y1 : y2 + 1, x1 : x2 + 1]
    assert inside.mean() > 0.1
    if scene == "day":
        assert changed.sum() - inside.sum() < 1.2 * inside.size + 150  # only its shadow


def test_a_lorry_hides_the_motorbike_behind_it_and_not_the_other_way_round() -> None:
    lorry, bike = vehicle("truck4", 1), vehicle("motorbike", 2)
    behind = shot(pose(lorry, 4.0, -175.0), pose(bike, 3.6, -172.0)).seen
    assert [seen.number for seen in behind] == [2, 1]
    hidden, whole = behind
    assert hidden.visible < 0.5
    assert whole.visible == 1.0
    before = shot(pose(lorry, 4.0, -165.0), pose(bike, 4.0, -178.0)).seen
    assert [seen.number for seen in before] == [1, 2]
    assert before[1].visible == 1.0


def test_who_rides_beside_a_long_vehicle_on_the_cameras_side_is_in_front() -> None:
    lorry, bike = vehicle("semi6", 1), vehicle("motorbike", 2)
    near = shot(pose(lorry, 2.0, -165.0), pose(bike, 3.8, -168.0)).seen
    assert near[-1].number == 2
    far = shot(pose(lorry, 5.0, -165.0), pose(bike, 3.1, -172.0)).seen
    assert far[-1].number == 1


def test_a_plate_is_where_its_quad_says_and_readable_as_a_rectangle() -> None:
    site = build("junction")
    camera = site.cameras[2]
    whole = Renderer(site, camera, 7, size=(640, 360))
    bike = next(
        one
        for number in range(1, 50)
        if (one := vehicle("motorbike", number)).plate.state == "clean"
        and one.plate.colour == "white"
    )
    (seen,) = whole.render([pose(bike, 6.0, -174.4)], {}, 0).seen
    plate = seen.plate
    assert plate is not None
    assert plate.text == bike.plate.text
    assert plate.visible == 1.0
    quad = np.array(plate.quad)
    assert plate.px == pytest.approx(0.19 * whole.view.focal / 19.5, rel=0.15)
    (x1, y1), (x2, y2) = quad.min(axis=0).astype(int) + 2, quad.max(axis=0).astype(int) - 1
    metal = whole.render([pose(bike, 6.0, -174.4)], {}, 0).picture[y1:y2, x1:x2]
    assert metal.max() > 170  # ground
    assert metal.min() < 110  # ink


def test_motion_smears_along_the_way() -> None:
    bus = vehicle("bus")
    still, moving = (
        shot(pose(bus, 5.0, -172.0, speed=speed), scene="night", size=(640, 360)).picture
        for speed in (0.0, 30.0)
    )
    edges = [float(np.abs(np.diff(p[100:300].astype(int), axis=0)).mean()) for p in (still, moving)]
    assert edges[1] < edges[0]


def test_brake_lights_burn() -> None:
    car = vehicle("car")
    dark, lit = (
        shot(pose(car, 5.0, -176.0, brakes=brakes), size=(640, 360)).picture.astype(int)
        for brakes in (False, True)
    )
    red = (lit - dark)[..., 2]
    assert red.max() > 60
    assert red.max() > (lit - dark)[..., 0].max()


def test_signal_heads_show_the_worlds_lamps() -> None:
    world = World("junction", 7, 0)
    eye = CameraAt("close", 7.0, -135.0, 6.0, (7.0, -95.0), 1000)
    view = Renderer(world.site, eye, 7, "night", size=(640, 360))
    pictures: dict[str, NDArray[np.uint8]] = {}
    for second in range(1, 61):
        world.advance_to(second * 1000)
        state = world.signals("ctl2")
        pictures.setdefault(state.phases[2], view.render([], {"ctl2": state}, 0).picture)
    red, green = (pictures[aspect].astype(int) for aspect in "rg")
    difference = red - green
    assert difference[..., 2].max() > 60  # red where the red lamp burns
    assert difference[..., 1].min() < -60  # green where the green one does
    rows = [np.unravel_index(pick(flat), flat.shape)[0] for pick, flat in (
        (np.argmax, difference[..., 2]), (np.argmin, difference[..., 1]))]  # fmt: skip
    assert rows[0] < rows[1]


@pytest.mark.parametrize("size", [(64, 64), (66, 130)])
def test_odd_sizes_and_an_empty_road(size: tuple[int, int]) -> None:
    empty = Renderer(build("junction"), CAMERA, 7, "night", rain=True, size=size)
    found = empty.render([], {}, 0)
    assert found.picture.shape == (size[1], size[0], 3)
    assert found.seen == ()
    assert empty.render(street(), {}, 1).picture.dtype == np.uint8


@pytest.mark.parametrize("name", sorted(SITES))
def test_every_camera_of_every_site(name: str) -> None:
    world = World(name, 3, 0)
    world.advance_to(45_000)
    signals = {place.name: world.signals(place.name) for place in world.site.controllers}
    for camera in world.site.cameras:
        found = Renderer(world.site, camera, 3, "dusk", size=SMALL).render(
            world.vehicles(), signals, world.now_ms
        )
        assert found.picture.std() > 3
        for seen in found.seen:
            assert 0 <= seen.box[0] <= seen.box[2] <= SMALL[0]
            assert 0 <= seen.visible <= 1


def test_an_unknown_light_is_refused() -> None:
    with pytest.raises(ValueError, match="day, dusk, night"):
        Renderer(build("junction"), CAMERA, 7, "noon", size=SMALL)
