from pathlib import Path

import pytest

from edge_agent.simulators.cli import main
from edge_agent.simulators.passages.cells import read
from edge_agent.simulators.score import thresholds
from edge_agent.simulators.score.items import InputError

CELLS = Path(__file__).parents[2] / "scenarios" / "passages" / "cells.toml"


def test_the_table_has_both_sites_by_day_and_night_free_and_dense_and_a_wrong_clock() -> None:
    cells = read(CELLS)
    lights = {"day", "night-rain"}
    free = {(c.site, c.light) for c in cells if c.thresholds.name == "free-flow.toml"}
    dense = {(c.site, c.light) for c in cells if c.thresholds.name == "dense.toml"}
    assert free == {("toll-plaza", light) for light in lights}
    assert dense == {(site, light) for site in ("toll-plaza", "junction") for light in lights}
    assert [cell.clock_off for cell in cells if cell.clock_off]
    for cell in cells:
        assert thresholds.read(cell.thresholds).demands
        assert cell.hour is not None
        assert thresholds.read(cell.hour).demands


@pytest.mark.parametrize(
    "text",
    [
        "[cell.a",
        "x = 1",
        '[cell.a]\nsite = "nowhere"\nthresholds = "t.toml"',
        '[cell.a]\nsite = "junction"',
        '[cell.a]\nsite = "junction"\nthresholds = "t.toml"\nflow = true',
        '[cell.a]\nsite = "junction"\nthresholds = "t.toml"\nlight = "noon"',
        '[cell.a]\nsite = "junction"\nthresholds = "t.toml"\nwind = 3',
    ],
    ids=["broken", "other", "site", "limits", "flow", "light", "key"],
)
def test_a_table_that_makes_no_sense_is_refused(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cells.toml"
    file.write_text(text)
    with pytest.raises(InputError):
        read(file)
    assert main(["passages", "--cells", str(file)]) == 2
    assert "cells.toml" in capsys.readouterr().err


def test_a_cell_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["passages", "--cells", str(CELLS), "--only", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err
