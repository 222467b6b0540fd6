"""The plan as a lawful plan, whatever its stages."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.simulators.signal.plan import FixedTimePlan, Stage, four_arms, lamps
from edge_agent.simulators.signal.traffic import arrivals

_STAGES = st.lists(st.floats(6.5, 40), min_size=2, max_size=5).map(
    lambda greens: tuple(
        Stage((2 * index + 1,), (2 * index + 2,) if index % 2 else (), green)
        for index, green in enumerate(greens)
    )
)
_PLANS = st.builds(FixedTimePlan, st.just(1), _STAGES)


@given(_PLANS, st.floats(0, 500))
def test_only_one_stage_goes_at_a_time_and_every_phase_shows_something(
    plan: FixedTimePlan, now: float
) -> None:
    shown = plan.at(now)
    assert tuple(sorted(shown)) == plan.phases
    going = [s for s in plan.stages if any(shown[p] != "r" for p in (*s.vehicles, *s.walkers))]
    assert len(going) <= 1


@given(_PLANS, st.floats(0, 300), st.floats(0.1, 200))
def test_edges_are_exactly_where_something_changes(
    plan: FixedTimePlan, after: float, length: float
) -> None:
    edges = list(plan.edges(after, after + length))
    assert edges == sorted(edges)
    assert all(after < edge <= after + length for edge in edges)
    for one, two in itertools.pairwise([after, *edges, after + length]):
        if two - one > 1e-3:
            middle = (one + two) / 2
            assert plan.at(one + 1e-4) == plan.at(middle) == plan.at(two - 1e-4)


def test_order_of_aspects_of_every_phase() -> None:
    plan = four_arms()
    for phase in plan.phases:
        seen = [plan.at(edge + 0.01)[phase] for edge in plan.edges(0, 2 * plan.cycle_s)]
        order = [aspect for aspect, _ in itertools.groupby(seen)]
        walker = phase in (5, 6)
        follows = (
            {("g", "fg"), ("fg", "r"), ("r", "g")}
            if walker
            else {
                ("g", "y"),
                ("y", "r"),
                ("r", "g"),
            }
        )
        assert set(itertools.pairwise(order)) <= follows
        assert len(order) >= 6


def test_a_green_too_short_for_its_walkers_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        FixedTimePlan(1, (Stage((1,), (2,), 4.0), Stage((3,), (), 10.0)))


def test_flashing_lamps_are_lit_half_the_time() -> None:
    lit = [lamps("fy", tenth / 10)[1] for tenth in range(100)]
    assert lit.count(True) == 50
    assert lamps("x", 0) == (True, False, True)


def test_arrivals_are_the_same_for_the_same_seed_and_never_touch() -> None:
    one = list(itertools.islice(arrivals(3, 900), 500))
    assert one == list(itertools.islice(arrivals(3, 900), 500))
    assert one != list(itertools.islice(arrivals(4, 900), 500))
    assert all(a.off < b.on for a, b in itertools.pairwise(one))
    rate = 3600 * len(one) / one[-1].on
    assert 800 < rate < 1000
