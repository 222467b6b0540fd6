import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.vision.frame import Floats
from edge_agent.vision.tracking.likeness import cut, likeness

SIZE = (640, 360)
LEAST = 0.3

_SIDE = st.floats(10, 200)
_BOX = st.tuples(st.floats(0, 600), st.floats(0, 300), _SIDE, _SIDE).map(
    lambda one: (one[0], one[1], min(one[0] + one[2], 640.0), min(one[1] + one[3], 360.0))
)


def boxes(*rows: tuple[float, ...]) -> Floats:
    return np.array(rows, float).reshape(-1, 4).T


def alike(one: tuple[float, ...], other: tuple[float, ...], size: tuple[int, int] | None) -> float:
    """Likeness of two boxes, 0 if there is none to speak of."""
    a, b = boxes(one), boxes(other)
    _, _, scores = likeness(a, b, 0.3, 1e-6, (cut(a, size), cut(b, size)))
    return float(scores[0]) if len(scores) else 0.0


@pytest.mark.parametrize(
    ("box", "edges"),
    [
        ((100, 100, 200, 200), ""),
        ((100, 0, 200, 60), "u"),
        ((5, 100, 200, 355), "ld"),
        ((500, 100, 638, 200), "r"),
        ((0, 0, 640, 360), "lurd"),
        ((-4, 100, 20, 200), "l"),
    ],
)
def test_which_edges_cut_a_box(box: tuple[float, ...], edges: str) -> None:
    told = cut(boxes(box), SIZE)[:, 0]
    assert "".join(name for name, is_cut in zip("lurd", told, strict=True) if is_cut) == edges


def test_without_a_picture_nothing_is_cut() -> None:
    assert not cut(boxes((0, 0, 640, 360)), None).any()


def test_a_car_that_drives_into_the_picture_is_like_itself() -> None:
    """A tenth of a second apart, 40 km/h, one lane across the picture."""
    before, now = (190.0, 0.0, 470.0, 58.0), (176.0, 0.0, 487.0, 120.0)
    assert alike(before, now, None) < LEAST < 0.7 < alike(before, now, SIZE)


def test_who_leaves_below_is_not_who_comes_from_above() -> None:
    assert alike((176, 0, 487, 58), (160, 20, 480, 360), SIZE) < LEAST


@given(_BOX, _BOX)
def test_the_edge_takes_no_likeness_and_is_fair(
    one: tuple[float, ...], other: tuple[float, ...]
) -> None:
    known = alike(one, other, SIZE)
    assert alike(one, other, None) <= known <= 1 + 1e-9
    assert known == pytest.approx(alike(other, one, SIZE))


@given(_BOX)
def test_a_box_is_quite_like_itself(one: tuple[float, ...]) -> None:
    assert alike(one, one, SIZE) == pytest.approx(1.0)


def test_a_strip_at_the_edge_is_not_the_vehicle_that_filled_the_picture() -> None:
    """A lorry went by the lens; a moment later the next one's front shows at the upper edge."""
    filled = (0.0, 0.0, 640.0, 360.0)
    strip, rear = (60.0, 0.0, 600.0, 60.0), (60.0, 120.0, 600.0, 360.0)
    assert alike(filled, strip, SIZE) < LEAST < alike(filled, rear, SIZE)


def test_who_comes_round_the_corner_is_not_what_filled_most_of_the_picture() -> None:
    """A ghost on an empty road, and a car that shows at the left edge and the lower one."""
    ghost, car = (0.0, 80.0, 460.0, 355.0), (0.0, 200.0, 75.0, 355.0)
    assert alike(ghost, car, SIZE) < LEAST
    assert alike((0.0, 200.0, 230.0, 355.0), (0.0, 200.0, 150.0, 355.0), SIZE) > LEAST
