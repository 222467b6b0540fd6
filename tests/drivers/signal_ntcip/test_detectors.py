"""Counts of the controller's periods: each once, none invented."""

from edge_agent.clock import Stamp
from edge_agent.device.plausibility import Limits
from edge_agent.device.readings import (
    ConditionReading,
    DetectorReading,
    FigureReading,
    Reading,
)
from edge_agent.drivers.signal_ntcip import objects
from edge_agent.drivers.signal_ntcip.detectors import Presence, Volumes, batches
from edge_agent.drivers.signal_ntcip.snmp import Missing, Value

_LIMITS = Limits(no_change_h=0)


def _values(
    sequence: Value, volume: Value = 3, occupancy: Value = 20, period: Value = 5
) -> dict[bytes, Value]:
    return {
        objects.VOLUME_SEQUENCE: sequence,
        objects.VOLUME_PERIOD: period,
        objects.detector_volume(7): volume,
        objects.detector_occupancy(7): occupancy,
    }


def _at(second: int) -> Stamp:
    return Stamp(1_790_000_000_000 + second * 1000, second * 1_000_000_000)


def _counts(readings: list[Reading]) -> list[tuple[int | None, str | None]]:
    return [(r.count, r.why) for r in readings if isinstance(r, DetectorReading)]


def _started() -> Volumes:
    volumes = Volumes([("d7", 7)], _LIMITS)
    assert _counts(volumes.take(_values(10), _at(0))) == [(None, "unknown-before")]
    return volumes


def test_a_period_counts_once() -> None:
    volumes = _started()
    assert volumes.take(_values(10), _at(1)) == []
    told = volumes.take(_values(11), _at(5))
    assert _counts(told) == [(3, None)]
    assert [r.value for r in told if isinstance(r, FigureReading)] == [100]
    assert volumes.take(_values(11), _at(6)) == []


def test_the_sequence_begins_again_after_255() -> None:
    volumes = Volumes([("d7", 7)], _LIMITS)
    volumes.take(_values(255), _at(0))
    assert _counts(volumes.take(_values(0), _at(5))) == [(3, None)]


def test_a_period_that_nobody_read_is_said() -> None:
    assert _counts(_started().take(_values(12), _at(10))) == [(None, "period-missed"), (3, None)]


def test_a_restart_forgets_the_sequence() -> None:
    volumes = _started()
    volumes.lost()
    assert _counts(volumes.take(_values(1), _at(5))) == [(None, "unknown-before")]


def test_an_overflow_is_not_a_count() -> None:
    assert _counts(_started().take(_values(11, volume=255), _at(5))) == [(None, "overflow")]


def test_a_diagnosed_fault_voids_the_count_and_is_a_condition() -> None:
    volumes = _started()
    volumes.take(_values(11), _at(5))
    told = volumes.take(_values(12, occupancy=212), _at(10))
    assert _counts(told) == [(None, "open-loop")]
    conditions = [r for r in told if isinstance(r, ConditionReading)]
    assert [(c.code, c.active) for c in conditions] == [("detector-d7", True)]
    told = volumes.take(_values(13), _at(15))
    assert _counts(told) == [(3, None)]
    assert [r.active for r in told if isinstance(r, ConditionReading)] == [False]


def test_an_unbelievable_detector_is_not_counted() -> None:
    volumes = Volumes([("d7", 7)], Limits(chatter=37))
    volumes.take(_values(10), _at(0))
    assert _counts(volumes.take(_values(11, volume=38), _at(5))) == [(None, "chatter")]


def test_a_controller_without_periods_says_so_once() -> None:
    for values in (_values(Missing.ABSENT), _values(0, period=0)):
        volumes = Volumes([("d7", 7)], _LIMITS)
        assert _counts(volumes.take(values, _at(0))) == [(None, "no-volume-in-controller")]
        assert volumes.take(values, _at(1)) == []


def test_a_detector_that_the_controller_lacks_is_absent() -> None:
    told = _started().take(_values(11, volume=Missing.ABSENT), _at(5))
    assert _counts(told) == [(None, "not-in-controller")]


def test_many_detectors_are_asked_in_batches() -> None:
    numbers = {f"d{n}": n for n in range(1, 31)}
    made = batches(numbers, _LIMITS)
    assert [len(batch.names) for batch in made] == [26, 26, 14]


def test_presence_is_told_when_it_changes() -> None:
    presence = Presence({"d1": 1, "d10": 10})
    values: dict[bytes, Value] = {
        objects.detectors_active(1): 0b1,
        objects.detectors_active(2): 0b00,
    }
    told = presence.take(values, _at(0))
    assert [(r.detector, r.occupied) for r in told if isinstance(r, DetectorReading)] == [
        ("d1", True),
        ("d10", False),
    ]
    assert presence.take(values, _at(1)) == []
    values[objects.detectors_active(2)] = 0b10
    told = presence.take(values, _at(2))
    assert [(r.detector, r.occupied) for r in told if isinstance(r, DetectorReading)] == [
        ("d10", True)
    ]
    values[objects.detectors_active(1)] = Missing.ABSENT
    assert presence.take(values, _at(3)) == []
