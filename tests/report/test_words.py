"""Every code has a word, no word is there for nothing, both languages say as much."""

import ast
import re
from pathlib import Path
from typing import get_args

from edge_agent.contract.events import Agg, Incident, Violation
from edge_agent.contract.vehicles import VehicleClass
from edge_agent.report import on_traffic, words
from edge_agent.report.words import Words
from tests.house.source import ROOT

ROOM = ROOT / "edge_agent" / "report"
FAMILIES = {
    "class": get_args(VehicleClass),
    "rule": get_args(Violation.model_fields["kind"].annotation),
    "incident": get_args(Incident.model_fields["kind"].annotation),
    "group": tuple(on_traffic.GROUPS),
    "level": on_traffic.LEVELS,
    "state": ("ok", "degraded", "down", "raised", "updated", "cleared"),
    "of": ("gross", "axle", "group", "speed", "red-age", "stood"),
    "note": ("flow", "sensor", "p85", "level", "grade", "privacy", "doubts"),
}


def literals(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_word_is_used_and_every_code_has_one() -> None:
    said = set().union(*(literals(path) for path in ROOM.glob("*.py") if path.stem != "words"))
    said |= {f"{family}-{name}" for family, names in FAMILIES.items() for name in names}
    said |= set(get_args(Agg.model_fields["src"].annotation))
    said |= {f"{name}s" for name in said} | {f"{name}-axis" for name in said}
    assert set(words._TABLE) - said == set()
    for family, names in FAMILIES.items():
        assert [name for name in names if f"{family}-{name}" not in words._TABLE] == []


def test_both_languages_take_the_same_values() -> None:
    for vietnamese, english in words._TABLE.values():
        assert sorted(re.findall(r"{(\w+)}", vietnamese)) == sorted(re.findall(r"{(\w+)}", english))
        assert vietnamese
        assert english


def test_code_of_a_newer_unit_is_shown_as_it_is() -> None:
    assert Words("vi").of("rule", "tailgating") == "tailgating"
    assert Words("vi").of("rule", "overload") == "quá tải"
