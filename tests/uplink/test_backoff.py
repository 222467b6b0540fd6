import random

from edge_agent.uplink.backoff import Backoff


def test_doubles_with_jitter_up_to_the_cap_and_begins_again() -> None:
    backoff = Backoff(60.0, random.Random(1))
    pauses = [backoff.pause_s() for _ in range(40)]
    assert 0.25 <= pauses[0] <= 0.5
    assert all(30 <= pause <= 60 for pause in pauses[8:])
    assert len(set(pauses)) == len(pauses)
    backoff.reset()
    assert backoff.pause_s() <= 0.5
