import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.vision.watching.outline import Gaze, Look
from edge_agent.vision.watching.shift import match, spectrum
from tests.vision.watching.street import street


def look(dx: int = 0, dy: int = 0, *, night: bool = False, flipped: bool = False) -> Look:
    gaze, found = Gaze(), None
    for second in range(10):
        picture = np.roll(street(second, night=night), (dy, dx), axis=(0, 1))
        found = gaze.look(second, 255 - picture if flipped else picture)
    assert found is not None
    return found


STILL = spectrum(look().coarse)


@settings(max_examples=12)
@given(st.integers(-60, 60), st.integers(-40, 40))
def test_any_shift_is_found(dx: int, dy: int) -> None:
    found = match(STILL, spectrum(look(dx, dy).coarse))
    assert found.best > 0.4
    assert found.shift == pytest.approx((dx / 320, dy / 320), abs=1.5 / 320)


def test_the_same_view_is_here_in_any_light() -> None:
    for other in (look(), look(night=True), look(flipped=True)):
        found = match(STILL, spectrum(other.coarse))
        assert found.here == found.best > 0.4
        assert found.far < 0.005


def test_a_plain_picture_is_like_nothing() -> None:
    gaze, found = Gaze(), None
    for second in range(10):
        found = gaze.look(second, np.full((180, 320), 90, np.uint8))
    assert found is not None
    assert match(STILL, spectrum(found.coarse)).best < 0.1
