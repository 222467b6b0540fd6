"""``[alarms]`` is held against the devices, the shipped table, and itself."""

from pathlib import Path

import pytest

from edge_agent.config.read import Verdict, examine
from tests.config.kinds import GOOD, FakeKinds


def judge(tmp_path: Path, rows: str) -> Verdict:
    file = tmp_path / "unit.toml"
    file.write_text(f"{GOOD}\n{rows}")
    return examine(file, FakeKinds())


def test_rows_that_are_sound(tmp_path: Path) -> None:
    verdict = judge(
        tmp_path,
        """
[alarms."door-open"]
on_s = 30
[alarms."picture-*"]
severity = "critical"
[alarms."*/lamp-out"]
cause = "*/mains-failed"
[alarms.unit-hot]
limit = 70.5
deadband = 3
[alarms.something-of-a-map]
off_s = 5
""",
    )
    assert (verdict.errors, verdict.warnings) == ([], [])
    assert verdict.settings is not None
    assert verdict.settings.alarms["unit-hot"].limit == 70.5


@pytest.mark.parametrize(
    ("rows", "where", "wrong"),
    [
        ('[alarms."Door Open"]\non_s = 1', 'alarms."Door Open"', "no name"),
        ('[alarms."cab9/door-open"]\non_s = 1', 'alarms."cab9/door-open"', "unknown device"),
        ("[alarms.door-open]\nlimit = 3", "alarms.door-open.limit", "no figure"),
        ("[alarms.door-open]\non_s = -1", "alarms.door-open.on_s", ""),
        ("[alarms.door-open]\nsince = 1", "alarms.door-open.since", "unknown"),
        ('[alarms.door-open]\nseverity = "high"', "alarms.door-open.severity", ""),
        ('[alarms.mains-failed]\ncause = "ups-on-battery"', "alarms.mains-failed.cause", "circle"),
        ('[alarms.a]\ncause = "*/a"', "alarms.a.cause", "circle"),
    ],
)
def test_rows_that_cannot_be(tmp_path: Path, rows: str, where: str, wrong: str) -> None:
    (problem,) = judge(tmp_path, rows).errors
    assert problem.where == where
    assert wrong in problem.wrong
    assert problem.line > GOOD.count("\n")
    assert problem.next


def test_a_name_that_is_nearly_known(tmp_path: Path) -> None:
    (doubt,) = judge(tmp_path, "[alarms.dor-open]\non_s = 1").warnings
    assert doubt.next == 'did you mean "door-open"?'


@pytest.mark.parametrize("rows", ["alarms = 3", 'alarms = ["x"]', "[alarms]\ndoor-open = 3"])
def test_what_is_no_table_is_said_once(tmp_path: Path, rows: str) -> None:
    text = rows if rows.startswith("alarms") else ""
    file = tmp_path / "unit.toml"
    file.write_text(f"{text}\n{GOOD}\n{'' if text else rows}")
    assert len(examine(file, FakeKinds()).errors) == 1
