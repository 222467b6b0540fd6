"""The simulated reader and module: vectors, states of a ROSpec, orders by command."""

import contextlib
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.simulators.etc import module as serial_module
from edge_agent.simulators.etc.field import Read, SeededTags, TagField, WorldTags
from edge_agent.simulators.etc.module import Module, framed
from edge_agent.simulators.etc.reader import Reader
from edge_agent.simulators.etc.rospec import ROSpec
from edge_agent.simulators.etc.wire import split, take
from tests.drivers.etc_llrp.vectors import rows
from tests.drivers.etc_serial.vectors import rows as serial_rows
from tests.simulators.etc.process import simulator


def _reader() -> Reader:
    return Reader((1, 2, 3), lambda: 1_677_721_601_000_000, top=1)


def _asked(row: dict[str, Any]) -> tuple[int, int, int, bytes]:
    asked = take(bytearray(row["bytes"]))
    assert asked is not None
    return asked


def _code(answer: bytes) -> int:
    told = take(bytearray(answer))
    assert told is not None
    status = dict(split(told[3]))[287]
    return int(struct.unpack_from("!H", status)[0])


def _do(reader: Reader, kind: int, number: int) -> int:
    answer, *_ = reader.answer(1, kind, 9, struct.pack("!L", number))
    return _code(answer)


@pytest.mark.parametrize("row", rows("request"), ids=lambda row: row["message"])
def test_requests_mean_what_the_vectors_say(row: dict[str, Any]) -> None:
    reader = _reader()
    version, kind, number, body = _asked(row)
    assert (version, number) == (1, row["id"])
    answers = list(reader.answer(version, kind, number, body))
    if row["message"] == "START_ROSPEC":
        assert _code(answers[0]) == 101  # there is none yet
    elif row["message"] != "KEEPALIVE_ACK":
        assert _code(answers[0]) == 0
    if "keepalive_ms" in row:
        assert reader.keepalive_ms == row["keepalive_ms"]
        assert reader.events == set(row["events"])
    if "antennas" in row:
        spec = reader.rospecs[row["rospec"]]
        assert spec.ports == set(row["antennas"])
        assert (spec.every, spec.trigger, spec.state) == (row["every"], 1, "disabled")


@pytest.mark.parametrize("row", rows("tag"), ids=lambda row: row["epc"])
def test_reports_are_the_vectors_bytes(row: dict[str, Any]) -> None:
    spec = ROSpec(1, frozenset(), immediate=False, trigger=1, every=1, content=0x1780)
    read = Read(0, row["antenna"], row["epc"], row["rssi"])
    made = spec.report(read, row["us"], uptime=False, tlv_epc=row.get("long", False))
    assert made.hex() == row["bytes"].hex()


@pytest.mark.parametrize("row", rows("event")[:2], ids=lambda row: row["attempt"])
def test_welcomes_are_the_vectors_bytes(row: dict[str, Any]) -> None:
    assert _reader().welcome(row["attempt"])[10:] == row["bytes"]


def test_life_of_a_rospec() -> None:
    reader = _reader()
    (add,) = (row for row in rows("request") if row["message"] == "ADD_ROSPEC")
    assert _code(next(reader.answer(*_asked(add)))) == 0
    assert _code(next(reader.answer(*_asked(add)))) == 101  # exists
    assert _do(reader, 22, 1) == 300  # disabled: cannot start
    assert _do(reader, 24, 1) == 0
    assert _do(reader, 23, 1) == 300  # inactive: cannot stop
    assert _do(reader, 22, 1) == 0
    assert _do(reader, 22, 1) == 300  # active already
    assert list(reader.report([Read(0, 1, "AABB", -50), Read(0, 2, "CCDD", -50)]))
    assert _do(reader, 23, 1) == 0
    assert list(reader.report([Read(0, 1, "AABB", -50)])) == []
    assert _do(reader, 25, 1) == 0
    assert _do(reader, 21, 0) == 0
    assert _do(reader, 21, 1) == 101


