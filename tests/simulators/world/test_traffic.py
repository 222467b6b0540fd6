from itertools import pairwise

import pytest

from edge_agent.simulators.world.network import Link
from edge_agent.simulators.world.world import World

OVERLAP_M = 0.15
"""Declared tolerance: two bodies on one link may share this much, across and along."""


def overlaps(link: Link) -> list[tuple[int, int, float, float]]:
    found = []
    for index, one in enumerate(link.movers):
        for other in link.movers[index + 1 :]:
            along = min(one.s, other.s) - max(one.s - one.length, other.s - other.length)
            across = one.half + other.half - abs(one.d - other.d)
            if along > OVERLAP_M and across > OVERLAP_M:
                found.append((one.number, other.number, along, across))
    return found


@pytest.mark.parametrize(
    ("site", "seed", "demand"),
    [("junction", 1, 1.0), ("junction", 2, 1.6), ("toll-plaza", 3, 1.5), ("weigh-station", 4, 2.0)],
)
def test_no_two_vehicles_share_a_place_and_speeds_are_bounded(
    site: str, seed: int, demand: float
) -> None:
    world = World(site, seed, 0, demand=demand)
    for second in range(180):
        world.advance_to(second * 1000)
        for link in world.site.network.links:
            assert overlaps(link) == []
            for mover in link.movers:
                assert 0.0 <= mover.v <= 28.0
            fronts = [mover.s for mover in link.movers]
            assert all(ahead >= behind for ahead, behind in pairwise(fronts))


def test_queues_discharge() -> None:
    world = World("junction", 5, 0)
    entered = left = 0
    for event in world.advance_to(600_000):
        entered += event["what"] == "enters"
        left += event["what"] == "leaves"
    assert left > 0.7 * entered
    assert world.vehicles_waiting < 10


@pytest.mark.parametrize(("site", "seed"), [("junction", 2), ("toll-plaza", 1)])
def test_nobody_stands_for_ever(site: str, seed: int) -> None:
    world = World(site, seed, 0, demand=1.5)
    still: dict[int, int] = {}
    for second in range(480):
        world.advance_to(second * 1000)
        standing = {p.vehicle.number for p in world.vehicles() if p.speed < 0.1}
        still = {number: still.get(number, 0) + 1 for number in standing}
        assert all(count < 180 for count in still.values()), second


def test_motorbikes_filter_past_standing_cars() -> None:
    world = World("junction", 6, 0)
    overtakings = 0
    before: dict[int, tuple[Link, float, bool]] = {}
    for second in range(300):
        world.advance_to(second * 1000)
        now = {
            mover.number: (link, mover.s, mover.bike)
            for link in world.site.network.links
            if link.name.endswith("inner")
            for mover in link.movers
        }
        cars = [number for number, (_, _, bike) in now.items() if not bike and number in before]
        bikes = [number for number, (_, _, bike) in now.items() if bike and number in before]
        for car in cars:
            link, s, _ = now[car]
            if before[car][0] is not link or s - before[car][1] > 0.5:
                continue
            overtakings += sum(
                now[bike][0] is link
                and before[bike][0] is link
                and before[bike][1] < s < now[bike][1]
                for bike in bikes
            )
        before = now
    assert overtakings > 10


def test_two_sites_at_once_do_not_touch() -> None:
    alone = World("junction", 9, 0).advance_to(60_000)
    one, other = World("junction", 9, 0), World("junction", 10, 0)
    mixed = []
    for second in range(61):
        mixed += one.advance_to(second * 1000)
        other.advance_to(second * 1000)
    assert mixed == alone
