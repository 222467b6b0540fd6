import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.simulators.render.view import NEAR_M, View
from edge_agent.simulators.world.site import CameraAt
from edge_agent.simulators.world.sites import SITES, build

CAMERAS = [camera for name in SITES for camera in build(name).cameras]


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: f"{camera.name}-{camera.focal}")
def test_the_middle_of_the_picture_is_where_the_camera_looks(camera: CameraAt) -> None:
    view = View.of(camera)
    pixel, depth = view.project(np.array((*camera.look, 0.0)))
    assert pixel == pytest.approx(view.centre)
    assert depth > NEAR_M


@given(x=st.floats(0, 1279), y=st.floats(150, 719), index=st.integers(0, len(CAMERAS) - 1))
def test_a_pixel_of_the_road_goes_to_the_ground_and_back(x: float, y: float, index: int) -> None:
    view = View.of(CAMERAS[index])
    ground = view.ground(np.array((x, y)))
    pixel, _ = view.project(np.array((*ground, 0.0)))
    assert pixel == pytest.approx((x, y), abs=1e-6)


def test_above_the_horizon_is_no_ground() -> None:
    view = View.of(CAMERAS[0])
    assert np.isnan(view.ground(np.array((640.0, 0.0)))).all()


def test_a_smaller_picture_shows_the_same() -> None:
    whole, half = View.of(CAMERAS[0]), View.of(CAMERAS[0], (640, 360))
    point = np.array((5.0, -150.0, 1.0))
    big, small = whole.project(point)[0], half.project(point)[0]
    assert (small + 0.5) * 2 == pytest.approx(big + 0.5)


def test_up_is_up_and_right_is_right() -> None:
    view = View.of(CAMERAS[0])
    x, y = CAMERAS[0].look
    foot, head, east = (
        view.project(np.array(point))[0] for point in ((x, y, 0.0), (x, y, 1.0), (x + 1.0, y, 0.0))
    )
    assert head[1] < foot[1]
    assert east[0] > foot[0]  # it looks north


def test_a_polygon_is_cut_at_the_near_plane() -> None:
    view = View.of(CAMERAS[0])
    behind = view.eye - 5 * view.axes[2]
    ahead = view.eye + 5 * view.axes[2]
    side = view.axes[0]
    cut = view.polygon(np.array((behind, ahead, ahead + side, behind + side)))
    assert cut is not None
    assert len(cut) == 4
    assert np.isfinite(cut).all()
    assert view.polygon(np.array((behind, behind + side, behind - side))) is None
