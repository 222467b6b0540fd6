"""Bands: every bound lies on the side that the law says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge_agent.rules.bands import Band, flaws, where


def band(**bounds: int) -> Band:
    return Band.model_validate(bounds)


@pytest.mark.parametrize(
    ("bounds", "value", "held"),
    [
        ({"from": 10, "to": 20}, 10, True),
        ({"from": 10, "to": 20}, 20, True),
        ({"from": 10, "below": 20}, 20, False),
        ({"above": 10, "to": 20}, 10, False),
        ({"above": 10}, 11, True),
        ({"to": 130}, 130, True),
        ({"below": 130}, 130, False),
        ({}, 0, True),
    ],
)
def test_each_bound_has_its_side(bounds: dict[str, int], value: int, held: bool) -> None:
    assert band(**bounds).holds(value) is held


@pytest.mark.parametrize(
    "bounds",
    [{"from": 1, "above": 1}, {"to": 1, "below": 1}, {"from": 2, "to": 1}, {"above": 1, "to": 1}],
)
def test_a_band_without_a_number_is_refused(bounds: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        band(**bounds)


def test_a_share_is_compared_without_rounding() -> None:
    ten = band(above=10, to=20)
    assert not ten.holds(1000 * 100, 10_000)
    assert ten.holds(1001 * 100, 10_000)
    assert ten.holds(2000 * 100, 10_000)
    assert not ten.holds(2001 * 100, 10_000)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"below": 100}, {"from": 100}], []),
        ([{"to": 100}, {"above": 100}], []),
        ([{"below": 100}, {"above": 100}], ["gap: nothing is said of 100 up to 100"]),
        ([{"to": 100}, {"from": 100}], ["overlaps the band before it at 100"]),
        ([{"below": 90}, {"from": 100}], ["gap: nothing is said of 90 up to 100"]),
        ([{"below": 110}, {"from": 100}], ["overlaps the band before it at 100"]),
        ([{"below": 100}, {"from": 100, "to": 120}], ["nothing is said beyond 120"]),
        ([{"from": 3}], ["nothing is said before 3"]),
        ([{"above": 2}, {"above": 3}], ["overlaps the band before it", "nothing is said before 2"]),
    ],
    ids=lambda rows: str(len(rows)) if isinstance(rows, list) else None,
)
def test_gaps_and_overlaps_are_named(rows: list[dict[str, int]], words: list[str]) -> None:
    found = [flaw.wrong for flaw in flaws([band(**row) for row in rows], ("x",), whole=True)]
    assert found == words


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.booleans()), min_size=1, unique_by=lambda b: b[0])
)
def test_flawless_bands_hold_every_number_once(bounds: list[tuple[int, bool]]) -> None:
    bounds.sort()
    rows: list[dict[str, Any]] = [{} for _ in range(len(bounds) + 1)]
    for index, (bound, lower_has_it) in enumerate(bounds):
        rows[index]["to" if lower_has_it else "below"] = bound
        rows[index + 1]["above" if lower_has_it else "from"] = bound
    try:
        bands = [band(**row) for row in rows]
    except ValidationError:
        return  # two neighbours left nothing between them
    assert list(flaws(bands, (), whole=True)) == []
    for value in range(-60, 61):
        assert sum(one.holds(value) for one in bands) == 1
        assert where(bands, value) is not None
