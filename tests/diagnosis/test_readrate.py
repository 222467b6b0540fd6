import random

import pytest

from edge_agent.diagnosis.finding import Diagnosis
from edge_agent.diagnosis.readrate import LEARN, ReadRate
from tests.diagnosis.kit import passage

ANTENNAS = {"lane2": ("etc1", 2)}


def feed(rates: ReadRate, dice: random.Random, share: float, vehicles: int) -> list[bool]:
    found = []
    for _ in range(vehicles):
        rates.passage(passage(tag=dice.random() < share))
        found += [each.active for each in rates.diagnoses()]
    return found


def last(rates: ReadRate) -> Diagnosis:
    [only] = rates.diagnoses()
    return only


@pytest.mark.parametrize("seed", range(6))
def test_an_antenna_that_stays_as_it_is_is_left_alone(seed: int) -> None:
    rates = ReadRate(ANTENNAS)
    assert not any(feed(rates, random.Random(seed), 0.95, LEARN + 1000))


@pytest.mark.parametrize("seed", range(6))
def test_one_that_reads_a_third_less_is_found_within_a_hundred_vehicles(seed: int) -> None:
    dice, rates = random.Random(seed), ReadRate(ANTENNAS)
    feed(rates, dice, 0.95, LEARN)
    assert any(feed(rates, dice, 0.62, 100))
    found = last(rates)
    assert (found.device, found.code, found.active) == ("etc1", "read-rate-2", True)
    assert "it used to read 9" in found.text
    assert found.do
    feed(rates, dice, 0.95, 150)
    assert not last(rates).active


def test_who_carries_no_tag_tells_nothing() -> None:
    rates = ReadRate(ANTENNAS)
    feed(rates, random.Random(1), 1.0, LEARN)
    for _ in range(300):
        rates.passage(passage(tag=False, cls="motorbike"))
        rates.passage(passage(tag=False, lane="lane9"))
        rates.passage(passage(tag=False, why="device-down"))
    assert not last(rates).active


def test_an_antenna_over_vehicles_without_tags_is_never_judged() -> None:
    rates = ReadRate(ANTENNAS)
    feed(rates, random.Random(1), 0.1, LEARN + 50)
    assert list(rates.diagnoses()) == []
