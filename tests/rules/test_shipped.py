"""What is shipped is whole and honest, and its numbers stand nowhere else."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from edge_agent import rules
from edge_agent.contract.verdicts import Excess, RuleKind
from edge_agent.rules.tables import SHIPPED, load

CODE = Path(rules.__file__).parent
UNITS = {10, 36, 100, 1000}
"""Tenths, km/h in m/s, per cent and cm, ms: they convert, and some tables happen to hold them."""


def test_every_kind_has_a_chain_from_2025_on() -> None:
    tables = load()
    for kind in get_args(RuleKind):
        assert tables.chains[kind][0].table.valid_from == date(2025, 1, 1)
        assert tables.chains[kind][-1].table.valid_to > date(2026, 12, 31)
        assert len({one.table.id for one in tables.chains[kind]}) == 1
        assert len({one.table.version for one in tables.chains[kind]}) == len(tables.chains[kind])


def test_nothing_that_is_shipped_claims_to_be_verified() -> None:
    assert [one.file for one in load() if one.table.verified] == []
    assert all(one.table.note for one in load())


def test_every_clause_fits_the_contract() -> None:
    for one in load():
        for name, _ in one.table.words():
            Excess(of="x", val=1, lim=0, band=name)
        assert one.rule.src == one.table.source


def _numbers(value: Any) -> Iterator[int]:
    match value:
        case bool():
            return
        case int():
            yield value
        case dict():
            for inner in value.values():
                yield from _numbers(inner)
        case list() | tuple():
            for inner in value:
                yield from _numbers(inner)


@pytest.mark.parametrize("file", sorted(CODE.glob("*.py")), ids=lambda file: file.stem)
def test_no_number_of_a_table_stands_in_the_code(file: Path) -> None:
    legal = {n for one in load() for n in _numbers(one.table.model_dump()) if n > 3}
    tree = ast.parse(file.read_text())
    bounds = {
        id(keyword.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in {"max_length", "min_length", "le", "ge"}
    }
    bounds |= {id(node.upper) for node in ast.walk(tree) if isinstance(node, ast.Slice)}
    found = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) is int and id(node) not in bounds
    }
    assert found & legal - UNITS == set()


def test_the_scan_would_find_one() -> None:
    legal = {n for one in load() for n in _numbers(one.table.model_dump())}
    assert {10_000, 18_000, 130, 500, 35} <= legal
    assert SHIPPED.is_dir()
