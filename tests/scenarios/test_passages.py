"""Short cells of the table of passages, from the readings to the score, by commands only."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CELLS = Path(__file__).parent / "passages" / "cells.toml"


def edge_sim(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edge_agent.simulators", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def missed(cell: dict[str, Any]) -> list[str]:
    return [f"{d['demand']}: {d['value']}" for d in cell["demands"] if not d["ok"]]


@pytest.mark.parametrize(
    "name",
    ["toll-plaza-day", "toll-plaza-night-rain-dense", "toll-plaza-clock-off", "junction-day"],
)
def test_vehicles_are_whole_and_right(name: str, tmp_path: Path) -> None:
    words = ("--cells", CELLS, "--only", name, "--minutes", 5, "--keep", tmp_path, "--json")
    done = edge_sim("passages", *words)
    assert done.stdout, done.stderr
    cell = json.loads(done.stdout)["cells"][name]
    assert missed(cell) == []
    assert done.returncode == 0


def test_a_unit_that_mixes_vehicles_up_is_found_out(tmp_path: Path) -> None:
    """A part of every fourth passage changes places with one of the next: the score must fall."""
    words = ("--cells", CELLS, "--only", "toll-plaza-day", "--minutes", 2, "--keep", tmp_path)
    assert edge_sim("passages", *words).stdout
    folder = tmp_path / "toll-plaza-day"
    stored = [json.loads(line) for line in (folder / "stored.jsonl").read_text().splitlines()]
    whole = [
        row["event"]
        for row in stored
        if row["event"]["st"] == "passage" and len(row["event"]["parts"]) > 2
    ]
    for one, other in zip(whole[::4], whole[1::4], strict=False):
        one["parts"][-1], other["parts"][-1] = other["parts"][-1], one["parts"][-1]
    (folder / "mixed.jsonl").write_text("".join(json.dumps(row) + "\n" for row in stored))
    limits = ("--thresholds", CELLS.parent / "free-flow.toml", "--settle-ms", 60_000, "--json")
    done = edge_sim("score", folder / "truth.jsonl", folder / "mixed.jsonl", *limits)
    assert done.returncode == 1
    figures = next(
        row
        for row in json.loads(done.stdout)["rows"]
        if (row["kind"], row["scope"]) == ("passage", "all")
    )
    assert figures["wrong"] > 0.01  # ten times what the target allows
    assert figures["complete"] < 0.9
