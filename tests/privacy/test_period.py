from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.privacy.period import named
from edge_agent.privacy.settings import Rotation

MIDNIGHT = 1_790_010_000_000 - 1_790_010_000_000 % 86_400_000
"""UTC, of 2026-09-21."""


@pytest.mark.parametrize(
    ("utc_ms", "rotate", "name"),
    [
        (MIDNIGHT, "day", "20260921"),
        (MIDNIGHT - 1, "day", "20260920"),
        (MIDNIGHT, "month", "202609"),
        (MIDNIGHT - 21 * 86_400_000, "month", "202608"),
    ],
)
def test_a_day_and_a_month_have_names(utc_ms: int, rotate: Rotation, name: str) -> None:
    assert named(utc_ms, rotate) == name


def test_a_day_begins_where_the_unit_stands() -> None:
    hanoi = ZoneInfo("Asia/Ho_Chi_Minh")
    before = MIDNIGHT - 7 * 3_600_000
    assert named(before, "day", hanoi) == "20260921"
    assert named(before - 1, "day", hanoi) == "20260920"


@given(st.integers(min_value=-(2**63), max_value=2**63), st.sampled_from(["day", "month"]))
def test_every_clock_has_a_day(utc_ms: int, rotate: Rotation) -> None:
    assert len(named(utc_ms, rotate, ZoneInfo("Asia/Ho_Chi_Minh"))) == (8 if rotate == "day" else 6)
