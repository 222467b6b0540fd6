"""Things that lie on the road, and what only looks like one."""

import pytest

from edge_agent.vision.strays.backdrop import Backdrop, Thing
from tests.vision.strays.films import Drawn, Light, film, passing

BEGUN = 30.0
"""The empty road is learned by then."""


def looks(
    seconds: float, *drawn: Drawn, light: Light = lambda _: 1.0, object_s: float = 20
) -> list[tuple[float, list[Thing]]]:
    """Every look at a film, once a second."""
    backdrop = Backdrop(object_s)
    return [
        (frame.t, backdrop.look(frame.t, frame.small))
        for frame in film(seconds, *drawn, light=light)
        if backdrop.due(frame.t)
    ]


def test_a_thing_is_told_when_it_has_lain_long_enough_and_gone_when_it_is_gone() -> None:
    box = Drawn(((BEGUN, 150, 100), (80, 150, 100)), size=(14, 12))
    told = [(t, things) for t, things in looks(100, box) if things]
    assert BEGUN + 20 <= told[0][0] <= BEGUN + 28
    assert 80 <= told[-1][0] <= 90
    for _, things in told:
        (thing,) = things
        assert thing.box == pytest.approx((150, 100, 164, 112), abs=4)


def test_an_empty_road_has_nothing() -> None:
    assert not any(things for _, things in looks(90))


def test_traffic_is_no_thing() -> None:
    traffic = [passing(BEGUN + 1.7 * i, 100 if i % 2 else 130) for i in range(30)]
    assert not any(things for _, things in looks(90, *traffic))


def test_who_drives_past_does_not_hide_a_thing_for_ever() -> None:
    box = Drawn(((BEGUN, 150, 110), (120, 150, 110)), size=(14, 12))
    traffic = [passing(BEGUN + 4 * i, 105, 200) for i in range(20)]
    assert [t for t, things in looks(110, box, *traffic) if things]


@pytest.mark.parametrize(
    "light",
    [
        lambda t: 1.0 - 0.3 * min(1.0, max(0.0, t - 40) / 5),
        lambda t: 0.6 if 40 < t < 70 else 1.0,
        lambda t: 1.0 - 0.005 * t,
    ],
    ids=["a-cloud", "exposure", "evening"],
)
def test_light_is_no_thing(light: Light) -> None:
    assert not any(things for _, things in looks(120, light=light))


def test_what_stood_there_from_the_start_leaves_no_ghost() -> None:
    waiting = Drawn(((0, 150, 100), (BEGUN, 150, 100)))
    assert not any(things for _, things in looks(110, waiting))


def test_a_place_that_was_cleared_begins_anew() -> None:
    box = Drawn(((BEGUN, 150, 100), (200, 150, 100)), size=(14, 12))
    backdrop = Backdrop(20)
    first: list[float] = []
    for frame in film(90, box):
        if backdrop.due(frame.t) and backdrop.look(frame.t, frame.small):
            first.append(frame.t)
            if len(first) == 1:
                backdrop.clear((150, 100, 164, 112))
    assert first[1] - first[0] >= 20
