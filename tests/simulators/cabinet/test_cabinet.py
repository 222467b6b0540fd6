"""The cabinet as others see it: vectors, the day's truth, a stranger's client, the command."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pymodbus.client import AsyncModbusSerialClient

from edge_agent.simulators.cabinet.faults import Switchboard
from edge_agent.simulators.cabinet.post import Cabinet, Weather
from edge_agent.simulators.signal.faults import Faults
from edge_agent.simulators.signal.server import PtyPort
from edge_agent.simulators.signal.timebase import SteppedTime

ROWS = tomllib.loads(
    (Path(__file__).parents[3] / "drivers" / "modbus_map" / "vectors.toml").read_text()
)["sample"]


def cabinet(begin_s: float) -> tuple[Cabinet, SteppedTime, list[dict[str, Any]]]:
    time, truth = SteppedTime(), list[dict[str, Any]]()
    return Cabinet(time, truth.append, begin_s=begin_s), time, truth


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "second_of_day" in row], ids=lambda row: row["source"]
)
def test_vectors(row: dict[str, Any]) -> None:
    made, _, _ = cabinet(row["second_of_day"])
    shown = made if row["profile"] == "cabinet_v1" else Weather(made)
    words = [int(word, 16) for word in row["words"].split()]
    assert shown.registers()[: len(words)] == words
    assert [int(bit) for bit in shown.bits()[: len(row["bits"])]] == [int(b) for b in row["bits"]]


def test_the_day_happens_as_the_words_say() -> None:
    made, time, truth = cabinet(0)
    for _ in range(24 * 60):
        time.step(60)
        made.advance()
    began = truth[0]["t"] - (8 * 3600 + 600) * 1000
    told = [(entry["code"], entry["active"], (entry["t"] - began) // 60_000) for entry in truth]
    assert told[:4] == [
        ("door-open", True, 490),
        ("door-open", False, 505),
        ("mains-failed", True, 780),
        ("ups-on-battery", True, 780),
    ]
    assert ("mains-failed", False, 850) in told
    flood = [minute for code, _, minute in told if code == "flood"]
    assert len(flood) == 2
    assert 1020 < flood[0] < flood[1] < 1110
    assert 600 < made.charge <= 1000


def test_a_long_outage_empties_the_battery() -> None:
    made, time, truth = cabinet(12 * 3600)
    Switchboard(made, Weather(made)).switch({"fault": "mains-failed"})
    time.step(4 * 3600)
    made.advance()
    assert made.charge == 0
    codes = [(entry["code"], entry["active"]) for entry in truth]
    assert codes == [
        ("mains-failed", True),
        ("ups-on-battery", True),
        ("battery-low", True),
        ("ups-on-battery", False),
    ]


async def test_a_strangers_serial_client_reads_both_slaves() -> None:
    made, _, _ = cabinet(12 * 3600)
    port = PtyPort({1: made, 2: Weather(made)}, Faults())
    path = (await port.open()).removeprefix("pty://")
    client = AsyncModbusSerialClient(path, baudrate=9600, timeout=1)
    try:
        assert await client.connect()
        one = (await client.read_input_registers(0, count=2, device_id=1)).registers
        two = (await client.read_input_registers(3, count=1, device_id=2)).registers
        assert (one, two) == ([2304, 300], [2000])
    finally:
        client.close()
        await port.close()


def test_the_command_is_ready_obeys_and_ends(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "edge_agent.simulators",
            "cabinet",
            "--tcp",
            "127.0.0.1:0",
            "--at",
            "10:00",
            "--truth",
            str(truth),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["profiles"] == {"1": "cabinet_v1", "2": "road_weather_v1"}
        for order, key in (({"fault": "door-open"}, "done"), ({"fault": "x"}, "refused")):
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            assert key in json.loads(process.stdout.readline())
        process.terminate()
        assert process.wait(10) == 0
    (told,) = [json.loads(line) for line in truth.read_text().splitlines()]
    assert (told["what"], told["code"], told["active"]) == ("condition", "door-open", True)
