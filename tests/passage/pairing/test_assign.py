from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.passage.pairing.assign import assign

MISS = 6.0
Costs = dict[tuple[int, int], float]

tables = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
    st.floats(0, 15, allow_nan=False).map(lambda cost: round(cost, 3)),
    max_size=14,
)


def total(costs: Costs, pairs: dict[int, int]) -> float:
    rows = {row for row, _ in costs}
    paired = sum(costs[pair] for pair in pairs.items())
    return paired + 2 * MISS * (len(rows) - len(pairs))


def cheapest(costs: Costs, *, without: tuple[int, int] | None = None) -> float:
    """Every way there is, one after the other."""
    rows = sorted({row for row, _ in costs})
    columns: list[int | None] = sorted({column for _, column in costs})  # type: ignore[assignment]
    best = float("inf")
    for chosen in permutations(columns + [None] * len(rows), len(rows)):
        pairs = {r: c for r, c in zip(rows, chosen, strict=True) if c is not None}
        if all((r, c) in costs and (r, c) != without for r, c in pairs.items()):
            best = min(best, total(costs, pairs))
    return best


@given(tables)
def test_no_other_way_is_cheaper(costs: Costs) -> None:
    pairs = {pair.row: pair.column for pair in assign(costs, MISS)}
    assert len(set(pairs.values())) == len(pairs)
    assert total(costs, pairs) == pytest.approx(cheapest(costs) if costs else 0)


@given(tables)
def test_the_margin_is_what_the_next_best_way_costs_more(costs: Costs) -> None:
    best = cheapest(costs) if costs else 0
    for pair in assign(costs, MISS):
        other = cheapest(costs, without=(pair.row, pair.column))
        assert pair.margin == pytest.approx(other - best, abs=1e-6)


def test_who_is_too_far_stays_alone() -> None:
    assert assign({(0, 0): 12.5}, MISS) == []
    assert [pair.margin for pair in assign({(0, 0): 2.0}, MISS)] == [10.0]
