from dataclasses import replace

from edge_agent.clock import Stamp
from edge_agent.device.readings import CrossingReading
from edge_agent.vision.waiting import Waiting


def crossing(track: int, line: str = "a") -> CrossingReading:
    return CrossingReading(Stamp(track, track), line, "ab", track)


class Desk:
    """Completes with a count, so that a test sees when it happened."""

    def __init__(self, least_s: float = 0.0, most_s: float = 1.5) -> None:
        self.waiting = Waiting(self._complete, least_s, most_s)
        self.settled: set[int] = set()
        self.asked: list[int] = []

    def _complete(self, reading: CrossingReading, _t: float) -> CrossingReading:
        self.asked.append(reading.track)
        return replace(reading, confidence=len(self.asked))

    def due(self, t: float) -> list[int]:
        return [one.track for one in self.waiting.due(t, lambda track: track in self.settled)]


def test_a_crossing_waits_for_its_plate_and_no_longer() -> None:
    desk = Desk()
    desk.waiting.add(crossing(1), 10.0)
    assert desk.due(10.1) == []
    assert desk.waiting.tracks == {1}
    assert desk.due(11.4) == []
    assert desk.due(11.5) == [1]
    assert desk.waiting.tracks == frozenset()


def test_a_settled_vehicle_goes_at_once() -> None:
    desk = Desk()
    desk.settled.add(1)
    desk.waiting.add(crossing(1), 10.0)
    assert desk.due(10.0) == [1]


def test_speed_is_given_time_even_when_the_plate_is_known() -> None:
    desk = Desk(least_s=0.5)
    desk.settled.add(1)
    desk.waiting.add(crossing(1), 10.0)
    assert desk.due(10.4) == []
    assert desk.due(10.5) == [1]


def test_order_is_the_order_of_crossing() -> None:
    desk = Desk()
    desk.waiting.add(crossing(1), 10.0)
    desk.waiting.add(crossing(2), 10.3)
    desk.settled.add(2)
    assert desk.due(10.4) == []  # 2 is known, but 1 came first
    assert desk.due(11.5) == [1, 2]


def test_a_vehicle_that_is_gone_is_completed_while_it_is_known() -> None:
    desk = Desk()
    desk.waiting.add(crossing(1), 10.0)
    desk.waiting.add(crossing(2), 10.2)
    desk.waiting.gone([2])
    assert desk.asked == [2]
    assert desk.due(10.3) == []
    desk.waiting.gone([1])
    assert desk.due(10.3) == [1, 2]
    assert desk.asked == [2, 1]


def test_of_a_vehicle_that_is_gone_nothing_is_asked_any_more() -> None:
    desk = Desk()
    desk.waiting.add(crossing(1), 10.0)
    desk.waiting.add(crossing(2), 10.1)
    desk.waiting.gone([2])
    asked: list[int] = []

    def settled(track: int) -> bool:
        asked.append(track)
        return False

    for t in (10.2, 11.5):
        told = desk.waiting.due(t, settled)
    assert [one.track for one in told] == [1, 2]
    assert asked == [1]


def test_two_lines_are_two_crossings_of_one_vehicle() -> None:
    desk = Desk()
    desk.waiting.add(crossing(1, "a"), 10.0)
    desk.waiting.add(crossing(1, "b"), 10.8)
    assert [one.line for one in desk.waiting.due(11.5, lambda _: False)] == ["a"]
    assert desk.waiting.tracks == {1}
    assert [one.line for one in desk.waiting.everything()] == ["b"]


def test_one_found_late_goes_before_younger_ones() -> None:
    desk = Desk()
    desk.waiting.add(crossing(2), 12.0)
    desk.waiting.add(crossing(1), 10.0)
    assert desk.due(12.1) == [1]


def test_without_a_reason_to_wait_nothing_waits() -> None:
    desk = Desk(most_s=0.0)
    desk.waiting.add(crossing(1), 10.0)
    assert desk.due(10.0) == [1]
