"""What the site file says of the devices that measure."""

from datetime import date

import pytest

from edge_agent.device.driver import DeviceSettings
from edge_agent.device.weighstation import WeighSettings
from edge_agent.passage.lanes import LaneSettings
from edge_agent.rules.facts import DeviceFacts, calibration_doubts, facts
from edge_agent.rules.settings import RulesSettings
from edge_agent.rules.start import judge
from tests.rules.cases import SURE, vehicle

SITE = {
    "cam1": DeviceSettings(kind="camera", serial="C7", calibrated=date(2026, 1, 2)),
    "wim1": WeighSettings(
        kind="wim_line",
        url="tcp://192.0.2.1:7000",
        serial="W9",
        calibrated=date(2026, 1, 1),
        valid_to=date(2027, 1, 1),
        accuracy="B(10)",
        spacing_cm=3,
    ),
}


def test_facts_of_a_site() -> None:
    assert facts(SITE) == {
        "cam1": DeviceFacts("C7", date(2026, 1, 2)),
        "wim1": DeviceFacts("W9", date(2026, 1, 1), date(2027, 1, 1), "B(10)", 3),
    }


@pytest.mark.parametrize(
    ("measured", "day", "doubts"),
    [
        (["wim1"], date(2026, 1, 1), []),
        (["wim1"], date(2027, 1, 1), []),
        (["wim1"], date(2027, 1, 2), ["calibration-expired"]),
        (["wim1", "cam1"], date(2026, 6, 1), ["not-calibrated"]),
        (["elsewhere"], date(2026, 6, 1), ["not-calibrated"]),
        ([], date(2026, 6, 1), ["not-calibrated"]),
    ],
    ids=["first", "last", "over", "one-without", "unknown", "nobody"],
)
def test_certificates(measured: list[str], day: date, doubts: list[str]) -> None:
    assert calibration_doubts(measured, facts(SITE) | {"x": SURE}, day) == doubts


def test_a_units_judge() -> None:
    lanes = {"l1": LaneSettings(rules=["speeding"], limit_kmh=50)}
    one = judge(RulesSettings(), lanes, SITE, "Asia/Ho_Chi_Minh")
    (verdict,) = one.judge(vehicle(speed=900))
    assert verdict.why == ("table-unverified", "not-calibrated")