def test_what_it_does_not_know() -> None:
    assert _code(next(_reader().answer(1, 999, 1, b""))) == 109
    assert _code(next(_reader().answer(2, 46, 1, b""))) == 110  # 1.1 asked of a 1.0.1 reader


@given(st.integers(0, 1023), st.binary(max_size=80))
def test_a_reader_survives_any_request(kind: int, body: bytes) -> None:
    reader = _reader()
    for answer in reader.answer(1, kind, 5, body):
        assert answer == b"" or take(bytearray(answer)) is not None


@given(st.binary(max_size=80))
def test_a_cut_stream_is_refused_or_waited_for(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        take(bytearray(data))


@pytest.mark.parametrize("row", serial_rows("request"), ids=lambda row: row["hex"][:8])
def test_serial_requests(row: dict[str, Any]) -> None:
    noise = bytearray(b"\x00\x17" + row["bytes"])
    assert serial_module.take(noise) == (row["opcode"], bytes.fromhex(row["data"]))


@pytest.mark.parametrize("row", serial_rows("reply"), ids=lambda row: row["hex"][:8])
def test_serial_replies(row: dict[str, Any]) -> None:
    assert framed(row["opcode"], row["status"], bytes.fromhex(row["data"])) == row["bytes"]


def test_serial_tags_are_laid_out_as_a_real_modules() -> None:
    (row,) = serial_rows("tag")
    module = Module((1,))
    for opcode, data in ((0x97, "08"), (0x93, "0005"), (0x91, "0101")):
        assert module.answer(opcode, bytes.fromhex(data))[3:5] == b"\x00\x00"
    start = bytes.fromhex(serial_rows("request")[-1]["data"])
    assert module.answer(0x2F, start)[3:5] == b"\x00\x00"
    (made,) = module.report([Read(row["cycle_ms"], 1, row["epc"], row["rssi"])], 0)
    real = row["bytes"]
    channel = slice(14, 17)
    assert made[:14] == real[:14]
    assert made[channel.stop : 43] == real[channel.stop : 43]
    assert made[43:45] == real[43:45]  # the tag's own CRC of PC and EPC
    assert len(made) == len(real)


def test_every_tag_of_a_field_is_read_and_only_while_it_is_there() -> None:
    truth: list[dict[str, Any]] = []
    field = TagField(SeededTags(7, 50, 200, (1, 2), 0, 40), truth.append)
    reads = [read for t in range(0, 2000, 7) for read in field.reads(t)]
    came = {e["epc"]: e["t"] for e in truth if e["what"] == "tag-in"}
    assert {read.epc for read in reads} == set(came)
    assert all(came[read.epc] <= read.t <= came[read.epc] + 200 for read in reads)
    again = TagField(SeededTags(7, 50, 200, (1, 2), 0, 40), lambda _event: None)
    assert sorted(again.reads(2000), key=repr) == sorted(reads, key=repr)


def test_the_world_drives_past() -> None:
    source = WorldTags("toll-plaza", 5, 0)
    assert source.ports == {"etc1-2": 2, "etc1-3": 3, "etc1-4": 4}
    events = source.advance_to(40_000)
    assert {event["what"] for event in events} == {"tag-in", "tag-out"}
    with pytest.raises(ValueError, match="has no reader"):
        WorldTags("junction", 5, 0, "etc9")


def test_command(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    with simulator("--llrp", "127.0.0.1:0", "--truth", str(truth)) as reader:
        assert reader.ready["antennas"] == {f"ant{port}": port for port in range(1, 5)}
        assert reader.order(fault="busy") == {"done": {"fault": "busy"}}
        assert "one of" in reader.order(fault="no such thing")["why"]
        assert reader.order(fault="antenna", antenna=99)["why"] == "no antenna 99"
        assert reader.order(clear=True) == {"done": {"clear": True}}
        assert reader.report() == {}
        reader.process.terminate()
        assert reader.process.wait(10) == 0
