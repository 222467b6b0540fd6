from edge_agent.diagnosis.detectors import Detectors
from tests.diagnosis.kit import NS, counted

HOUR = 3600


def active(detectors: Detectors, seconds: float) -> set[str]:
    return {each.code for each in detectors.diagnoses(round(seconds * NS)) if each.active}


def test_more_than_a_lane_can_carry_is_chatter_and_ends() -> None:
    detectors = Detectors()
    for n in range(40):
        detectors.reading("ctl1", counted(n * 0.5))
    assert active(detectors, 20) == {"detector-chatter-d1"}
    assert active(detectors, 120) == set()


def test_dense_traffic_is_none() -> None:
    detectors = Detectors()
    for n in range(600):
        detectors.reading("ctl1", counted(n * 1.8))
    assert active(detectors, 600 * 1.8) == set()


def test_presence_without_end_is_locked() -> None:
    detectors = Detectors()
    detectors.reading("ctl1", counted(0, 0, occupied=True))
    detectors.reading("ctl1", counted(300, 0, occupied=True))
    assert active(detectors, 599) == set()
    assert active(detectors, 601) == {"detector-locked-d1"}
    detectors.reading("ctl1", counted(700, 0, occupied=False))
    assert active(detectors, 701) == set()


def test_silence_tells_something_only_while_the_neighbours_count() -> None:
    detectors = Detectors()
    detectors.reading("ctl1", counted(0))
    detectors.reading("ctl1", counted(0, name="d2"))
    assert active(detectors, 5 * HOUR) == set()
    for n in range(300):
        detectors.reading("ctl1", counted(n * 60, name="d2"))
    assert active(detectors, 5 * HOUR) == {"detector-silent-d1"}
    [found] = [each for each in detectors.diagnoses(5 * HOUR * NS) if each.active]
    assert "the others counted 301" in found.text
    assert found.do


def test_a_counter_that_cannot_be_trusted_is_no_vehicle() -> None:
    detectors = Detectors()
    for n in range(40):
        detectors.reading("ctl1", counted(n * 0.5, None))
    assert active(detectors, 20) == set()
