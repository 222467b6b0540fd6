"""The station as others see it: vectors, a stranger's client, the command, the world, faults."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pymodbus.client import AsyncModbusTcpClient

from edge_agent.simulators.signal.faults import Faults
from edge_agent.simulators.signal.server import TcpPort
from edge_agent.simulators.wim import frames
from edge_agent.simulators.wim.faults import Switchboard
from edge_agent.simulators.wim.registers import Registers, slot
from edge_agent.simulators.wim.scale import FLAGS, Scale, Told
from edge_agent.simulators.wim.station import Numbered, Station
from edge_agent.simulators.wim.traffic import Passing, SeededTraffic, TrueAxle, WorldTraffic

DRIVERS = Path(__file__).parents[3] / "drivers"
RING = tomllib.loads((DRIVERS / "wim_modbus" / "vectors.toml").read_text())
LINES = tomllib.loads((DRIVERS / "wim_line" / "vectors.toml").read_text())
START = 1_790_000_000_000


class Nobody:
    def until(self, utc_ms: int) -> list[Passing]:
        return []


def station(truth: list[dict[str, Any]] | None = None, **facts: Any) -> Station:
    kept = [] if truth is None else truth
    return Station(
        Nobody(), Scale(accuracy=0), lambda: facts.pop("now", START), kept.append, **facts
    )


def told(row: dict[str, Any]) -> Numbered:
    axles: Any = tuple(tuple(None if v == -1 else v for v in axle) for axle in row["axles"])
    return Numbered(
        row["sequence"],
        Told(
            row["time_ms"], row["lane"], axles, row.get("gross"), row.get("speed"),
            row.get("length"), row.get("temperature"),
            sum(FLAGS[name] for name in row["flags"]), row["reverse"],
        ),
    )  # fmt: skip


@pytest.mark.parametrize("row", RING["slot"], ids=lambda row: row["source"])
def test_slots(row: dict[str, Any]) -> None:
    words = [int(word, 16) for word in row["words"].split()]
    again = [int(word, 16) for word in row["again"].split()]
    assert slot(told(row)) == words + [0xFFFF] * (52 - len(words)) + again


@pytest.mark.parametrize("row", RING["header"], ids=lambda row: row["source"])
def test_headers(row: dict[str, Any]) -> None:
    made = Station(
        Nobody(), Scale(temperature=row.get("temperature")), lambda: row["time_ms"],
        lambda _: None, boot=row["boot"], newest=row["newest"], clock_set=row["clock_set"],
        lanes=tuple(map(int, row["states"])),
    )  # fmt: skip
    made._booted_ms = 0
    made.counts = {int(lane): count for lane, count in row["counted"].items()}
    if row["states"].get("2", 0) & 2:
        made.scale.dead[2, "right"] = True
    words = [int(word, 16) for word in row["words"].split()]
    assert Registers(made).registers()[: len(words)] == words


@pytest.mark.parametrize("row", LINES["record"], ids=lambda row: row["source"])
def test_records(row: dict[str, Any]) -> None:
    made = station(boot=row["boot"])
    made.kept.append(Numbered(row["oldest"], told(row).told))
    assert frames.record(made, told(row)) == frames.frame(row["body"])


@pytest.mark.parametrize("row", LINES["heartbeat"], ids=lambda row: row["source"])
def test_heartbeats(row: dict[str, Any]) -> None:
    made = Station(
        Nobody(), Scale(temperature=row.get("temperature")), lambda: row["time_ms"],
        lambda _: None, boot=row["boot"], newest=row["newest"], clock_set=row["clock_set"],
        lanes=tuple(map(int, row["states"])),
    )  # fmt: skip
    made._booted_ms = 0
    if row["oldest"]:
        made.kept.append(Numbered(row["oldest"], told(LINES["record"][0]).told))
    if row["states"].get("2") == 2:
        made.scale.dead[2, "right"] = True
    assert frames.heartbeat(made) == frames.frame(row["body"])


def test_check_digits_and_acknowledgements() -> None:
    (row,) = LINES["check"]
    assert f"{frames.crc(row['body'].encode()):04X}" == row["digits"]
    (row,) = LINES["acknowledgement"]
    buffer = bytearray(b"noise\x02A|7|1\x03" + frames.frame(row["body"]) + b"\x02A|7")
    assert frames.take_acks(buffer) == [(row["boot"], row["sequence"])]
    assert buffer == b"\x02A|7"


def test_the_same_seed_weighs_the_same_and_noise_is_as_declared() -> None:
    def weigh(seed: int) -> list[dict[str, Any]]:
        truth: list[dict[str, Any]] = []
        now = [START]
        made = Station(
            SeededTraffic(seed, START, 3600), Scale(seed, 5.0), lambda: now[0], truth.append
        )
        now[0] += 3_600_000
        made.advance()
        return truth

    one = weigh(3)
    assert one == weigh(3)
    assert one != weigh(4)
    errors = [
        abs(a - b) / b
        for entry in one
        for told_, true in zip(entry["told"], entry["axles"], strict=True)
        for a, b in zip(told_[:2], true[:2], strict=True)
    ]
    within = sum(error <= 0.05 for error in errors) / len(errors)
    assert len(errors) > 5000
    assert 0.94 < within < 0.96


@pytest.mark.parametrize(
    ("fault", "axles", "vehicles"),
    [("missing-axle", 2, 1), ("ghost-axle", 4, 1), ("tailgating", 6, 2), ("straddling", 3, 1)],
)
def test_mishaps_are_flagged_only_when_noticed(fault: str, axles: int, vehicles: int) -> None:
    for noticed in (True, False):
        truth: list[dict[str, Any]] = []
        made = station(truth)
        board = Switchboard(made, Registers(made))
        board.switch({"fault": fault, "times": 1, "noticed": noticed})
        wheels = tuple(TrueAxle(2000, 2000, 400 if n else None) for n in range(3))
        lorries = [Passing(START + n, START + n, 1, wheels, 400, 1000) for n in range(2)]
        for record, truly in made.scale.weigh(lorries):
            made.record(record, truly)
        entry = next(entry for entry in truth if entry["what"] == "vehicle")
        assert len(entry["told"]) == axles
        assert entry["vehicles"] == vehicles
        assert entry["flags"] == ([fault] if noticed else [])


def test_the_world_is_weighed_as_it_truly_is() -> None:
    truth: list[dict[str, Any]] = []
    now = [START]
    world = WorldTraffic("weigh-station", 7, START)
    made = Station(world, Scale(accuracy=0), lambda: now[0], truth.append, lanes=world.lanes)
    now[0] += 180_000
    made.advance()
    assert len(truth) > 5
    sound = [entry for entry in truth if not entry["flags"]]
    assert sound
    assert all(entry["told"] == entry["axles"] for entry in sound)
    assert all(entry["lane"] in world.lanes for entry in truth)


async def test_a_strangers_client_reads_it_and_cannot_write() -> None:
    made = station()
    port = TcpPort({1: Registers(made)}, Faults())
    host, _, number = (await port.open("127.0.0.1", 0)).removeprefix("tcp://").rpartition(":")
    client = AsyncModbusTcpClient(host, port=int(number))
    try:
        assert await client.connect()
        head = (await client.read_input_registers(0, count=10)).registers
        assert head == [22345, 1, 1, 1, 0, 0, 16, 64, 54, 2]
        refused = await client.write_register(0, 1)
        assert (refused.isError(), refused.exception_code) == (True, 1)
        identity: Any = await client.read_device_information(read_code=2)
        assert identity.information[5] == b"WIM-2"
    finally:
        client.close()
        await port.close()


@pytest.mark.parametrize("form", ["modbus", "line"])
def test_the_command_is_ready_obeys_and_ends(form: str, tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    words = ["wim", "--form", form, "--tcp", "127.0.0.1:0", "--truth", str(truth)]
    with subprocess.Popen(
        [sys.executable, "-m", "edge_agent.simulators", *words, "--per-hour", "36000"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["ready"]
        assert ready["url"].startswith("tcp://127.0.0.1:")
        for order, key in (
            ({"fault": "drift", "lane": 1, "value": 3}, "done"),
            ({"fault": "x"}, "refused"),
        ):
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            assert key in json.loads(process.stdout.readline())
        process.terminate()
        assert process.wait(10) == 0
    told_ = [json.loads(line) for line in truth.read_text().splitlines()]
    assert any(entry["what"] == "fault" and entry["fault"] == "drift" for entry in told_)
