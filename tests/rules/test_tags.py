"""The list of tags: what is wrong is told by its line, and nobody's plate is repeated."""

from pathlib import Path

import pytest

from edge_agent.errors import ConfigError
from edge_agent.rules.tags import load

EPC = "E28011700000020000000001"


def test_a_list(tmp_path: Path) -> None:
    file = tmp_path / "tags.csv"
    file.write_text(f"# tags\n\n{EPC},51A12345\n{EPC.lower()} , 51a12345\n")
    assert load(file) == {EPC: "51A12345"}


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (f"{EPC};51A12345", "no tag and plate"),
        (f"{EPC},", "no tag and plate"),
        ("XYZ,51A12345", "no tag and plate"),
        (f"{EPC},51A54321", "a tag that has another plate already"),
    ],
)
def test_a_bad_line_is_named_and_not_told(tmp_path: Path, line: str, wrong: str) -> None:
    file = tmp_path / "tags.csv"
    file.write_text(f"{EPC},51A12345\n{line}\n")
    with pytest.raises(ConfigError) as caught:
        load(file)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.wrong) == (str(file), 2, wrong)
    assert "51A" not in repr(problem)


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="1 problem"):
        load(tmp_path / "none.csv")
