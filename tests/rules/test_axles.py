"""Groups of axles, and the spacings in which they may be read more than one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.rules.axles import AxleGroup, readings
from tests.rules.cases import table

LIMITS = table("overload-2026").axle


def one_way(spacings: list[int], spread: int = 0) -> tuple[AxleGroup, ...]:
    ways = readings(spacings, spread, LIMITS)
    assert ways is not None
    (way,) = ways
    return way


@pytest.mark.parametrize(
    ("spacing", "limit"),
    [(99, 11_000), (100, 16_000), (129, 16_000), (130, 18_000), (180, 18_000)],
)
def test_a_tandem_by_its_spacing(spacing: int, limit: int) -> None:
    """Exactly 1.0 m and exactly 1.3 m belong to the heavier band."""
    assert one_way([spacing]) == (AxleGroup(1, 2, limit, limit),)


@pytest.mark.parametrize(("spacing", "limit"), [(129, 21_000), (130, 21_000), (131, 24_000)])
def test_a_tridem_by_its_spacing(spacing: int, limit: int) -> None:
    """Exactly 1.3 m belongs to the lighter band: not as with a tandem."""
    assert one_way([spacing, spacing]) == (AxleGroup(1, 3, limit, limit),)


def test_axles_too_far_apart_carry_alone() -> None:
    way = one_way([181])
    assert [group.name for group in way] == ["axle-1", "axle-2"]
    assert {group.limit for group in way} == {10_000}


@pytest.mark.parametrize(
    ("spacing", "most", "least"),
    [
        (128, 18_000, 16_000),
        (133, 18_000, 16_000),
        (134, 18_000, 18_000),
        (126, 18_000, 16_000),
        (125, 16_000, 16_000),
        (103, 16_000, 11_000),
        (96, 16_000, 11_000),
        (95, 11_000, 11_000),
    ],
)
def test_a_spacing_near_a_step_is_read_both_ways(spacing: int, most: int, least: int) -> None:
    (group,) = one_way([spacing], spread=4)
    assert (group.limit, group.other) == (most, least)


def test_a_tridem_of_two_spacings_is_read_both_ways() -> None:
    (group,) = one_way([125, 140])
    assert (group.limit, group.other) == (24_000, 21_000)


def test_a_gap_that_may_join_or_not_gives_two_groupings() -> None:
    ways = readings([450, 179], 4, LIMITS)
    assert ways is not None
    assert sorted([group.name for group in way] for way in ways) == [
        ["axle-1", "axle-2", "axle-3"],
        ["axle-1", "group-2-3"],
    ]


def test_the_law_knows_no_group_of_four() -> None:
    assert one_way([130, 130, 130]) == (AxleGroup(1, 4, None, None),)


def test_a_vehicle_all_of_whose_gaps_are_doubtful_is_not_read() -> None:
    assert readings([180] * 12, 4, LIMITS) is None


@given(st.lists(st.integers(40, 1200), max_size=8), st.integers(0, 10))
def test_every_axle_is_in_one_group_in_every_way(spacings: list[int], spread: int) -> None:
    ways = readings(spacings, spread, LIMITS)
    assert ways is not None
    for way in ways:
        axles = [axle for group in way for axle in range(group.first, group.last + 1)]
        assert axles == list(range(1, len(spacings) + 2))
        assert all((group.limit or 0) >= (group.other or 0) for group in way)
