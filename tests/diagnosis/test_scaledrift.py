import random

import pytest

from edge_agent.diagnosis.finding import Diagnosis
from edge_agent.diagnosis.scaledrift import LEARN, ScaleDrift
from tests.diagnosis.kit import axles


def lorries(
    scales: ScaleDrift, dice: random.Random, number: int, factor: float = 1.0, tilt: float = 0.0
) -> bool:
    """Whether anything was found meanwhile."""
    found = False
    for _ in range(number):
        loads = [dice.gauss(5600, 450), *(dice.uniform(3000, 10_000) for _ in range(3))]
        sides = [
            (
                round(factor * load / 2 * (1 + tilt + dice.gauss(0, 0.02))),
                round(factor * load / 2 * (1 - tilt)),
            )
            for load in loads
        ]
        scales.axles(axles(*sides))
        found |= any(each.active for each in scales.diagnoses())
    return found


def said(scales: ScaleDrift) -> dict[str, Diagnosis]:
    return {each.code: each for each in scales.diagnoses()}


@pytest.mark.parametrize("seed", range(4))
def test_a_scale_that_stays_as_it_is_is_left_alone(seed: int) -> None:
    scales, dice = ScaleDrift(), random.Random(seed)
    assert not lorries(scales, dice, 2 * LEARN + 600)
    assert set(said(scales)) == {"drift-2", "balance-2"}


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_drift_is_found_and_a_factor_proposed(factor: float) -> None:
    scales, dice = ScaleDrift(), random.Random(2)
    lorries(scales, dice, 2 * LEARN)
    assert lorries(scales, dice, 150, factor)
    found = said(scales)["drift-2"]
    assert found.active
    proposed = float(found.do.rstrip(".").split()[-1])
    assert proposed == pytest.approx(1 / factor, abs=0.03)
    scales.calibrated("wim1")
    assert "drift-2" not in said(scales)


def test_one_side_that_weighs_more_is_named() -> None:
    scales, dice = ScaleDrift(), random.Random(3)
    lorries(scales, dice, 2 * LEARN)
    lorries(scales, dice, 150, tilt=0.05)
    found = said(scales)["balance-2"]
    assert found.active
    assert "on the left" in found.text


def test_what_the_station_does_not_trust_tells_nothing() -> None:
    scales = ScaleDrift()
    for _ in range(2 * LEARN):
        scales.axles(axles((9000, 100), (9000, 100), (9000, 100), flags=["straddling"]))
    assert said(scales) == {}
