"""net-snmp's tools, somebody else's SNMP, against the simulated agent."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.needs import find
from tests.simulators.ntcip.process import Simulator, simulator

ASC = ".1.3.6.1.4.1.1206.4.2.1"
_TOOLS = ("snmpget", "snmpwalk", "snmpbulkwalk", "snmpset", "snmpgetnext")

pytestmark = pytest.mark.skipif(
    any(find(tool) is None for tool in _TOOLS), reason="net-snmp's tools are not here: snmp"
)


@pytest.fixture(scope="module")
def agent() -> Iterator[Simulator]:
    with simulator() as running:
        yield running


def _ask(
    tool: str, agent: Simulator, *words: str, version: str = "2c", community: str = "public"
) -> "subprocess.CompletedProcess[str]":
    argv = [str(find(tool)), f"-v{version}", "-c", community, "-On", "-t", "2", "-r", "1"]
    # No MIB files: names stay numbers whatever is installed.
    return subprocess.run(
        [*argv, "-m", "", agent.address, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize("version", ["1", "2c"])
def test_get_one_group_in_one_pdu(agent: Simulator, version: str) -> None:
    names = [f"{ASC}.1.4.1.{column}.1" for column in (2, 3, 4)]
    told = _ask("snmpget", agent, *names, version=version)
    assert told.returncode == 0, told.stderr
    octets = [int(line.rpartition(" ")[2]) for line in told.stdout.splitlines()]
    assert sum(octets) == 255  # each of the eight phases shows one aspect
    assert octets[0] & octets[2] == 0


def test_system_objects(agent: Simulator) -> None:
    told = _ask("snmpget", agent, ".1.3.6.1.2.1.1.1.0", ".1.3.6.1.2.1.1.3.0")
    assert 'STRING: "Roadside Simulators NTCIP 1202 v02 controller"' in told.stdout
    assert "Timeticks:" in told.stdout


def test_v1_error(agent: Simulator) -> None:
    told = _ask("snmpget", agent, f"{ASC}.1.1.0", f"{ASC}.99.0", version="1")
    assert told.returncode == 2
    assert "noSuchName" in told.stderr


def test_v2c_exception(agent: Simulator) -> None:
    told = _ask("snmpget", agent, f"{ASC}.99.0", f"{ASC}.1.4.1.2.77")
    assert told.stdout.splitlines()[0].endswith(
        "No Such Object available on this agent at this OID"
    )
    assert told.stdout.splitlines()[1].endswith("No Such Instance currently exists at this OID")


def test_walks_agree(agent: Simulator) -> None:
    walks = [
        _ask("snmpwalk", agent, f"{ASC}.1.4", version="1"),
        _ask("snmpwalk", agent, f"{ASC}.1.4"),
        _ask("snmpbulkwalk", agent, f"{ASC}.1.4"),
        _ask("snmpbulkwalk", agent, "-Cr25", f"{ASC}.1.4"),
    ]
    names = [[line.partition(" ")[0] for line in walk.stdout.splitlines()] for walk in walks]
    assert names[0] == names[1] == names[2] == names[3]
    assert len(names[0]) == 12


def test_the_whole_tree_is_walked_to_its_end(agent: Simulator) -> None:
    told = _ask("snmpbulkwalk", agent, ".1.3.6.1.4.1.1206")
    assert told.returncode == 0, told.stderr
    assert len(told.stdout.splitlines()) > 60


def test_getnext(agent: Simulator) -> None:
    told = _ask("snmpgetnext", agent, f"{ASC}.1.4.1.2.2")
    assert told.stdout.startswith(f"{ASC}.1.4.1.3.1 =")


def test_set_is_done_and_counted(agent: Simulator) -> None:
    before = agent.report().get("writes", 0)
    told = _ask("snmpset", agent, f"{ASC}.4.14.0", "i", "7")
    assert told.returncode == 0, told.stderr
    assert "INTEGER: 7" in _ask("snmpget", agent, f"{ASC}.4.10.0").stdout
    assert agent.report()["writes"] == before + 1
    _ask("snmpset", agent, f"{ASC}.4.14.0", "i", "0")


@pytest.mark.parametrize(
    ("words", "version", "complaint"),
    [
        ((f"{ASC}.1.4.1.2.1", "i", "1"), "2c", "notWritable"),
        ((f"{ASC}.4.14.0", "i", "300"), "2c", "wrongValue"),
        ((f"{ASC}.4.14.0", "s", "x"), "2c", "wrongType"),
        ((f"{ASC}.99.0", "i", "1"), "2c", "noCreation"),
        ((f"{ASC}.99.0", "i", "1"), "1", "noSuchName"),
        ((f"{ASC}.4.14.0", "i", "300"), "1", "badValue"),
    ],
)
def test_set_is_refused(
    agent: Simulator, words: tuple[str, ...], version: str, complaint: str
) -> None:
    told = _ask("snmpset", agent, *words, version=version)
    assert told.returncode == 2
    assert complaint in told.stderr


def test_a_wrong_community_is_ignored(agent: Simulator) -> None:
    told = _ask("snmpget", agent, "-t", "0.3", f"{ASC}.1.1.0", community="private")
    assert "Timeout" in told.stderr
    assert agent.report()["wrong-community"] >= 1
