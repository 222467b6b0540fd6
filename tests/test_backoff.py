import random

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.backoff import Backoff


@given(st.integers())
def test_five_tries_at_most_in_the_first_minute_and_one_a_minute_for_ever(seed: int) -> None:
    backoff = Backoff(random.Random(seed))
    delays = [backoff.next() for _ in range(200)]
    assert sum(delays[:6]) > 60
    assert all(0 < delay <= 60 for delay in delays)
    assert min(delays[10:]) >= 45
    backoff.reset()
    assert backoff.next() <= 1.6


def test_same_seed_same_delays_and_no_overflow() -> None:
    one, two = Backoff(random.Random(5)), Backoff(random.Random(5))
    assert [one.next() for _ in range(9)] == [two.next() for _ in range(9)]
    one.tries = 100_000
    assert one.next() <= 60


def test_other_first_pause_and_more_jitter() -> None:
    backoff = Backoff(random.Random(1), first_s=0.5, cap_s=60.0, jitter=0.5)
    pauses = [backoff.next() for _ in range(40)]
    assert 0.25 <= pauses[0] <= 0.5
    assert all(30 <= pause <= 60 for pause in pauses[8:])
    assert len(set(pauses)) == len(pauses)
