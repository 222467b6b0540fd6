"""Five rules by which a detector is believed or not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.device.plausibility import Fault, Limits, Plausibility

_S = 1_000_000_000


class _Samples:
    """Feeds samples of equal length."""

    def __init__(self, limits: Limits, length_s: int = 30) -> None:
        self.judge = Plausibility(limits)
        self._length = length_s
        self._now = 0

    def feed(self, count: int | None, occupancy: int | None, times: int = 1) -> frozenset[Fault]:
        for _ in range(times):
            start, self._now = self._now, self._now + self._length
            self.judge.sample(start * _S, self._now * _S, count, occupancy)
        return self.judge.faults()


_OFF = Limits(no_hits_h=0, chatter=0, locked_on_s=0, no_change_h=0, spike_s=0, clear_s=60)


def _only(**limits: float) -> Limits:
    return _OFF.model_copy(update=limits)


def test_no_hits() -> None:
    samples = _Samples(_only(no_hits_h=4))
    assert samples.feed(0, 10, times=4 * 120) == set()
    assert samples.feed(0, 10) == {Fault.NO_HITS}
    assert samples.feed(1, 10) == set()


def test_chatter_is_38_vehicles_in_30_seconds() -> None:
    samples = _Samples(_only(chatter=37))
    assert samples.feed(37, 100) == set()
    assert samples.feed(38, 100) == {Fault.CHATTER}
    assert samples.feed(5, 100) == {Fault.CHATTER}
    assert samples.feed(5, 100) == set()


def test_chatter_over_short_samples() -> None:
    samples = _Samples(_only(chatter=37), length_s=5)
    assert samples.feed(6, 100, times=5) == set()
    assert samples.feed(8, 100) == {Fault.CHATTER}


def test_long_samples_may_hold_more() -> None:
    assert _Samples(_only(chatter=37), length_s=60).feed(70, 100) == set()
    assert _Samples(_only(chatter=37), length_s=60).feed(75, 100) == {Fault.CHATTER}


def test_locked_on() -> None:
    samples = _Samples(_only(locked_on_s=120))
    assert samples.feed(0, 1000, times=4) == set()
    assert samples.feed(0, 1000) == {Fault.LOCKED_ON}
    assert samples.feed(1, 900) == {Fault.LOCKED_ON}
    assert samples.feed(1, 900) == set()


def test_no_change_for_a_day() -> None:
    samples = _Samples(_only(no_change_h=24))
    assert samples.feed(1, 35, times=24 * 120) == set()
    assert samples.feed(1, 35, times=2) == {Fault.NO_CHANGE}
    assert samples.feed(1, 36) == set()


def test_occupancy_spikes() -> None:
    samples = _Samples(_only(spike_s=60))
    faults: frozenset[Fault] = frozenset()
    for _ in range(3):
        samples.feed(1, 0)
        faults = samples.feed(1, 900)
    assert faults == {Fault.OCC_SPIKE}
    assert samples.feed(1, 900, times=10) == set()


def test_a_spike_now_and_then_is_traffic() -> None:
    samples = _Samples(_only(spike_s=60))
    for _ in range(50):
        assert samples.feed(1, 0, times=3) == set()
        assert samples.feed(1, 900) == set()


def test_what_was_not_measured_speaks_neither_way() -> None:
    samples = _Samples(_only(no_hits_h=4, locked_on_s=120))
    samples.feed(0, 1000, times=3)
    assert samples.feed(None, None, times=1000) == set()


@pytest.mark.parametrize(
    ("count", "occupancy"), [(0, 0), (1000, 1000), (0, 1000), (3, 50)], ids=str
)
def test_a_limit_of_0_switches_a_rule_off(count: int, occupancy: int) -> None:
    assert _Samples(_OFF).feed(count, occupancy, times=5000) == set()


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(10, 240)), max_size=80))
def test_ordinary_traffic_is_believed(traffic: list[tuple[int, int]]) -> None:
    samples = _Samples(Limits(spike_s=60))
    for index, (count, occupancy) in enumerate(traffic):
        assert samples.feed(count, occupancy + index % 2) == set()
