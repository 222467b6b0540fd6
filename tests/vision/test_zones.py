from edge_agent.vision.lines import Sight
from edge_agent.vision.zones import ZoneMeter

SQUARE = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0))


def sight(track: int, x: float, speed: float = 0.0) -> Sight:
    return Sight(track, 0.0, (x, 50.0), (20.0, 10.0), (speed, 0.0))


def test_occupancy_is_the_share_of_time_with_somebody_inside() -> None:
    meter = ZoneMeter(SQUARE)
    for tenth in range(101):
        inside = 20 <= tenth < 70
        meter.step(tenth / 10, [sight(1, 50.0)] if inside else [sight(1, 150.0)])
    count = meter.take()
    assert count is not None
    assert (count.vehicles, count.standing, count.occupancy) == (0, 0, 500)


def test_standing_and_moving_are_told_apart() -> None:
    meter = ZoneMeter(SQUARE)
    meter.step(0.0, [])
    meter.step(1.0, [sight(1, 10.0), sight(2, 40.0, speed=80.0), sight(3, 400.0)])
    count = meter.take()
    assert count is not None
    assert (count.vehicles, count.standing) == (2, 1)


def test_no_time_no_figure() -> None:
    meter = ZoneMeter(SQUARE)
    assert meter.take() is None
    meter.step(5.0, [])
    assert meter.take() is None
