"""Overload at every step of the law."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract.verdicts import Excess
from edge_agent.device.readings import AxlesReading, VehicleClass
from edge_agent.rules.facts import DeviceFacts
from edge_agent.rules.loads import UNJUDGEABLE, overload
from edge_agent.rules.verdict import Finding, Outcome, Refusal
from tests.rules.cases import DEVICES, case, table, vehicle, weighed

LAW = table("overload-2026")
TRUCK, TRACTOR = VehicleClass.TRUCK, VehicleClass.TRACTOR_TRAILER
BLUNT = {"wim1": DeviceFacts("S1", None, None, "", 0)}
EXACT = LAW.model_copy(
    update={
        "accuracy": [
            LAW.accuracy[0].model_copy(
                update={"name": "exact", "gross": 0, "group": 0, "single": 0}
            )
        ]
    }
)
SHARP = {"wim1": DeviceFacts("S1", None, None, "exact", 0)}


def judged(
    axles: AxlesReading,
    kind: VehicleClass = TRUCK,
    confidence: int = 950,
    *,
    exact: bool = True,
) -> Outcome:
    fused = vehicle(kind, axles=axles, confidence=confidence)
    if exact:
        return overload(case(fused, devices=SHARP), EXACT)
    return overload(case(fused), LAW)


def found(outcome: Outcome) -> dict[str, Excess]:
    assert isinstance(outcome, Finding)
    return {one.of: one for one in outcome.excess}


@pytest.mark.parametrize(
    ("gross", "band"),
    [
        (16_000, None),
        (17_600, None),  # exactly 10 % over is not punished
        (17_601, "168.34.2"),
        (19_200, "168.34.2"),  # exactly 20 % is still the lower band
        (19_201, "168.34.4.a"),
        (24_000, "168.34.4.a"),  # exactly 50 %
        (24_001, "168.34.5.a"),
    ],
)
def test_gross_weight_at_each_step(gross: int, band: str | None) -> None:
    outcome = judged(weighed([4000, 4000], [400], gross=gross))
    assert (None if outcome is None else found(outcome)["gross"].band) == band


@pytest.mark.parametrize(
    ("kg", "band"),
    [
        (11_500, None),  # 15 %: the lowest band speaks of the gross weight alone
        (12_000, None),
        (12_001, "168.34.4.a"),
        (15_000, "168.34.4.a"),
        (15_001, "168.34.5.a"),
    ],
)
def test_one_axle_at_each_step(kg: int, band: str | None) -> None:
    outcome = judged(weighed([3000, kg], [400], gross=None))
    assert (None if outcome is None else found(outcome)["axle-2"].band) == band


@pytest.mark.parametrize(
    ("kind", "axles", "limit"),
    [
        (TRUCK, 2, 16_000),
        (TRUCK, 3, 24_000),
        (TRUCK, 4, 30_000),
        (TRUCK, 5, 34_000),
        (TRUCK, 6, 34_000),
        (TRACTOR, 3, 26_000),
        (TRACTOR, 4, 34_000),
        (TRACTOR, 5, 44_000),
        (TRACTOR, 6, 48_000),
        (TRACTOR, 7, 48_000),
    ],
)
def test_gross_limit_by_body_and_axles(kind: VehicleClass, axles: int, limit: int) -> None:
    outcome = judged(weighed([5000] * axles, [190] * (axles - 1), gross=99_000), kind)
    assert found(outcome)["gross"].lim == limit


def test_a_body_that_the_camera_is_not_sure_of_has_the_higher_limit() -> None:
    axles = weighed([6000, 6000, 6000], [400, 190], gross=30_000)
    assert found(judged(axles, confidence=500))["gross"] == Excess(
        of="gross",
        val=30_000,
        lim=26_000,
        tol=2600,
        u=0,
        band="168.34.2",
        alt="24000 kg if it is rigid",
    )
    assert found(judged(axles))["gross"].lim == 24_000


def test_no_rigid_vehicle_is_so_long() -> None:
    axles = weighed([6000] * 5, [350, 500, 400, 190], gross=60_000)
    assert found(judged(axles, TRUCK))["gross"].lim == 44_000


def test_a_doubtful_spacing_is_judged_by_the_milder_reading_and_tells_of_the_other() -> None:
    fused = vehicle(TRUCK, axles=weighed([4000, 12_000, 12_000], [400, 129], gross=None))
    devices = {"wim1": DeviceFacts("S1", None, None, "exact", 4)}
    tandem = found(overload(case(fused, devices=devices), EXACT))["group-2-3"]
    assert tandem.lim == 18_000
    assert tandem.alt == "16000 kg by the other reading of the spacing"
    assert found(overload(case(fused, devices=SHARP), EXACT))["group-2-3"].lim == 16_000


def test_a_gap_that_may_not_join_acquits() -> None:
    """17 t on a tandem is lawful, though one of its axles alone would not be."""
    devices = {"wim1": DeviceFacts("S1", None, None, "exact", 4)}
    fused = vehicle(TRUCK, axles=weighed([4000, 13_000, 4000], [400, 182], gross=None))
    assert overload(case(fused, devices=devices), EXACT) is None
    assert found(overload(case(fused, devices=SHARP), EXACT))["axle-2"].band == "168.34.4.a"


def test_the_worst_comes_first_and_what_is_over_without_a_band_is_told() -> None:
    outcome = judged(weighed([10_500, 14_000], [400], gross=24_500))
    assert isinstance(outcome, Finding)
    assert [(one.of, one.band) for one in outcome.excess] == [
        ("gross", "168.34.5.a"),
        ("axle-2", "168.34.4.a"),
        ("axle-1", ""),
    ]


def test_within_the_stations_uncertainty_it_is_statistics() -> None:
    axles = weighed([4000, 4000], [400], gross=18_000)
    outcome = judged(axles, exact=False)
    assert isinstance(outcome, Finding)
    assert outcome.doubts == ("within-uncertainty",)
    assert found(outcome)["gross"].u == 1800
    assert found(outcome)["gross"].band == "168.34.2"


def test_the_band_is_that_of_what_it_surely_weighs() -> None:
    outcome = judged(weighed([4000, 4000], [400], gross=21_000), exact=False)
    assert isinstance(outcome, Finding)
    assert outcome.doubts == ()
    assert found(outcome)["gross"].band == "168.34.2"


def test_a_station_without_an_accuracy_class_proves_nothing() -> None:
    fused = vehicle(TRUCK, axles=weighed([4000, 4000], [400], gross=30_000))
    outcome = overload(case(fused, devices=BLUNT), LAW)
    assert isinstance(outcome, Finding)
    assert outcome.doubts == ("accuracy-unknown",)
    assert outcome.excess[0].u is None


@pytest.mark.parametrize("flag", sorted(UNJUDGEABLE))
def test_weights_that_are_surely_wrong_are_not_judged(flag: str) -> None:
    axles = weighed([4000, 4000], [400], gross=90_000, flags=(flag,))
    assert judged(axles) == Refusal("weights-flagged")


def test_weights_that_may_be_wrong_are_statistics() -> None:
    outcome = judged(weighed([4000, 4000], [400], gross=90_000, flags=("temperature",)))
    assert isinstance(outcome, Finding)
    assert outcome.doubts == ("weights-doubtful",)


def test_missing_weights_are_not_zero() -> None:
    axles = weighed([4000, 4000], [400], gross=90_000)
    torn = AxlesReading(axles.at, "1", 9, (axles.axles[0], axles.axles[1].__class__(None, 3, 4)))
    assert judged(torn) == Refusal("weights-missing")


def test_who_was_not_weighed_is_not_judged() -> None:
    assert overload(case(vehicle(TRUCK)), LAW) is None


@given(
    st.lists(st.integers(1000, 16_000), min_size=2, max_size=7),
    st.data(),
    st.integers(0, 9000),
    st.sampled_from([TRUCK, TRACTOR, VehicleClass.UNKNOWN]),
    st.sampled_from([950, 300]),
)
def test_heavier_never_loses_a_violation(
    kilos: list[int], data: st.DataObject, more: int, kind: VehicleClass, confidence: int
) -> None:
    many = len(kilos) - 1
    spacings = data.draw(st.lists(st.integers(80, 700), min_size=many, max_size=many))
    heavier = list(kilos)
    heavier[data.draw(st.integers(0, many))] += more

    def punished(weights: list[int]) -> tuple[bool, bool]:
        fused = vehicle(kind, axles=weighed(weights, spacings), confidence=confidence)
        outcome = overload(case(fused, devices=DEVICES), LAW)
        if not isinstance(outcome, Finding):
            return False, False
        return True, not outcome.doubts

    before, after = punished(kilos), punished(heavier)
    assert after[0] >= before[0]
    assert after[1] >= before[1]
