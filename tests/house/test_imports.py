"""Who may import whom: the table holds, it sees breaches, and it allows nothing unneeded."""

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from tests.house.rooms import Row, find, unused

ROOT = Path(__file__).parents[2]
TABLE = [
    Row.read(line)
    for line in ("low -> + pydantic", "high -> low.door + rich", "house ->", "twin.inner -> high")
]


def _table() -> list[Row]:
    _, _, below = (ROOT / ".importlinter").read_text().partition("table =\n")
    return [Row.read(line) for line in below.partition("\n\n")[0].splitlines()]


def _graph(*imports: tuple[str, str]) -> grimp.ImportGraph:
    graph = grimp.ImportGraph()
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    return graph


def test_the_house_keeps_its_contracts() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("house.low.a", "house.low.b", True),
        ("house.low.a", "pydantic.fields", True),
        ("house.low.a", "json", True),
        ("house.low.a", "paho.mqtt", False),
        ("house.low.a", "house.high", False),
        ("house.high", "house.low.door", True),
        ("house.high", "house.low.door.hinge", True),
        ("house.high", "house.low", False),
        ("house.high", "house.low.doorway", False),
        ("house.high", "house", False),
        ("house.twin.inner.x", "house.high", True),
        ("house.twin", "house.high", False),
        ("house.attic", "json", False),
    ],
)
def test_the_contract_sees_a_breach(importer: str, imported: str, allowed: bool) -> None:
    breaches = find(_graph((importer, imported)), "house", TABLE)
    if importer == "house.twin":
        assert [breach.why for breach in breaches] == ["this module has no row in the table"]
    assert (not any(breach.importer == importer for breach in breaches)) is allowed


def test_no_allowance_is_unused() -> None:
    graph = grimp.build_graph("edge_agent", include_external_packages=True, cache_dir=None)
    assert unused(graph, "edge_agent", _table()) == []


def test_drivers_and_simulators_share_no_code() -> None:
    rows = {row.room: row for row in _table()}
    assert not {"simulators", "simulators.demo"} & set(rows["drivers"].rooms)
    assert "drivers" not in {*rows["simulators"].rooms, *rows["simulators.demo"].rooms}


def test_a_centre_imports_the_contract_alone() -> None:
    rows = {row.room: row for row in _table()}
    assert rows["contract"].rooms == ()
    assert rows["centre"].rooms == ("contract",)


def test_the_contract_room_loads_nothing_else_of_ours() -> None:
    look = (
        "import edge_agent.contract.publish, edge_agent.contract.receipt, sys;"
        "print(*(name for name in sys.modules if name.startswith('edge_agent.')))"
    )
    result = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = result.stdout.split()
    assert loaded
    assert [name for name in loaded if not name.startswith("edge_agent.contract")] == []
