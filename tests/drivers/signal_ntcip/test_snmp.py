"""Messages: only reads go out; what comes back is right, foreign or an error."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.drivers.signal_ntcip import ber, snmp
from edge_agent.drivers.signal_ntcip.ber import BerError, tlv
from edge_agent.drivers.signal_ntcip.snmp import (
    FIRST_ID,
    LAST_ID,
    Missing,
    Question,
    Version,
    decode_reply,
)
from tests.drivers.signal_ntcip.vectors import rows

_NAME = ber.oid("1.3.6.1.4.1.1206.4.2.1.1.4.1.2.1")
SOUND = bytes.fromhex(rows("response")[0]["hex"])


@pytest.mark.parametrize("row", rows("get"))
def test_questions(row: dict[str, Any]) -> None:
    names = [ber.oid(name) for name in row["names"]]
    question = Question(Version(row["version"]), row["community"].encode(), names)
    assert question.encode(row["request"]) == bytes.fromhex(row["hex"])


@pytest.mark.parametrize("row", rows("response"))
def test_answers(row: dict[str, Any]) -> None:
    reply = decode_reply(
        bytes.fromhex(row["hex"]), Version(row["version"]), row["community"].encode()
    )
    assert reply is not None
    assert (reply.request, reply.error) == (row["request"], row["error"])
    assert [[ber.to_oid(name), value] for name, value in reply.values] == row["values"]


@given(
    st.sampled_from(Version),
    st.binary(max_size=200),
    st.lists(st.binary(min_size=1, max_size=30), max_size=60),
    st.integers(FIRST_ID, LAST_ID),
)
def test_no_pdu_but_a_get_request_can_be_built(
    version: Version, community: bytes, names: list[bytes], request: int
) -> None:
    datagram = Question(version, community, names).encode(request)
    message = ber.Reader(datagram).inside(0x30)
    assert message.number() == version
    assert message.content(0x04) == community
    tag, _, _ = message.next()
    assert tag == 0xA0
    assert not message


def test_the_codec_knows_no_other_request() -> None:
    tags = {value for name, value in vars(snmp).items() if isinstance(value, int) and value >= 0xA0}
    assert tags - {FIRST_ID, LAST_ID} == {0xA0, 0xA2}


@pytest.mark.parametrize("request_id", [0, FIRST_ID - 1, LAST_ID + 1])
def test_an_id_of_another_size_is_refused(request_id: int) -> None:
    with pytest.raises(ValueError, match="four octets"):
        Question(Version.V1, b"public", [_NAME]).encode(request_id)


@pytest.mark.parametrize(
    ("tag", "content", "value"),
    [
        (0x02, b"\xff", -1),
        (0x41, b"\xff\xff\xff\xff", 0xFFFFFFFF),
        (0x42, b"\x00\x80", 128),
        (0x43, b"\x01", 1),
        (0x46, b"\x00" + b"\xff" * 8, 2**64 - 1),
        (0x04, b"text", b"text"),
        (0x06, b"\x2b\x06", "1.3.6"),
        (0x05, b"", None),
        (0x80, b"", Missing.ABSENT),
        (0x81, b"", Missing.ABSENT),
        (0x82, b"", Missing.ABSENT),
    ],
)
def test_values(tag: int, content: bytes, value: object) -> None:
    reply = decode_reply(_response(tlv(tag, content)), Version.V2C, b"public")
    assert reply is not None
    assert reply.values == ((_NAME, value),)


@pytest.mark.parametrize(
    ("tag", "content"), [(0x05, b"x"), (0x80, b"x"), (0x45, b""), (0x30, b""), (0x02, b"")]
)
def test_impossible_values(tag: int, content: bytes) -> None:
    with pytest.raises(BerError):
        decode_reply(_response(tlv(tag, content)), Version.V2C, b"public")


@pytest.mark.parametrize(
    ("version", "community"), [(Version.V1, b"public"), (Version.V2C, b"private")]
)
def test_a_stranger_s_message_is_none(version: Version, community: bytes) -> None:
    assert decode_reply(SOUND, version, community) is None


def test_a_trap_is_none() -> None:
    assert decode_reply(SOUND.replace(b"\xa2", b"\xa7", 1), Version.V2C, b"public") is None


@pytest.mark.parametrize("length", range(len(SOUND)))
def test_cut_off_anywhere_is_an_error(length: int) -> None:
    with pytest.raises(BerError):
        decode_reply(SOUND[:length], Version.V2C, b"public")


def test_something_behind_the_end_is_an_error() -> None:
    with pytest.raises(BerError):
        decode_reply(SOUND + b"\0", Version.V2C, b"public")


def test_an_error_about_no_object_is_an_error() -> None:
    with pytest.raises(BerError):
        decode_reply(_response(tlv(0x02, b"\1"), error=2, index=9), Version.V2C, b"public")


def test_deep_nesting_costs_nothing() -> None:
    deep = b""
    for _ in range(10_000):
        deep = tlv(0x30, deep)
    with pytest.raises(BerError):
        decode_reply(deep, Version.V2C, b"public")


@given(st.binary(max_size=300))
def test_garbage(data: bytes) -> None:
    _never_crashes(data)


def test_spoiled_messages() -> None:
    _spoil(2_000)


@pytest.mark.slow
def test_many_spoiled_messages() -> None:
    _spoil(100_000)


def _spoil(count: int) -> None:
    rng = random.Random(1202)
    for _ in range(count):
        data = bytearray(SOUND)
        for _ in range(rng.randrange(1, 5)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        _never_crashes(bytes(data))


def _never_crashes(data: bytes) -> None:
    try:
        reply = decode_reply(data, Version.V2C, b"public")
    except BerError:
        return
    assert reply is None or 0 <= reply.index <= len(reply.values)


def _response(value: bytes, error: int = 0, index: int = 0) -> bytes:
    bind = tlv(0x30, tlv(0x06, _NAME) + value)
    pdu = tlv(0x02, (7).to_bytes(4, "big")) + tlv(0x02, bytes((error,)))
    pdu += tlv(0x02, bytes((index,))) + tlv(0x30, bind)
    return tlv(0x30, tlv(0x02, b"\1") + tlv(0x04, b"public") + tlv(0xA2, pdu))
