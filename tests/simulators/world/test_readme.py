"""What the READMEs show works."""

import re
import subprocess
import sys
from pathlib import Path

from edge_agent.simulators.faults.script import parse
from edge_agent.simulators.score.thresholds import read

SIMULATORS = Path(__file__).parents[3] / "simulators"


def block(folder: str, language: str) -> str:
    text = (SIMULATORS / folder / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


def test_example_of_the_world_runs_and_sees_vehicles() -> None:
    done = subprocess.run(
        [sys.executable, "-c", block("world", "python")], capture_output=True, text=True, check=True
    )
    assert len(re.findall(r"^\d{13} \w+ [123] [\d.]+ km/h$", done.stdout, re.MULTILINE)) > 5


def test_example_of_a_fault_script_is_understood() -> None:
    assert len(parse(block("faults", "toml"), "README.md").timeline()) == 3


def test_example_of_thresholds_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(block("score", "toml"))
    thresholds = read(path)
    assert len(thresholds.demands) == 8
    assert thresholds.names.lane_of("s-speed", 1) == "main"
