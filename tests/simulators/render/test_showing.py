"""Who showed within the last second, and how much of it."""

from edge_agent.simulators.render.seen import Seen
from edge_agent.simulators.render.showing import Showing


def seen(number: int, visible: float) -> Seen:
    box = (0.0, 0.0, 10.0, 10.0)
    return Seen(number, "motorbike", box, box, box, visible, 20.0, None)


def test_the_most_that_showed_within_a_second_counts() -> None:
    showing = Showing()
    showing.add([seen(1, 0.8), seen(2, 0.1)], 0)
    showing.add([seen(1, 0.2), seen(2, 0.25)], 400)
    assert (showing.of(1), showing.of(2)) == (0.8, 0.25)


def test_what_showed_longer_ago_is_forgotten() -> None:
    showing = Showing()
    showing.add([seen(1, 0.8)], 0)
    showing.add([seen(1, 0.0)], 1001)
    assert showing.of(1) == 0.0


def test_who_was_in_no_picture_did_not_show() -> None:
    assert Showing().of(7) == 0.0
