"""What a judgement is worth, and what is only counted."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from edge_agent.clock import Stamp, TimeQuality
from edge_agent.device.readings import StrayReading, VehicleClass
from edge_agent.passage.lanes import LaneSettings
from edge_agent.rules.chain import Tables
from edge_agent.rules.judge import Judge
from edge_agent.rules.standing import standing
from edge_agent.rules.tables import load
from tests.rules.cases import (
    AT,
    DEVICES,
    PLATE,
    SIGNAL,
    SURE,
    judge,
    lit,
    shipped,
    tables,
    vehicle,
    weighed,
)

LANE = LaneSettings(signal=SIGNAL, limit_kmh=50, stopping=False)


def test_all_is_good_enough_for_enforcement() -> None:
    (verdict,) = judge("red-light", LANE).judge(vehicle(signal=lit()))
    assert (verdict.kind, verdict.grade, verdict.why) == ("red-light", "enforcement", ())
    loaded = shipped("red-light-2026")
    assert verdict.rule.model_dump() == {
        "id": "vn-red-light",
        "ver": "2026.1",
        "src": loaded.table.source,
        "tab": loaded.digest,
    }


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"clock_source": "rtc", "clock_ms": 1000}, "clock-unsynced"),
        ({"clock_source": "none", "clock_ms": None}, "clock-unsynced"),
        ({"clock_ms": 201}, "clock-uncertain"),
        ({"plate": None}, "plate-unread"),
        ({"plate": replace(PLATE, confidence=899)}, "plate-unsure"),
        ({"confidence": 599}, "class-unsure"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_good_enough_is_statistics(change: dict[str, Any], why: str) -> None:
    (verdict,) = judge("red-light", LANE).judge(vehicle(signal=lit(), **change))
    assert (verdict.grade, verdict.why) == ("statistics", (why,))


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (replace(SURE, calibrated=None), "not-calibrated"),
        (replace(SURE, valid_to=None), "not-calibrated"),
        (replace(SURE, valid_to=date(2026, 9, 20)), "calibration-expired"),
        (replace(SURE, calibrated=date(2026, 9, 22)), "calibration-expired"),
    ],
    ids=["never", "no-end", "over", "later"],
)
def test_a_device_without_a_certificate_is_statistics(facts: Any, why: str) -> None:
    one = judge("red-light", LANE, devices={"cam1": facts})
    assert [verdict.why for verdict in one.judge(vehicle(signal=lit()))] == [(why,)]
    unknown = judge("red-light", LANE, devices={})
    assert [verdict.why for verdict in unknown.judge(vehicle(signal=lit()))] == [
        ("not-calibrated",)
    ]


def test_the_last_day_of_a_certificate_counts() -> None:
    one = judge("red-light", LANE, devices={"cam1": replace(SURE, valid_to=date(2026, 9, 21))})
    assert [verdict.grade for verdict in one.judge(vehicle(signal=lit()))] == ["enforcement"]


def test_what_is_shipped_is_never_enforced() -> None:
    """Nobody has held it against the gazette; whoever runs a unit must."""
    lane = LANE.model_copy(update={"rules": ["speeding"]})
    one = Judge(load(), {"l1": lane}, DEVICES)
    (verdict,) = one.judge(vehicle(speed=900))
    assert (verdict.grade, verdict.why) == ("statistics", ("table-unverified",))


def test_an_expired_table_judges_for_statistics() -> None:
    end = shipped("speeding-2026").table.valid_to
    day_after = Stamp(AT.utc_ms + ((end - date(2026, 9, 21)).days + 1) * 86_400_000, AT.mono_ns)
    devices = {"cam1": replace(SURE, valid_to=date(2099, 1, 1))}
    one = judge("speeding", LANE, devices=devices)
    assert [v.why for v in one.judge(vehicle(speed=900, at=day_after))] == [("table-expired",)]
    day_before = replace(day_after, utc_ms=day_after.utc_ms - 86_400_000)
    assert [v.why for v in one.judge(vehicle(speed=900, at=day_before))] == [()]


def test_days_begin_at_midnight_in_the_country() -> None:
    """23:59:59 on 14 August in Vietnam is 16:59:59 UTC."""
    chain = {"speeding": (shipped("speeding-2025"), shipped("speeding-2026"))}
    lane = LANE.model_copy(update={"rules": ["speeding"]})
    one = Judge(Tables(chain), {"l1": lane}, DEVICES)  # type: ignore[arg-type]
    midnight = 1_786_726_800_000  # 2026-08-14T17:00:00Z
    versions = [
        one.judge(vehicle(speed=900, at=Stamp(midnight + ms, 0)))[0].rule.ver for ms in (-1, 0)
    ]
    assert versions == ["2025.1", "2026.1"]


def test_before_any_table_nothing_is_judged() -> None:
    one = judge("speeding", LANE)
    assert one.judge(vehicle(speed=900, at=Stamp(1_700_000_000_000, 0))) == []
    assert one.figures() == {"refused-speeding-no-table": 1}


def test_refusals_and_yellow_are_counted() -> None:
    one = judge("red-light", LANE)
    assert one.judge(vehicle(signal=lit(stale=True))) == []
    assert one.judge(vehicle(signal=lit(lit().colour.YELLOW, age_ms=9000))) == []
    assert one.figures() == {"refused-red-light-signal-stale": 1, "yellow-could-stop": 1}


def test_only_the_rules_of_the_lane_are_judged() -> None:
    lane = LANE.model_copy(update={"rules": ["speeding", "red-light"]})
    one = Judge(tables("speeding", "red-light"), {"l1": lane, "l2": LANE}, DEVICES)
    fast = vehicle(speed=900, signal=lit())
    assert [verdict.kind for verdict in one.judge(fast)] == ["red-light", "speeding"]
    assert one.judge(replace(fast, lane="l2")) == []
    assert one.judge(replace(fast, lane="elsewhere")) == []


def test_overload_takes_the_stations_facts() -> None:
    axles = weighed([4000, 4000], [400], gross=30_000)
    (verdict,) = judge("overload").judge(vehicle(VehicleClass.TRUCK, axles=axles))
    assert verdict.grade == "enforcement"
    assert verdict.excess[0].u == 3000
    unknown = judge("overload", devices={"wim1": replace(SURE, accuracy="?")})
    (verdict,) = unknown.judge(vehicle(VehicleClass.TRUCK, axles=axles))
    assert verdict.why == ("accuracy-unknown",)


def test_a_standing_vehicle_is_judged_without_a_passage() -> None:
    stray = StrayReading(
        AT, "stopped", "l1", 3, True, 90_000, (0, 0, 5, 5), "r", VehicleClass.CAR, 950
    )
    one = judge("stopping", LANE)
    fused = standing("l1", "cam1", stray, TimeQuality("ntp", 5))
    (verdict,) = one.stood(fused, stray.lasted_ms)
    assert (verdict.kind, verdict.excess[0].val) == ("stopping", 90_000)
    assert verdict.why == ("plate-unread",)
    assert one.stood(fused, 1000) == []
    assert one.judge(fused) == []
    assert judge("speeding", LANE).stood(fused, 90_000) == []


def test_a_table_that_cannot_be_enforced_is_an_alarm() -> None:
    assert not judge("speeding", LANE).condition(AT).active
    lane = LANE.model_copy(update={"rules": ["speeding", "overload"]})
    loud = Judge(Tables(load().chains), {"l1": lane}, DEVICES).condition(AT)
    assert loud.active
    assert loud.severity == "critical"
    assert "overload: table vn-overload 2026.1 is not verified" in loud.text
    none = Judge(Tables(), {"l1": lane}, DEVICES).condition(AT)
    assert "speeding: no table is in force" in none.text
