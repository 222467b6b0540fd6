from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract.spans import Spans

NUMBERS = st.integers(1, 40)
RANGES = st.tuples(NUMBERS, st.integers(0, 8)).map(lambda pair: (pair[0], pair[0] + pair[1]))
STEPS = st.lists(st.tuples(st.booleans(), RANGES), max_size=30)


def members(ranges: list[tuple[int, int]]) -> set[int]:
    return {number for low, high in ranges for number in range(low, high + 1)}


@given(STEPS, RANGES)
def test_behaves_as_a_set_of_numbers(
    steps: list[tuple[bool, tuple[int, int]]], window: tuple[int, int]
) -> None:
    spans, model = Spans(), set[int]()
    for put, (low, high) in steps:
        if put:
            spans.add(low, high)
            model |= members([(low, high)])
        else:
            spans.discard(low, high)
            model -= members([(low, high)])
    ranges = list(spans)
    assert members(ranges) == model
    assert spans.total == len(model)
    assert spans.top == max(model, default=0)
    inside = members([window])
    assert members(spans.within(*window)) == model & inside
    assert members(spans.missing(*window)) == inside - model
    assert all((number in spans) == (number in model) for number in range(60))
    assert all(a[1] + 1 < b[0] for a, b in pairwise(ranges))


@given(st.lists(RANGES))
def test_upto_is_the_highest_number_below_which_none_is_missing(
    ranges: list[tuple[int, int]],
) -> None:
    have = members(ranges)
    upto = 0
    while upto + 1 in have:
        upto += 1
    assert Spans(ranges).upto == upto
