import numpy as np
import pytest

from edge_agent.vision.frame import Grey
from edge_agent.vision.watching.outline import Gaze, Look
from edge_agent.vision.watching.usual import Usual
from tests.vision.watching.street import street


def looked(*pictures: Grey) -> Look:
    gaze, found = Gaze(), None
    for second, picture in enumerate(pictures):
        found = gaze.look(second, picture)
    assert found is not None
    return found


def view(*, night: bool = False, dx: int = 0) -> Look:
    return looked(*(np.roll(street(second, night=night), dx, axis=1) for second in range(10)))


def taught(look: Look, seconds: float = 30) -> Usual:
    usual = Usual()
    for _ in range(round(seconds) + 1):
        usual.learn(look, 1.0)
    return usual


def test_nothing_can_be_compared_before_enough_is_learnt() -> None:
    look = view()
    assert Usual().compare(look) is None
    assert taught(look, 15).compare(look) is None
    assert taught(look).compare(look) is not None


def test_the_same_view_is_wholly_there() -> None:
    look = view()
    found = taught(look).compare(look)
    assert found is not None
    assert found.bare == 0
    assert (found.intact, found.sharp, found.light) == pytest.approx((1, 1, 1), abs=0.01)
    assert found.match.here == pytest.approx(1, abs=0.01)


def test_an_earlier_light_is_known_again_unless_the_camera_has_slid_since() -> None:
    usual = taught(view(), 150)
    assert not usual.seen_before(view(dx=20))
    for _ in range(900):
        usual.learn(view_by_night, 1.0)
    assert usual.seen_before(view())
    assert usual.crept == pytest.approx((0, 0), abs=0.005)


view_by_night = view(night=True)


def test_a_slow_slide_adds_up() -> None:
    usual = taught(view(), 150)
    slid = view(dx=6)
    for _ in range(3000):
        usual.learn(slid, 1.0)
    assert usual.crept[0] == pytest.approx(6 / 320, abs=1.5 / 320)


def test_what_is_accepted_is_usual_at_once() -> None:
    usual = taught(view())
    usual.accept(view_by_night)
    found = usual.compare(view_by_night)
    assert found is not None
    assert found.match.here == pytest.approx(1, abs=0.01)


def test_a_picture_without_structure_accuses_nobody() -> None:
    plain = looked(*(np.full((180, 320), 90, np.uint8) for _ in range(10)))
    found = taught(plain).compare(plain)
    assert found is not None
    assert (found.bare, found.intact, found.sharp) == (0, 1, 1)
