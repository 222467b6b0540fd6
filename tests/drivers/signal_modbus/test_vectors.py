"""The driver's side of the vectors."""

from typing import Any

import pytest

from edge_agent.device.modbus_frames import Read, Table, cut_tcp_reply, rtu_frame, tcp_frame
from edge_agent.drivers.signal_modbus.codec import Codec
from edge_agent.drivers.signal_modbus.map import load_map
from tests.drivers.signal_modbus.vectors import VECTORS, named, octets


@pytest.mark.parametrize("row", VECTORS["pdu"], ids=named(VECTORS["pdu"]))
def test_requests_and_replies(row: dict[str, Any]) -> None:
    read = Read(Table(row["table"]), row["address"], row["count"])
    assert read.pdu() == octets(row["request"])
    assert list(read.parse(octets(row["reply"]))) == row["values"]


@pytest.mark.parametrize("row", VECTORS["frame"], ids=named(VECTORS["frame"]))
def test_frames(row: dict[str, Any]) -> None:
    pdu = octets(row["pdu"])
    assert rtu_frame(row["unit"], pdu) == octets(row["rtu"])
    if "tcp" in row:
        assert tcp_frame(row["transaction"], row["unit"], pdu) == octets(row["tcp"])
        cut = cut_tcp_reply(octets(row["tcp"]))
        assert cut is not None
        assert cut.pdu == pdu


def _blocks(bits: bytes, words: bytes) -> list[tuple[int, ...]]:
    """Replies to the plan of generic_v1 out of raw cells."""
    codec = Codec(load_map("generic_v1"))
    cells = {
        Table.DISCRETE: [bits[at // 8] >> at % 8 & 1 for at in range(8 * len(bits))],
        Table.INPUT: [
            *(int.from_bytes(words[at : at + 2], "big") for at in range(0, len(words), 2)),
            *([0] * 20),
        ],
    }
    return [
        tuple(cells[read.table][read.address : read.address + read.count])
        for read in codec.plan.reads
    ]


@pytest.mark.parametrize("row", VECTORS["junction"], ids=named(VECTORS["junction"]))
def test_lamps_and_alarms(row: dict[str, Any]) -> None:
    sample = Codec(load_map("generic_v1")).sample(_blocks(octets(row["bits"]), b""))
    assert {str(phase): str(colour) for phase, colour in sample.aspects.items()} == row["phases"]
    assert sorted(code for code, on in sample.alarms.items() if on) == sorted(row["alarms"])
    assert not any(sample.presence.values())


@pytest.mark.parametrize("row", VECTORS["registers"], ids=named(VECTORS["registers"]))
def test_registers(row: dict[str, Any]) -> None:
    codec = Codec(load_map("generic_v1"))
    sample = codec.sample(_blocks(bytes(13), octets(row["words"])))
    assert sample.uptime_s == row["uptime_s"]
    assert (sample.plan, sample.mode, sample.cycle_ms) == (
        row["plan"],
        row["mode"],
        row["cycle_ms"],
    )
    (read,) = codec.figures.reads
    words = octets(row["words"])
    block = [
        int.from_bytes(words[2 * at : 2 * at + 2], "big")
        for at in range(read.address, read.address + read.count)
    ]
    figures = {name: measured.value for name, _, measured in codec.figure_values([block])}
    assert figures == row["figures"]
