import random

from edge_agent.diagnosis.clinic import Clinic
from edge_agent.diagnosis.cusum import Cusum
from edge_agent.diagnosis.memory import MemorySlope
from tests.diagnosis.kit import NS, axles, counted, passage


def test_what_changes_is_said_once() -> None:
    clinic = Clinic("u1", {"lane2": ("etc1", 2)})
    for _ in range(220):
        clinic.event(passage(tag=True))
    assert list(clinic.changes(0)) == []
    for _ in range(40):
        clinic.event(passage(tag=False))
    [low] = clinic.changes(0)
    assert (low.device, low.active) == ("etc1", True)
    assert list(clinic.changes(0)) == []
    for _ in range(400):
        clinic.event(passage(tag=True))
    [over] = clinic.changes(0)
    assert (over.code, over.active, over.text) == (low.code, False, "")


def test_everything_reaches_its_doctor() -> None:
    clinic = Clinic("u1", {})
    clinic.event(axles((2800, 2800), (4000, 4000), (4000, 4000)))
    for n in range(40):
        clinic.reading("ctl1", counted(n * 0.5))
    assert [each.code for each in clinic.changes(20 * NS)] == ["detector-chatter-d1"]


def test_memory_that_grows_is_told_from_memory_that_breathes() -> None:
    dice = random.Random(4)
    for per_day, grows in ((0, False), (60_000, True)):
        slope = MemorySlope()
        for minute in range(0, 16 * 60, 5):
            rss = 60_000 + per_day * minute / 1440 + dice.gauss(0, 900)
            slope.sample(minute * 60, round(rss))
        assert slope.grows is grows
    young = MemorySlope()
    young.sample(60, 10)
    assert young.kb_per_day is None


def test_a_mean_that_moves_is_found_on_either_side() -> None:
    for step in (-1.5, 1.5):
        dice, sums = random.Random(5), Cusum(learn=100, least_sigma=0.01)
        for _ in range(400):
            sums.add(dice.gauss(10, 1))
        before = sums.moved
        for _ in range(40):
            sums.add(dice.gauss(10 + step, 1))
        after = sums.moved
        sums.relearn()
        assert (before, after, sums.moved, sums.learnt) == (False, True, False, None)
