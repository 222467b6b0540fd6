import numpy as np
import pytest

from edge_agent.vision.frame import Grey
from edge_agent.vision.watching.life import Life, LifeSettings


def picture(seed: int, level: float = 110, noise: float = 3.0) -> Grey:
    draw = np.random.default_rng(seed)
    return np.clip(draw.normal(level, noise, (180, 320)), 0, 255).astype(np.uint8)


def test_a_living_picture_of_an_empty_road_is_neither() -> None:
    watch = Life()
    for index in range(300):
        watch.step(index / 10, picture(index))
    assert (watch.frozen, watch.black) == (False, False)


def test_a_frozen_picture_is_noticed_in_time_and_forgiven_at_once() -> None:
    watch = Life()
    for index in range(30):
        watch.step(index / 10, picture(index))
    still = picture(29)
    noticed = None
    for index in range(30, 300):
        watch.step(index / 10, still + np.uint8(index % 10 == 0))  # a key picture trembles
        if watch.frozen and noticed is None:
            noticed = index / 10 - 2.9
    assert noticed == pytest.approx(LifeSettings().frozen_s, abs=2.5)
    moved = still.copy()
    moved[80:100, 100:130] = 200
    watch.step(30.1, moved)
    assert watch.frozen is False


def test_noise_alone_ends_a_freeze() -> None:
    watch = Life()
    still = picture(0)
    for index in range(250):
        watch.step(index / 10, still)
    assert watch.frozen is True
    for index in range(250, 280):
        watch.step(index / 10, picture(index))
    assert watch.frozen is False


def test_black_needs_time_and_a_night_street_with_lamps_is_not_black() -> None:
    watch = Life()
    night = picture(1, level=12, noise=2)
    night[60:70, 100:120] = 220
    for index in range(100):
        watch.step(index / 10, night)
    assert watch.black is False
    for index in range(100, 200):
        watch.step(index / 10, picture(index, level=2, noise=1))
        if index == 120:
            assert watch.black is False
    assert watch.black is True


def test_nothing_is_known_before_it_is_known() -> None:
    watch = Life()
    watch.step(0.0, picture(0, level=2, noise=1))
    assert (watch.frozen, watch.black) == (None, None)
