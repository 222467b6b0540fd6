"""A site file whose sensors contradict each other."""

from pathlib import Path

import pytest

from edge_agent.config.read import examine
from tests.config.kinds import GOOD, FakeKinds

PAIRED = (
    GOOD.partition("[lane.l1]")[0]
    + """\
[device.cam1.line.leave]
a = [0, 90]
b = [600, 90]

[lane.l1]
lines = [
    { device = "cam1", line = "stop", at = 10.0 },
    { device = "cam1", line = "leave", at = 60.0, ab = "in", ba = "out" },
]
tags = [
    { device = "ctl1", antenna = 1, at = 40.0 },
]
scales = [
    { device = "ctl1", lane = "1", at = 20.0 },
]
signal = { device = "ctl1", phase = 2, camera = "cam1", line = "stop" }

[lane.l2]
tags = [
    { device = "ctl1", antenna = 2 },
]
"""
)

WRONG = [
    ("antenna = 2", "antenna = 1", "lane.l2.tags[0].antenna", "lane.l1 on line"),
    (", at = 40.0 }", " }", "lane.l1.tags[0]", "no place"),
    ('"stop", at = 10.0', '"stop"', "lane.l1.lines[0]", "no place"),
    ('ab = "in", ba', 'ab = "north", ba', "lane.l1.lines[1]", "in and out"),
    ('"cam1", line = "stop" }', '"cam1", line = "stpo" }', "lane.l1.signal.line", "cam1/leave"),
    ('signal = { device = "ctl1"', 'signal = { device = "ctl"', "lane.l1.signal.device", '"ctl1"?'),
    ('"ctl1", lane = "1"', '"wim1", lane = "1"', "lane.l1.scales[0].device", "unknown device"),
]  # fmt: skip


def test_lanes_that_pair_are_sound(tmp_path: Path) -> None:
    file = tmp_path / "unit.toml"
    file.write_text(PAIRED)
    assert examine(file, FakeKinds()).errors == []


@pytest.mark.parametrize(("old", "new", "where", "word"), WRONG)
def test_contradictions_are_named_where_they_are(
    tmp_path: Path, old: str, new: str, where: str, word: str
) -> None:
    assert PAIRED.count(old) == 1
    text = PAIRED.replace(old, new)
    file = tmp_path / "unit.toml"
    file.write_text(text)
    (problem,) = examine(file, FakeKinds()).errors
    assert problem.where == where
    assert word in f"{problem.wrong} {problem.allowed} {problem.next}"
    assert problem.line > text[: text.index("[lane.l1]")].count("\n")


def test_a_line_of_two_lanes_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "unit.toml"
    file.write_text(PAIRED + 'lines = [{ device = "cam1", line = "leave" }]\n')
    (problem,) = examine(file, FakeKinds()).errors
    assert (problem.where, problem.wrong) == (
        "lane.l2.lines[0].line",
        "lane.l1 on line 31 already counts this line",
    )
