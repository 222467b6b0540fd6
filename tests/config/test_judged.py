"""A lane's rules are held against what the lane says of itself."""

from pathlib import Path
from typing import get_args

import pytest

from edge_agent.config.read import Verdict, examine
from edge_agent.contract.verdicts import RuleKind
from tests.config.kinds import GOOD, FakeKinds

LANE = "\n[lane.north-9]\n"
WHOLE = """
rules = ["wrong-way", "forbidden-turn", "speeding", "stopping", "wrong-lane"]
against = "out"
limit_kmh = 50
stopping = false
only = ["car"]
"""


def judge(tmp_path: Path, lane: str) -> Verdict:
    file = tmp_path / "unit.toml"
    file.write_text(GOOD + LANE + lane)
    return examine(file, FakeKinds())


def test_a_lane_that_says_what_its_rules_need(tmp_path: Path) -> None:
    assert judge(tmp_path, WHOLE).errors == []


@pytest.mark.parametrize("kind", get_args(RuleKind))
def test_a_rule_that_the_lane_cannot_judge(tmp_path: Path, kind: str) -> None:
    (problem,) = judge(tmp_path, f'rules = ["{kind}"]\n').errors
    assert problem.where == "lane.north-9.rules[0]"
    assert problem.line > 0
    assert "does not say" in problem.wrong
    assert problem.allowed


def test_a_rule_that_there_is_not(tmp_path: Path) -> None:
    (problem,) = judge(tmp_path, 'rules = ["speedng"]\n').errors
    assert problem.wrong == "unknown rule"
    assert problem.next == 'did you mean "speeding"?'
    (problem,) = judge(tmp_path, 'rules = ["xyz"]\n').errors
    assert "write one of" in problem.next


def test_every_kind_has_its_need(tmp_path: Path) -> None:
    """One table speaks of all kinds, so that a new one is not forgotten."""
    listed = ", ".join(f'"{kind}"' for kind in get_args(RuleKind))
    wrong = judge(tmp_path, f"rules = [{listed}]\n").errors
    assert [problem.where for problem in wrong] == [
        f"lane.north-9.rules[{index}]" for index in range(len(get_args(RuleKind)))
    ]
