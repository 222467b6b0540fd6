"""A camera of known geometry looks at a road; speeds and widths must come back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.vision.ground import Ground, Mark, Path, Speed

FPS = 10.0


def seen(x: float, y: float, *, height: float = 6.0, tilt: float = 0.35) -> tuple[float, float]:
    """A pinhole at ``height`` metres, tilted down; the road's X aside, Y ahead, in shares."""
    down, ahead = np.cos(tilt), np.sin(tilt)
    depth = y * down + height * ahead
    return 0.5 + 0.9 * x / depth, 0.5 + 1.6 * (height * down - y * ahead) / depth


def marks(places: list[tuple[float, float]]) -> list[Mark]:
    return [(*seen(x, y), x, y) for x, y in places]


CORNERS = [(-4.0, 10.0), (4.0, 10.0), (-4.0, 40.0), (4.0, 40.0)]
GROUND = Ground(marks(CORNERS))


@given(st.floats(-6, 6), st.floats(8, 60))
def test_places_on_the_road_come_back(x: float, y: float) -> None:
    found = GROUND.at(*seen(x, y))
    assert found is not None
    assert found == pytest.approx((x, y), abs=0.01 + y * 0.001)


def test_the_sky_is_no_road() -> None:
    assert GROUND.at(0.5, -0.2) is None


def test_a_wrong_mark_shows_in_the_error() -> None:
    assert GROUND.error_m < 0.01
    wrong = marks([*CORNERS, (0.0, 20.0)])
    wrong[-1] = (*wrong[-1][:2], 0.0, 23.0)
    assert Ground(wrong).error_m > 0.5


@pytest.mark.parametrize(
    "places",
    [
        CORNERS[:3],
        [(0.0, 10.0), (0.0, 20.0), (0.0, 30.0), (0.0, 40.0)],
        [(1.0, 10.0)] * 4,
    ],
)
def test_points_that_fix_nothing_are_refused(places: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="points"):
        Ground(marks(places))


def test_a_swapped_mark_is_refused() -> None:
    swapped = marks(CORNERS)
    swapped[2], swapped[3] = (*swapped[2][:2], *swapped[3][2:]), (*swapped[3][:2], *swapped[2][2:])
    with pytest.raises(ValueError, match="horizon"):
        Ground(swapped)


def driven(kmh: float, seconds: float, *, noise: float = 0.0, start: float = 12.0) -> Path:
    draw = np.random.default_rng(3)
    path = Path()
    for index in range(round(seconds * FPS)):
        t = index / FPS
        x, y = seen(1.0, start + kmh / 3.6 * t)
        at = GROUND.at(x + draw.normal(0, noise), y + draw.normal(0, noise))
        assert at is not None
        path.add(t, at, 1.8)
    return path


@pytest.mark.parametrize("kmh", [12, 35, 60])
def test_speed_is_the_slope_of_the_path(kmh: int) -> None:
    speed = driven(kmh, 2.0, noise=0.002).speed(1.0)
    assert isinstance(speed, Speed)
    assert speed.value == pytest.approx(10 * kmh, rel=0.05)
    assert abs(speed.value - 10 * kmh) <= 4 * speed.spread


def test_one_wild_box_bends_nothing() -> None:
    path = driven(40, 1.5)
    path.add(1.5, (9.0, 70.0), 1.8)
    speed = path.speed(1.0)
    assert isinstance(speed, Speed)
    assert speed.value == pytest.approx(400, rel=0.03)


def test_what_cannot_be_measured_says_why() -> None:
    assert Path().speed(0.0) == "too-short"
    assert driven(40, 0.3).speed(0.0) == "too-short"
    assert driven(40, 2.0, noise=0.08, start=30).speed(1.0) == "unsteady"


@pytest.mark.parametrize(("width", "size"), [(0.8, "small"), (1.9, "medium"), (2.6, "large")])
def test_size_is_voted(width: float, size: str) -> None:
    path = Path()
    assert path.size() is None
    for index in range(9):
        path.add(index / FPS, (0.0, 10.0 + index), 4.0 if index == 5 else width)
    assert path.size() == size
