import math
import random
from dataclasses import replace

import pytest

from edge_agent.passage.pairing.cost import Cost
from edge_agent.passage.pairing.place import LanePlan, Place
from edge_agent.passage.pairing.survey import Survey
from edge_agent.passage.pairing.trust import Trust


def see(trust: Trust, *, times: int, off_ms: float, even_ms: float | None = None) -> None:
    """Readings by a clock that is off, in traffic that is even or not."""
    chance = random.Random(off_ms)
    for _ in range(times):
        gap = even_ms or 1000 + chance.expovariate(1 / 2500)
        differences = (off_ms - gap, off_ms, off_ms + (even_ms or gap * 1.7))
        fits = any(abs(each) < 400 for each in differences)
        trust.saw(fits=fits, by_chance=0.35, differences_ms=differences)


def test_a_right_clock_is_believed_after_a_few() -> None:
    trust = Trust()
    assert trust.trusted is None
    see(trust, times=5, off_ms=30.0)
    assert trust.trusted is True


def test_until_then_it_is_likely_while_nothing_speaks_against_it() -> None:
    trust = Trust()
    words = [trust.likely]
    for fits in (True, True, False, True):
        trust.saw(fits=fits, by_chance=0.8)
        words.append(trust.likely)
    assert words == [False, True, True, False, False]
    assert trust.trusted is None


@pytest.mark.parametrize("off_ms", [2000.0, -2500.0, 4000.0])
def test_a_clock_that_is_off_is_found_with_its_shift(off_ms: float) -> None:
    trust = Trust()
    see(trust, times=40, off_ms=off_ms)
    assert trust.trusted is False
    assert trust.shift_ms() == pytest.approx(off_ms, abs=100)


def test_even_traffic_makes_nobody_believe_a_wrong_clock() -> None:
    trust = Trust()
    see(trust, times=50, off_ms=2000.0, even_ms=2000.0)
    assert trust.trusted is not True


def test_a_clock_that_jumps_is_doubted_within_a_dozen() -> None:
    trust = Trust()
    see(trust, times=60, off_ms=0.0)
    words = [trust.trusted]
    for n in range(12):
        see(trust, times=1, off_ms=5000.0 + n)
        words.append(trust.trusted)
    assert words[0] is True
    assert not all(words)


def test_an_earlier_run_is_believed_and_can_be_contradicted() -> None:
    assert Trust(8.0).trusted is True
    assert Trust(-8.0).trusted is False
    trust = Trust(8.0)
    see(trust, times=20, off_ms=3000.0)
    assert trust.trusted is False


def test_nothing_measured_has_no_shift() -> None:
    trust = Trust()
    assert trust.shift_ms() is None
    trust.saw(fits=False, by_chance=0.0)
    assert trust.shift_ms() is None


ARRIVE, TAG = Place("cam", "camera", 0.0), Place("tag", "tag", 40.0, 4.0)


def test_a_survey_moves_a_place_to_where_it_stamps_and_no_further() -> None:
    survey = Survey(LanePlan((ARRIVE, TAG)))
    for _ in range(400):
        # Three metres too late at 12 m/s, until the place has been moved there.
        late_m = 43.0 - survey.place("tag").at
        survey.learn("tag", Cost(late_m / 12 * 1000, 300.0), 12.0)
    assert survey.place("tag").at == pytest.approx(43.0, abs=0.1)
    assert survey.place("cam") is ARRIVE
    for _ in range(4000):
        survey.learn("tag", Cost(2000.0, 300.0), 12.0)
    assert survey.place("tag").at == 40.0 + 1.0 + 2 * 4.0


def test_a_survey_learns_how_certain_times_are() -> None:
    survey, chance = Survey(LanePlan((ARRIVE, replace(TAG, spread_m=1.0)))), random.Random(1)
    assert math.isclose(survey.scale("tag"), 1.0)
    for _ in range(600):
        sigma = 300.0 * survey.scale("tag")
        survey.learn("tag", Cost(chance.gauss(0, 240.0), sigma), 12.0)
    assert survey.scale("tag") == pytest.approx(0.8, abs=0.15)
