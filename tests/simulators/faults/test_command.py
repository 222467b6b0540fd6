"""The command against real simulators in processes of their own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge_agent.simulators import cli

SCRIPT = """\
version = 1
[device.modbus]
run = ["signal", "--tcp", "127.0.0.1:0"]
[device.snmp]
run = ["ntcip"]
[[step]]
at = "100ms"
device = "modbus"
fault = "silence"
for = "300ms"
[[step]]
at = "200ms"
device = "snmp"
fault = "flash"
args = { reason = "mmu" }
"""


def run(path: Path, *more: str, orders: str = "") -> tuple[int, list[dict[str, Any]], str]:
    done = subprocess.run(
        [sys.executable, "-m", "edge_agent.simulators", "faults", str(path), "--json", *more],
        input=orders,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "faults.toml"
    path.write_text(SCRIPT)
    return path


def test_script_is_played_to_real_simulators(script: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    code, lines, errors = run(script, "--truth", str(truth))
    assert (code, errors) == (0, "")
    assert [line["device"] for line in lines[:2]] == ["modbus", "snmp"]
    assert lines[0]["url"].startswith("tcp://127.0.0.1:")
    assert [(line["device"], line["order"]["on"], line["ok"]) for line in lines[2:]] == [
        ("modbus", True, True),
        ("snmp", True, True),
        ("modbus", False, True),
    ]
    noted = [json.loads(line) for line in truth.read_text().splitlines()]
    assert [(line["device"], line["fault"]) for line in noted] == [
        ("modbus", "silence"),
        ("snmp", "flash"),
        ("modbus", "silence"),
    ]
    assert noted[2]["t"] - noted[0]["t"] >= 250


def test_a_fault_that_the_simulator_does_not_know_is_refused(script: Path) -> None:
    script.write_text(SCRIPT.replace('"flash"', '"hiccup"'))
    code, lines, _ = run(script)
    assert code == 1
    refused = [line for line in lines[2:] if not line["ok"]]
    assert [line["device"] for line in refused] == ["snmp"]
    assert "'hiccup'" in refused[0]["why"]


def test_orders_by_hand_reach_the_device(script: Path) -> None:
    orders = (
        '{"device": "modbus", "fault": "dark", "on": true}\n'
        '{"device": "nobody", "fault": "dark"}\n'
        "what?\n"
    )
    code, lines, _ = run(script, orders=orders)
    by_hand = [(line["device"], line["ok"]) for line in lines[2:] if line["at_s"] is None]
    assert code == 1
    assert by_hand == [("modbus", True), ("", False), ("", False)]


def test_a_simulator_that_does_not_start_is_named(script: Path) -> None:
    script.write_text(SCRIPT.replace('"ntcip"', '"ntcip", "--udp", "256.0.0.1:0"'))
    code, _, errors = run(script)
    assert code == 3
    assert "snmp has ended" in errors


def test_check_reads_only(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["faults", str(script), "--check"]) == 0
    assert "3 orders to 2 devices" in capsys.readouterr().out
    script.write_text("version = 9\n")
    assert cli.main(["faults", str(script), "--check"]) == 2
    assert "faults.toml:1: version = 1 is needed" in capsys.readouterr().err
