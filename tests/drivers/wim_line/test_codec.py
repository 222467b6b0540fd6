"""Frames out of any bytes: vectors, garbage, halves, glue, every cut; the ledger by a model."""

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.device.weighing import flag_names
from edge_agent.drivers.wim_line.codec import (
    MOST_BODY,
    Framer,
    Heartbeat,
    Introduction,
    Weighed,
    acknowledgement,
    check_digits,
    message,
)
from edge_agent.drivers.wim_line.ledger import Ledger
from edge_agent.errors import Cause, DeviceError

ROWS = tomllib.loads(
    (Path(__file__).parents[3] / "drivers" / "wim_line" / "vectors.toml").read_text()
)
LONG = settings(max_examples=int(os.environ.get("EDGE_FUZZ", "300")), deadline=None)
BODY = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=80).map(
    str.encode
)
SANE = b"H|1|1790000000000|1|310|0|0|1:0,2:0"


def framed(body: bytes) -> bytes:
    return b"\x02" + body + b"\x03" + check_digits(body) + b"\r"


def test_check_digits_are_those_of_the_catalogue() -> None:
    (row,) = ROWS["check"]
    assert check_digits(row["body"].encode()) == row["digits"].encode()


@pytest.mark.parametrize("row", ROWS["record"], ids=lambda row: row["source"])
def test_record(row: dict[str, Any]) -> None:
    told = message(row["body"].encode())
    assert isinstance(told, Weighed)
    assert (told.boot, told.sequence, told.oldest) == (row["boot"], row["sequence"], row["oldest"])
    record = told.record
    assert record is not None
    for name in ("time_ms", "lane", "reverse"):
        assert getattr(record, name) == row[name], name
    for name in ("speed", "gross", "length", "temperature"):
        assert getattr(record, name) == row.get(name), name
    assert flag_names(record.flags) == row["flags"]
    axles = [[-1 if value is None else value for value in axle] for axle in record.axles]
    assert axles == row["axles"]


@pytest.mark.parametrize("row", ROWS["heartbeat"], ids=lambda row: row["source"])
def test_heartbeat(row: dict[str, Any]) -> None:
    told = message(row["body"].encode())
    assert isinstance(told, Heartbeat)
    for name in ("boot", "time_ms", "clock_set", "oldest", "newest", "states"):
        assert getattr(told, name) == row[name], name
    assert told.temperature == row.get("temperature")


def test_acknowledgement() -> None:
    (row,) = ROWS["acknowledgement"]
    assert acknowledgement(row["boot"], row["sequence"]) == framed(row["body"].encode())


def test_introduction_and_another_version() -> None:
    told = message(b"I|1|4|Maker|Model|SN-1|2.3")
    assert told == Introduction(4, "Maker", "Model", "SN-1", "2.3")
    with pytest.raises(DeviceError) as caught:
        message(b"I|2|4|Maker|Model|SN-1|2.3")
    assert caught.value.cause is Cause.PROTOCOL


@given(st.lists(BODY, max_size=6), st.lists(st.integers(1, 40), max_size=60))
@LONG
def test_frames_survive_any_slicing(bodies: list[bytes], cuts: list[int]) -> None:
    framer, stream, found = Framer(), b"".join(map(framed, bodies)), []
    for cut in [*cuts, len(stream) + 1]:
        found += framer.feed(stream[:cut])
        stream = stream[cut:]
    assert found == bodies
    assert not framer.counts.total()


@given(st.binary(max_size=200), BODY)
@LONG
def test_after_any_garbage_the_second_frame_is_found(noise: bytes, body: bytes) -> None:
    framer = Framer()
    found = framer.feed(noise + framed(body) + framed(SANE))
    assert found[-1] == SANE


@given(BODY, st.integers(0, 90), st.integers(1, 255))
@LONG
def test_one_damaged_byte_never_passes(body: bytes, at: int, flip: int) -> None:
    frame = bytearray(framed(body))
    at %= len(frame) - 1  # the last is a CR that nobody needs
    frame[at] ^= flip
    framer = Framer()
    found = framer.feed(bytes(frame) + framed(SANE))
    assert found == [SANE]
    assert framer.counts["bad-checksum"] or framer.counts["stray-bytes"]


def test_truncated_at_each_byte_the_next_frame_is_whole() -> None:
    frame = framed(ROWS["record"][0]["body"].encode())
    for cut in range(len(frame) - 1):
        framer = Framer()
        assert framer.feed(frame[:cut] + framed(SANE)) == [SANE], cut


def test_bytes_without_end_are_not_kept() -> None:
    framer = Framer()
    for _ in range(300):
        assert framer.feed(b"\x02" + b"x" * 1000) == []
        assert framer.feed(b"y" * 1000) == []
    assert len(framer._buffer) <= MOST_BODY + 10
    assert framer.feed(framed(SANE)) == [SANE]


@given(
    st.one_of(
        st.binary(max_size=100), BODY, st.text("|RHI-:,0123456789", max_size=60).map(str.encode)
    )
)
@LONG
def test_any_body_makes_a_message_or_a_cause(body: bytes) -> None:
    try:
        told = message(body)
    except DeviceError as error:
        assert error.cause in (Cause.PARSE, Cause.PROTOCOL)  # noqa: PT017 - both ways are right
        return
    assert isinstance(told, Introduction | Heartbeat | Weighed)


@pytest.mark.parametrize(
    "axles", ["1:2", "a:1:2", "1:2:3:4", "-1:2:3", "1:2:3,", ",".join(["1:1:1"] * 13), "1_0:1:1"]
)
def test_a_senseless_record_keeps_its_number(axles: str) -> None:
    told = message(f"R|1|5|5|0|1|0|-|-|-|-|0|{axles}".encode())
    assert isinstance(told, Weighed)
    assert (told.sequence, told.record) == (5, None)


@given(st.data())
@LONG
def test_the_ledger_takes_each_number_once_and_misses_none_without_a_word(
    data: st.DataObject,
) -> None:
    """A station that keeps, repeats, drops its oldest and restarts, against one account of all."""
    ledger = Ledger()
    ledger.status(1, 0, 0)
    boot, newest, kept = 1, 0, list[int]()
    made, taken, lost = 0, set[tuple[int, int]](), 0
    for _ in range(data.draw(st.integers(0, 40))):
        match data.draw(st.sampled_from(["weigh", "send", "drop", "ack", "beat", "boot"])):
            case "weigh":
                newest, made = newest + 1, made + 1
                kept.append(newest)
            case "send" if kept:
                number = data.draw(st.sampled_from(kept))
                heard = ledger.record(boot, number, kept[0])
                lost += heard.lost
                assert heard.new is ((boot, number) not in taken)
                taken.add((boot, number))
            case "drop" if kept:
                kept.pop(0)
            case "ack" if kept:
                done = [n for n in kept if (boot, n) in taken]
                if done:
                    kept.remove(data.draw(st.sampled_from(done)))
            case "beat":
                lost += ledger.status(boot, kept[0] if kept else 0, newest).lost
            case "boot":
                lost += ledger.status(boot, kept[0] if kept else 0, newest).lost
                boot, newest, kept = boot + 1, 0, []
                lost += ledger.status(boot, 0, 0).lost
    for number in kept:
        lost += ledger.record(boot, number, kept[0]).lost
        taken.add((boot, number))
    lost += ledger.status(boot, 0, newest).lost
    assert made == len(taken) + lost
