"""Frames of real modules, frames in noise, frames that make no sense."""

import contextlib
import random
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.drivers.etc_serial import codec
from edge_agent.drivers.etc_serial.codec import CodecError, Op
from edge_agent.drivers.etc_serial.frames import Frame, Framer, checksum, request
from tests.drivers.etc_serial.vectors import rows


def _reply(opcode: int, status: int = 0, data: bytes = b"") -> bytes:
    inner = bytes((len(data), opcode)) + struct.pack(">H", status) + data
    return b"\xff" + inner + struct.pack(">H", checksum(inner))


@pytest.mark.parametrize("row", rows("request"), ids=lambda row: row["hex"][:8])
def test_requests(row: dict[str, Any]) -> None:
    assert request(row["opcode"], bytes.fromhex(row["data"])) == row["bytes"]


@pytest.mark.parametrize("row", rows("reply"), ids=lambda row: row["hex"][:8])
def test_replies(row: dict[str, Any]) -> None:
    (frame,) = Framer(codec.OPCODES).feed(row["bytes"])
    assert frame == Frame(row["opcode"], row["status"], bytes.fromhex(row["data"]))


@pytest.mark.parametrize("row", rows("tag"), ids=lambda row: row["epc"])
def test_tags(row: dict[str, Any]) -> None:
    (frame,) = Framer(codec.OPCODES).feed(row["bytes"])
    assert codec.tag(frame.data) == codec.Tag(
        row["epc"], row["antenna"], row["rssi"], row["reads"], row["cycle_ms"]
    )
    for end in range(len(frame.data)):
        with pytest.raises(CodecError):
            codec.tag(frame.data[:end])


def test_version_of_a_real_module() -> None:
    told = codec.version(bytes.fromhex(rows("reply")[0]["data"]))
    assert told == codec.Version("07.10.23.00", "01.00.00.03", "20141007", "01.07.02.09", True)


def test_there_is_no_word_to_write_a_tag() -> None:
    assert not codec.OPCODES & set(range(0x23, 0x2F))  # write, lock, kill, block operations


_FRAMES = [row["bytes"] for table in ("reply", "tag") for row in rows(table)]


@given(st.data())
def test_frames_survive_any_slicing(data: st.DataObject) -> None:
    sent = data.draw(st.lists(st.sampled_from(_FRAMES), max_size=6))
    stream, framer, found = b"".join(sent), Framer(codec.OPCODES), 0
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += len(framer.feed(stream[:size]))
        stream = stream[size:]
    assert found == len(sent)
    assert not framer.counts


@given(st.binary(max_size=80), st.sampled_from(_FRAMES), st.sampled_from(_FRAMES))
def test_both_frames_after_noise_are_found(noise: bytes, first: bytes, second: bytes) -> None:
    framer = Framer(codec.OPCODES)
    found = framer.feed(noise + first + second) + framer.idle()
    wanted = Framer(codec.OPCODES).feed(first + second)
    assert found[-2:] == wanted
    assert not framer.waiting


@pytest.mark.parametrize("frame", _FRAMES, ids=lambda frame: frame[:4].hex())
def test_a_frame_cut_anywhere_costs_only_itself(frame: bytes) -> None:
    for end in range(len(frame)):
        framer = Framer(codec.OPCODES)
        found = framer.feed(frame[:end] + frame) + framer.idle()
        assert found == Framer(codec.OPCODES).feed(frame)


@pytest.mark.parametrize("frame", _FRAMES, ids=lambda frame: frame[:4].hex())
def test_no_single_bit_error_passes(frame: bytes) -> None:
    for bit in range(8 * len(frame)):
        wrong = bytearray(frame)
        wrong[bit // 8] ^= 1 << bit % 8
        framer = Framer(codec.OPCODES)
        assert framer.feed(bytes(wrong)) + framer.idle() == []


@given(st.binary(max_size=260))
def test_anything_is_read_or_refused(data: bytes) -> None:
    for parse in (codec.tag, codec.version):
        with contextlib.suppress(CodecError):
            parse(data)


@pytest.mark.slow
def test_a_hundred_thousand_streams_of_noise() -> None:
    chance = random.Random(20)
    wanted = Framer(codec.OPCODES).feed(_FRAMES[-1])
    for _ in range(100_000):
        framer = Framer(codec.OPCODES)
        found = framer.feed(chance.randbytes(chance.randrange(30)) + _FRAMES[-1])
        assert (found + framer.idle())[-1:] == wanted


def test_memory_is_bounded_in_a_flood() -> None:
    framer = Framer(codec.OPCODES)
    chance = random.Random(21)
    for _ in range(200):
        framer.feed(chance.randbytes(4096))
        assert len(framer._buffer) < 300


def test_the_start_names_what_it_wants() -> None:
    frame = request(Op.STREAM, codec.start())
    assert frame[1] == 16
    assert frame.hex(" ", 1).startswith("ff 10 2f 00 00 01 22 00 00 05 07 22 10 00 1b 03 e8 00 17")
