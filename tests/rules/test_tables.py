"""Tables that cannot be used are refused with their line; the chain has one table a day."""

import hashlib
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from edge_agent.errors import ConfigError, Problem
from edge_agent.rules.chain import Tables
from edge_agent.rules.tables import MODELS, SHIPPED, load, read
from tests.rules.cases import shipped

SPEED = (SHIPPED / "speeding-2026.toml").read_text()
LOAD = (SHIPPED / "overload-2026.toml").read_text()
RED = (SHIPPED / "red-light-2026.toml").read_text()


def refused(tmp_path: Path, text: str) -> list[Problem]:
    file = tmp_path / "table.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read(file)
    assert {problem.file for problem in caught.value.problems} == {str(file)}
    assert all(problem.allowed and problem.next for problem in caught.value.problems)
    return caught.value.problems


def line(text: str, what: str) -> int:
    """Number of the line that holds this, which must be one."""
    (number,) = [n for n, row in enumerate(text.splitlines(), start=1) if what in row]
    return number


@pytest.mark.parametrize(
    ("text", "old", "new", "at", "wrong"),
    [
        (SPEED, 'đ", from = 10', 'đ", from = 12', "from = 12",
         "gap: nothing is said of 10 up to 12"),
        (SPEED, "above = 20, to = 35", "from = 20, to = 35", "from = 20, to = 35",
         "overlaps the band before it at 20"),
        (SPEED, "above = 35", "above = 35, to = 90", "to = 90", "nothing is said beyond 90"),
        (SPEED, "above = 35", "above = 35, below = 30", "below = 30", "no number lies in it"),
        (SPEED, 'classes = ["motorbike"]', 'classes = ["car"]', 'classes = ["car"]',
         "car stands in an entry before this one too"),
        (SPEED, 'classes = ["motorbike"]', 'classes = ["moped"]', 'classes = ["moped"]',
         "not one of the choices"),
        (SPEED, "coverage = 2", "covrage = 2", "covrage", "unknown key"),
        (SPEED, "tolerance_kmh = 0", "tolerance_kmh = -1", "tolerance_kmh",
         "too small: must be at least 0"),
        (SPEED, "tolerance_kmh = 0", 'tolerance_kmh = "0"', "tolerance_kmh", "not a whole number"),
        (RED, 'kind = "red-light"', 'kind = "red"', 'kind = "red"', "not a kind of rule"),
        (LOAD, "{ from = 130, kg = 18_000 }", "{ above = 130, kg = 18_000 }",
         "above = 130, kg = 18",
         "gap: nothing is said of 130 up to 130"),
        (LOAD, "{ axles = 4, kg = 30_000 }", "{ axles = 6, kg = 30_000 }", "axles = 6, kg = 30",
         "after 3 axles comes 6"),
        (LOAD, "axles = 6, more = true", "axles = 6", "axles = 6", "or more: in the last row"),
        (LOAD, "above = 50", "above = 60", "above = 60", "gap: nothing is said of 50 up to 60"),
    ],
    ids=range(14),
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, text: str, old: str, new: str, at: str, wrong: str
) -> None:
    assert old in text
    broken = text.replace(old, new)
    problems = [p for p in refused(tmp_path, broken) if wrong in p.wrong]
    assert problems
    assert abs(problems[0].line - line(broken, at)) <= 3  # a [[table]] is named by its head
    assert problems[0].line > 0


@pytest.mark.parametrize(
    ("drop", "where"),
    [("source", "source"), ("url", "url"), ("valid_to", "valid_to"), ("version", "version"),
     ("verified", "verified")],
    ids=lambda value: value,
)  # fmt: skip
def test_a_table_without_its_head_is_refused(tmp_path: Path, drop: str, where: str) -> None:
    without = re.sub(rf"^{drop} = (\[\n(?:.*\n)*?\]|.*)\n", "", SPEED, count=1, flags=re.MULTILINE)
    assert without != SPEED
    problems = refused(tmp_path, without)
    assert ("is missing", where) in [(problem.wrong, problem.where) for problem in problems]


def test_who_vouches_must_be_named(tmp_path: Path) -> None:
    problems = refused(tmp_path, SPEED.replace("verified = false", "verified = true"))
    assert "verified_by" in problems[0].wrong


def test_dates_that_run_backwards(tmp_path: Path) -> None:
    problems = refused(tmp_path, SPEED.replace("2026-08-15", "2028-08-15", 1))
    assert "valid_to is before valid_from" in problems[0].wrong


@pytest.mark.parametrize("content", [b"id = ", b"\xff\xfe", b""], ids=["cut", "binary", "empty"])
def test_a_file_that_is_no_table(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "table.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError):
        read(file)


@pytest.mark.parametrize(
    ("move", "wrong"),
    [(timedelta(days=1), "leaves a gap after"), (timedelta(days=-1), "overlaps")],
    ids=["gap", "overlap"],
)
def test_a_chain_has_one_table_a_day(tmp_path: Path, move: timedelta, wrong: str) -> None:
    begin = date(2026, 8, 15)
    (tmp_path / "a.toml").write_text((SHIPPED / "speeding-2025.toml").read_text())
    moved = SPEED.replace(f"valid_from = {begin}", f"valid_from = {begin + move}")
    (tmp_path / "b.toml").write_text(moved)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    (problem,) = caught.value.problems
    assert problem.wrong == wrong
    assert (problem.file, problem.line) == (
        str(tmp_path / "b.toml"),
        line(moved, "valid_from"),
    )


def test_every_problem_of_a_folder_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(SPEED.replace("coverage = 2", "coverage = 0"))
    (tmp_path / "b.toml").write_text(LOAD.replace("single_kg = 10_000", "single_kg = 0"))
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    assert len(caught.value.problems) == 2


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load(tmp_path / "none")


def test_the_units_own_tables_take_the_place_of_the_shipped_ones(tmp_path: Path) -> None:
    own = SPEED.replace("verified = false", 'verified = true\nverified_by = "the police"')
    (tmp_path / "speeding.toml").write_text(own)
    tables = load(tmp_path)
    assert [one.file for one in tables.chains["speeding"]] == [str(tmp_path / "speeding.toml")]
    chosen = tables.at("speeding", date(2026, 9, 1))
    assert chosen is not None
    assert chosen.doubts == ()
    assert tables.at("speeding", date(2026, 8, 1)) is None
    assert set(tables.chains) == set(MODELS)


def test_the_chain_on_each_day() -> None:
    old, new = shipped("speeding-2025"), shipped("speeding-2026")
    chain = Tables({"speeding": (old, new)})
    day = date(2026, 8, 14)
    assert [chain.state(one, day) for one in (old, new)] == ["in-force", "future"]
    day += timedelta(days=1)
    assert [chain.state(one, day) for one in (old, new)] == ["past", "in-force"]
    day = new.table.valid_to
    assert chain.state(new, day) == "in-force"
    assert chain.next_expiry(day) == day
    day += timedelta(days=1)
    assert chain.state(new, day) == "expired"
    assert chain.next_expiry(day) is None
    assert chain.troubles(["speeding"], day) == [
        f"speeding: table vn-speeding 2026.1 expired on {new.table.valid_to}"
    ]


def test_the_digest_is_that_of_the_file() -> None:
    name = "speeding-2026"
    content = (SHIPPED / f"{name}.toml").read_bytes()
    assert shipped(name).digest == hashlib.sha256(content).hexdigest()
    assert shipped("speeding-2025").digest != shipped(name).digest
