"""The dashboard and the alarm rules ask for figures that the agent has, by their right names."""

import json
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edge_agent import metrics
from tests.house.source import ROOT
from tests.snapshots import snapshot

_NAME = re.compile(r"\bedge_agent_\w+")


@pytest.fixture(scope="module")
def known() -> set[str]:
    families = text_string_to_metric_families(metrics.text(snapshot()).decode())
    return {sample.name for family in families for sample in family.samples}


def test_the_dashboard_asks_for_what_there_is(known: set[str]) -> None:
    board = json.loads((ROOT / "config/grafana/units.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    names = {name for expression in asked for name in _NAME.findall(expression)}
    assert len(names) >= 15
    assert names <= known
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_the_panels_do_not_overlap() -> None:
    board = json.loads((ROOT / "config/grafana/units.json").read_text(encoding="utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_the_alarm_rules_ask_for_what_there_is_and_say_what_to_do(known: set[str]) -> None:
    text = (ROOT / "config/prometheus/edge-agent.rules.yml").read_text(encoding="utf-8")
    alerts = text.split("- alert: ")[1:]
    assert len(alerts) >= 8
    for alert in alerts:
        fields = dict(re.findall(r"^\s+(\w+): (.+)$", alert, re.MULTILINE))
        names = set(_NAME.findall(fields["expr"]))
        assert names <= known, alert
        assert names or fields["expr"].startswith("up{")
        assert {"summary", "action", "labels"} <= fields.keys()
        assert fields["labels"] in ("{severity: warning}", "{severity: critical}")
