"""Rules and incidents of a unit, put together."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge_agent.clock import ManualClock, stamp
from edge_agent.config.read import validated
from edge_agent.contract.events import Agg, Incident, Violation
from edge_agent.device.readings import Colour, SignalReading, StrayReading, VehicleClass
from edge_agent.passage.heading import Heading
from edge_agent.roadwatch import RoadWatch
from edge_agent.rules.tables import SHIPPED
from edge_agent.settings import UnitSettings
from tests.rules.cases import vehicle

SITE: dict[str, Any] = {
    "version": 1,
    "unit": {"province": "hanoi", "site": "nga-tu-so", "id": "u1"},
    "uplink": {"broker": "mqtt://127.0.0.1:1883"},
    "lane": {"l1": {"stopping": False, "rules": ["stopping", "speeding"], "limit_kmh": 50}},
}


def watch(told: list[Any] | None = None, **rules: Any) -> tuple[RoadWatch, ManualClock]:
    clock = ManualClock()
    settings = validated(UnitSettings, SITE | {"rules": rules})
    on = None if told is None else lambda *news: told.append(news)
    return RoadWatch(settings, Heading("u1", clock), on), clock


def stray(clock: ManualClock, lasted_s: int, *, active: bool) -> StrayReading:
    return StrayReading(
        stamp(clock), "stopped", "l1", 4, active, lasted_s * 1000, (0, 0, 9, 9), "r",
        VehicleClass.CAR, 900,
    )  # fmt: skip


def test_who_stands_is_an_incident_and_then_a_violation() -> None:
    told: list[Any] = []
    road, clock = watch(told)
    assert road.reading("cam1", stray(clock, 20, active=True)) == []
    (raised,) = road.tick()
    assert isinstance(raised, Incident)
    assert (raised.kind, raised.state, raised.lane, raised.u) == (
        "stopped-vehicle",
        "raised",
        "l1",
        "u1",
    )
    clock.advance(60)
    (violation,) = road.reading("cam1", stray(clock, 80, active=False))
    assert isinstance(violation, Violation)
    assert (violation.kind, violation.pas, violation.grade) == ("stopping", None, "statistics")
    assert violation.ex[0].val == 80_000
    assert told[0][0] == violation
    road.tick()
    clock.advance(6)
    assert [one.state for one in road.tick() if isinstance(one, Incident)] == ["cleared"]


def test_who_is_told_late_is_judged_once() -> None:
    road, clock = watch()
    assert len(road.reading("cam1", stray(clock, 40, active=True))) == 1
    assert road.reading("cam1", stray(clock, 90, active=False)) == []
    elsewhere = replace(stray(clock, 90, active=False), place="middle")
    assert road.reading("cam1", elsewhere) == []


def test_the_judge_is_the_units() -> None:
    road, _ = watch()
    assert road.judge is not None
    (verdict,) = road.judge.judge(vehicle(speed=900))
    assert verdict.kind == "speeding"
    condition = road.condition()
    assert condition is not None
    assert condition.active


def test_a_broken_table_judges_nobody_and_says_where(tmp_path: Path) -> None:
    text = (SHIPPED / "speeding-2026.toml").read_text()
    (tmp_path / "speeding.toml").write_text(text.replace("above = 35", "above = 40"))
    road, clock = watch(tables=str(tmp_path))
    assert road.judge is None
    condition = road.condition()
    assert condition is not None
    assert condition.active
    assert f"nothing is judged: {tmp_path / 'speeding.toml'}:" in condition.text
    assert road.reading("cam1", stray(clock, 90, active=False)) == []
    assert road.figures() == {}


def test_where_nobody_is_judged_there_is_no_alarm() -> None:
    clock = ManualClock()
    settings = validated(UnitSettings, SITE | {"lane": {"l1": {}}})
    assert RoadWatch(settings, Heading("u1", clock)).condition() is None


@pytest.mark.parametrize("source", ["camera", "detector"])
def test_a_jam_out_of_aggregates(source: str) -> None:
    road, clock = watch()
    for _ in range(4):
        agg = Agg(
            **Heading("u1", clock).of("l1", stamp(clock)),
            lane="l1", dur=60_000, src=source, n=[], occ=900, los="jammed",
        )  # fmt: skip
        road.aggregate(agg)
        events = road.tick()
        clock.advance(60)
    road.device("cam1", up=False)
    kinds = [
        one.kind for one in (*events, *road.tick(everything=True)) if isinstance(one, Incident)
    ]
    assert kinds == ["congestion"]


def test_refusals_are_figures() -> None:
    road, _ = watch()
    assert road.judge is not None
    road.judge.judge(vehicle(speed=900, spread=None))
    assert road.figures() == {"refused-speeding-speed-uncertain": 1}


def test_who_saw_an_incident_is_asked_to_show_it_once() -> None:
    news: list[Any] = []
    clock = ManualClock()
    settings = validated(UnitSettings, SITE | {"device": {"cam1": {"kind": "camera"}}})
    road = RoadWatch(settings, Heading("u1", clock), on_incident=lambda *told: news.append(told))
    road.reading("cam1", stray(clock, 20, active=True))
    (raised,) = road.tick()
    assert news == [(raised, ["cam1"], stamp(clock))]
    road.reading("cam1", stray(clock, 40, active=False))
    road.tick()
    clock.advance(6)
    assert len(road.tick()) == 1
    assert len(news) == 1


def test_dark_lamps_are_shown_by_who_looks_at_their_stop_line() -> None:
    news: list[Any] = []
    clock = ManualClock()
    line = {"device": "cam1", "line": "stop"}
    obeys = {"device": "ctl1", "phase": 2, "camera": "cam1", "line": "stop"}
    site: dict[str, Any] = {
        "device": {"cam1": {"kind": "camera"}, "ctl1": {"kind": "signal_ntcip"}},
        "lane": {"l1": {"lines": [line], "signal": obeys}},
    }
    road = RoadWatch(
        validated(UnitSettings, SITE | site),
        Heading("u1", clock),
        on_incident=lambda *told: news.append(told),
    )
    road.reading("ctl1", SignalReading(stamp(clock), {2: Colour.DARK}))
    clock.advance(3)
    (raised,) = road.tick()
    assert isinstance(raised, Incident)
    assert (raised.kind, raised.d) == ("signal-dark", "ctl1")
    assert news == [(raised, ["cam1"], stamp(clock))]
