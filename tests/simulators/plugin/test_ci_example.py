"""The CI example says only what the commands understand."""

import re
import subprocess
import sys

from edge_agent.simulators.score.thresholds import read
from tests.house.source import ROOT

EXAMPLE = ROOT / "config" / "examples" / "ci"


def test_limits_are_understood() -> None:
    assert len(read(EXAMPLE / "limits.toml").demands) == 6


def test_commands_and_their_options_exist() -> None:
    text = (EXAMPLE / "github-actions.yml").read_text(encoding="utf-8")
    told = [
        (verb, re.findall(r"--[a-z-]+", rest))
        for verb, rest in re.findall(r"edge-sim (\w+) (.*?)(?:\n +- |\Z)", text, re.DOTALL)
    ]
    assert [verb for verb, _ in told] == ["demo", "score"]
    for verb, options in told:
        shown = subprocess.run(
            [sys.executable, "-m", "edge_agent.simulators", verb, "--help"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert [option for option in options if option not in shown] == []
        assert options
