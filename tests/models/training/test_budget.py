"""Time is what training gets; the learning rate follows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.models.training.budget import Budget, cosine


def test_a_resumed_training_gets_the_rest_of_its_time() -> None:
    now = [100.0]
    budget = Budget(2, spent_s=90, clock=lambda: now[0])
    seen = [(round(budget.share, 6), budget.over)]
    now[0] += 30
    seen.append((round(budget.share, 6), budget.over))
    assert seen == [(0.75, False), (1.0, True)]
    assert budget.spent_s == pytest.approx(120)


def test_no_time_is_over_at_once() -> None:
    assert Budget(0).over


def test_the_rate_rises_peaks_and_falls() -> None:
    assert cosine(0.0, 1.0) == pytest.approx(0.01)
    assert cosine(0.03, 1.0) == pytest.approx(1.0)
    assert cosine(0.515, 1.0) == pytest.approx(0.505)
    assert cosine(1.0, 1.0) == pytest.approx(0.01)


@given(st.floats(0, 1), st.floats(1e-5, 1), st.floats(0.001, 0.5))
def test_the_rate_stays_between_floor_and_peak(share: float, peak: float, warm: float) -> None:
    assert 0.0099 * peak <= cosine(share, peak, warm=warm) <= 1.0001 * peak
