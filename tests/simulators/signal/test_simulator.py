"""The simulator as others see it: a stranger's client, the command, the truth, the faults."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient

from edge_agent.simulators.signal.controller import Controller
from edge_agent.simulators.signal.faults import SELF, WIRE, Faults
from edge_agent.simulators.signal.plan import four_arms
from edge_agent.simulators.signal.server import PtyPort, TcpPort
from edge_agent.simulators.signal.timebase import RunningTime, SteppedTime


def _controller() -> tuple[Controller, SteppedTime, list[dict[str, Any]]]:
    time, truth = SteppedTime(), list[dict[str, Any]]()
    return Controller(four_arms(), time, truth.append, seed=3), time, truth


async def test_a_strangers_tcp_client_reads_it_and_cannot_write() -> None:
    controller, time, _ = _controller()
    port = TcpPort({4: controller}, Faults())
    host, _, number = (await port.open("127.0.0.1", 0)).removeprefix("tcp://").rpartition(":")
    client = AsyncModbusTcpClient(host, port=int(number))
    try:
        assert await client.connect()
        bits = (await client.read_discrete_inputs(0, count=24, device_id=4)).bits[:24]
        lit = [address for address, bit in enumerate(bits) if bit]
        assert lit == [2, 4, 8, 12, 18, 20]
        time.step(61)
        registers = await client.read_input_registers(0, count=5, device_id=4)
        assert registers.registers == [0, 61, 1, 0, 30]
        beyond = await client.read_input_registers(30, count=10, device_id=4)
        assert (beyond.isError(), beyond.exception_code) == (True, 2)
        refused = await client.write_coil(0, True, device_id=4)
        assert (refused.isError(), refused.exception_code) == (True, 1)
        assert port.writes == 1
        identity: Any = await client.read_device_information(read_code=2, device_id=4)
        assert identity.information[5] == b"SC-4"
    finally:
        client.close()
        await port.close()


async def test_a_strangers_serial_client_reads_it() -> None:
    controller, _, _ = _controller()
    port = PtyPort({1: controller}, Faults())
    path = (await port.open()).removeprefix("pty://")
    client = AsyncModbusSerialClient(path, baudrate=9600, timeout=1)
    try:
        assert await client.connect()
        for _ in range(3):
            answer = await client.read_input_registers(0, count=20, device_id=1)
            assert answer.registers[2] == 1
    finally:
        client.close()
        await port.close()


def test_the_truth_has_exact_times_however_rarely_somebody_looks() -> None:
    def truth_of(steps: list[float]) -> list[dict[str, Any]]:
        controller, time, truth = _controller()
        for step in steps:
            time.step(step)
            controller.advance()
        return truth

    rare, often = truth_of([60.0]), truth_of([0.25] * 240)
    assert rare == often
    phases = [(r["t"] - 1_790_000_000_000, r["phase"], r["aspect"]) for r in rare if "phase" in r]
    assert phases[6:10] == [
        (10_000, 5, "fg"),
        (14_000, 1, "y"),
        (14_000, 5, "r"),
        (17_000, 1, "r"),
    ]
    hits = [r["sq"] for r in rare if r["what"] == "detector" and r["detector"] == "d1"]
    assert hits == list(range(1, len(hits) + 1))


def test_every_fault_can_be_ordered_and_cleared() -> None:
    controller, _, truth = _controller()
    faults = Faults()
    more = {"phase": 1, "code": "door-open", "name": "mains", "value": 0}
    for name in WIRE + SELF:
        faults.switch(controller, {"fault": name} | more)
    assert {record["what"] for record in truth} >= {"reboot", "counter-reset", "condition"}
    faults.switch(controller, {"clear": True})
    assert not faults.active
    assert controller.aspects() == controller.plan.at(0)
    assert not controller.alarms
    with pytest.raises(ValueError, match="one of"):
        faults.switch(controller, {"fault": "nonsense"})
    with pytest.raises(ValueError, match="phase 9"):
        faults.switch(controller, {"fault": "conflict", "phase": 9})


def test_a_share_of_answers_is_spoiled_the_same_for_the_same_seed() -> None:
    def spoiled() -> list[bool]:
        faults = Faults(seed=5)
        faults.switch(_controller()[0], {"fault": "bad-crc", "share": 0.25})
        return [faults.spoil_frame(b"abcd", checked=True) != b"abcd" for _ in range(200)]

    assert spoiled() == spoiled()
    assert 30 < spoiled().count(True) < 70


async def test_running_time_runs_at_its_speed() -> None:
    time = RunningTime(speed=50)
    await time.pause(5)
    assert 5 <= time.now() < 30
    assert abs(time.utc_ms(time.now()) - time.utc_ms(0) - time.now() * 20) <= 1


@contextmanager
def _command(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    with subprocess.Popen(
        [sys.executable, "-m", "edge_agent.simulators.cli", "signal", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def _say(process: subprocess.Popen[str], order: str) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(order + "\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def test_the_command_serves_obeys_writes_the_truth_and_ends_with_its_input(tmp_path: Path) -> None:
    truth, link = tmp_path / "truth.jsonl", tmp_path / "bus"
    options = ("--pty", "--link", str(link), "--truth", str(truth), "--speed", "20")
    with _command(*options) as (process, ready):
        expected = {"url": f"pty://{link}", "unit": 1, "profile": "generic_v1"}
        assert ready == {"ready": True, **expected}
        assert link.is_symlink()
        assert "done" in _say(process, '{"fault": "dark"}')
        assert "one of" in _say(process, '{"fault": "nonsense"}')["why"]
        assert "refused" in _say(process, "no json")
        assert "refused" in _say(process, "[1]")
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0
    assert not link.exists()
    records = [json.loads(line) for line in truth.read_text().splitlines()]
    assert [r["aspect"] for r in records if r["what"] == "phase"][-6:] == ["d"] * 6


def test_the_command_ends_on_sigterm_and_listens_on_tcp() -> None:
    with _command("--tcp", "127.0.0.1:0", "--unit", "9") as (process, ready):
        assert ready["unit"] == 9
        host, _, port = ready["url"].removeprefix("tcp://").rpartition(":")

        async def connect() -> None:
            _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
            await writer.wait_closed()

        asyncio.run(connect())
        process.terminate()
        assert process.wait(10) == 0
