"""The driver's bytes: vectors, every truncation, anything at all."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.drivers.etc_llrp import codec
from edge_agent.drivers.etc_llrp.numbers import Type
from edge_agent.drivers.etc_llrp.wire import (
    MAX_MESSAGE,
    Framer,
    Message,
    WireError,
    encode,
    parameters,
    tlv,
)
from tests.drivers.etc_llrp.vectors import rows

_BODIES: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "GET_READER_CAPABILITIES": lambda _row: codec.get_capabilities(),
    "GET_READER_CONFIG": lambda _row: codec.get_config(1),
    "SET_READER_CONFIG": lambda row: codec.set_config(row["keepalive_ms"], row["events"]),
    "DELETE_ROSPEC": lambda row: codec.rospec_id(row["rospec"]),
    "START_ROSPEC": lambda row: codec.rospec_id(row["rospec"]),
    "ADD_ROSPEC": lambda row: codec.add_rospec(row["rospec"], row["antennas"], row["every"]),
    "KEEPALIVE_ACK": lambda _row: b"",
}


@pytest.mark.parametrize("row", rows("request"), ids=lambda row: row["message"])
def test_requests(row: dict[str, Any]) -> None:
    kind = Type[row["message"]]
    body = _BODIES[row["message"]](row)
    assert encode(Message(kind, row["id"], body)).hex() == row["bytes"].hex()


@pytest.mark.parametrize("row", rows("tag"), ids=lambda row: row["epc"])
def test_tags(row: dict[str, Any]) -> None:
    (tag,) = codec.tag_reports(row["bytes"])
    assert tag == codec.TagReport(
        row["epc"], row["antenna"], row["rssi"], row["reads"], row["us"], row["us"]
    )


@pytest.mark.parametrize("row", rows("event"), ids=lambda row: row["source"][:30])
def test_events(row: dict[str, Any]) -> None:
    told = codec.notice(row["bytes"])
    assert (told.us, told.uptime) == (row["us"], row.get("uptime", False))
    assert told.attempt == row.get("attempt")
    antennas = {row["antenna"]: row["connected"]} if "antenna" in row else {}
    assert told.antennas == antennas


@pytest.mark.parametrize("row", rows("status"), ids=lambda row: row["source"][-20:])
def test_statuses(row: dict[str, Any]) -> None:
    if row.get("cut"):
        with pytest.raises(WireError):
            codec.status(row["bytes"])
    else:
        assert codec.status(row["bytes"]) == codec.Status(row["code"], row["text"])


def test_the_second_tag_of_a_report_may_leave_out_what_did_not_change() -> None:
    tag = rows("tag")[0]["bytes"]
    bare = tlv(240, bytes.fromhex("8D 303400010000000000000002"))
    first, second = codec.tag_reports(tag + bare)
    assert (first.antenna, second.antenna) == (2, 2)
    assert (second.rssi, second.last_us, second.reads) == (None, None, 1)
    (alone,) = codec.tag_reports(bare)
    assert alone.antenna is None


def test_unknown_parameters_are_skipped() -> None:
    tag = rows("tag")[0]["bytes"]
    odd = tlv(1023, b"\x00\x00\x65\x1a" + bytes(30)) + tlv(800, b"")
    inside = tlv(240, tag[4:] + odd)
    assert list(codec.tag_reports(odd + inside)) == list(codec.tag_reports(tag))


def test_there_is_no_word_to_write_a_tag() -> None:
    # Access operations are 40…45 and their specifications 207…213 and 341…347.
    assert not {int(kind) for kind in Type} & set(range(40, 46))


_PARSERS = (
    codec.status,
    codec.notice,
    codec.capabilities,
    codec.identification,
    codec.antennas,
    codec.supported_version,
    lambda body: list(codec.tag_reports(body)),
    lambda body: list(parameters(body)),
)


@given(st.binary(max_size=200), st.sampled_from(_PARSERS))
def test_anything_is_read_or_refused(data: bytes, parse: Any) -> None:
    with contextlib.suppress(WireError):
        parse(data)


@pytest.mark.parametrize("row", rows("tag"), ids=lambda row: row["epc"])
def test_a_cut_tag_is_never_another_tag(row: dict[str, Any]) -> None:
    for end in range(1, len(row["bytes"])):
        with pytest.raises(WireError):
            list(codec.tag_reports(row["bytes"][:end]))


@given(st.data())
def test_a_damaged_tag_never_raises_anything_else(data: st.DataObject) -> None:
    tag = bytearray(data.draw(st.sampled_from(rows("tag")))["bytes"])
    at = data.draw(st.integers(0, len(tag) - 1))
    tag[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        for report in codec.tag_reports(bytes(tag)):
            assert 2 <= len(report.epc) <= 124


_MESSAGES = st.lists(
    st.builds(
        Message,
        st.integers(0, 1023),
        st.integers(0, 2**32 - 1),
        st.binary(max_size=60),
        st.sampled_from([1, 2]),
    ),
    max_size=6,
)


@given(_MESSAGES, st.data())
def test_messages_survive_any_slicing(messages: list[Message], data: st.DataObject) -> None:
    stream = b"".join(encode(message) for message in messages)
    framer, found = Framer(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += list(framer.feed(stream[:size]))
        stream = stream[size:]
    assert found == messages


@given(st.lists(st.binary(max_size=64), max_size=20))
def test_garbage_is_refused_or_waited_for_but_not_kept_without_end(parts: list[bytes]) -> None:
    framer = Framer()
    try:
        for part in parts:
            for message in framer.feed(part):
                assert 0 <= message.type <= 1023
    except WireError:
        pass
    assert len(framer._buffer) <= MAX_MESSAGE


@pytest.mark.parametrize(
    "data", ["0000 0000000A 00000000", "0401 00000009 00000000", "0401 FFFFFFFF 00000000", "F" * 20]
)
def test_what_cannot_begin_a_message(data: str) -> None:
    with pytest.raises(WireError):
        list(Framer().feed(bytes.fromhex(data)))
