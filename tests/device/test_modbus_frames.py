"""Frames: only the exact answer is an answer, whatever surrounds it."""

import struct

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from edge_agent.device.modbus_frames import (
    Identify,
    Read,
    Table,
    check_exception,
    crc16,
    cut_tcp_reply,
    find_rtu_reply,
    rtu_frame,
    tcp_frame,
    without_echo,
)
from edge_agent.errors import Cause, DeviceError

_UNITS = st.integers(1, 247)


@st.composite
def _exchanges(draw: st.DrawFn) -> tuple[Read, bytes]:
    """A read, and a sound reply to it."""
    table = draw(st.sampled_from(list(Table)))
    count = draw(st.integers(1, 300 if table.bits else 125))
    read = Read(table, draw(st.integers(0, 60000)), count)
    data = draw(st.binary(min_size=read.payload, max_size=read.payload))
    return read, bytes((read.function, read.payload)) + data


@given(_exchanges(), _UNITS, st.binary(max_size=20), st.binary(max_size=20))
def test_an_rtu_reply_is_found_between_garbage(
    exchange: tuple[Read, bytes], unit: int, before: bytes, after: bytes
) -> None:
    read, reply = exchange
    assert find_rtu_reply(before + rtu_frame(unit, reply) + after, unit, read) == reply


@given(_exchanges(), _UNITS)
@example((Read(Table.COIL, 0x0300, 17), b"\x01\x03\x00\x00\x00"), 1)
def test_the_echo_of_the_request_is_not_taken_for_the_reply(
    exchange: tuple[Read, bytes], unit: int
) -> None:
    read, reply = exchange
    echo = rtu_frame(unit, read.pdu())
    assert find_rtu_reply(without_echo(echo, echo), unit, read) is None
    heard = without_echo(echo + rtu_frame(unit, reply), echo)
    assert find_rtu_reply(heard, unit, read) == reply


@given(_exchanges(), _UNITS, st.data())
def test_a_damaged_rtu_reply_is_none(
    exchange: tuple[Read, bytes], unit: int, data: st.DataObject
) -> None:
    read, reply = exchange
    frame = bytearray(rtu_frame(unit, reply))
    at = data.draw(st.integers(0, len(frame) - 1))
    frame[at] ^= data.draw(st.integers(1, 255))
    assert find_rtu_reply(bytes(frame), unit, read) is None
    cut = data.draw(st.integers(0, len(frame) - 1))
    assert find_rtu_reply(rtu_frame(unit, reply)[:cut], unit, read) is None


@given(_exchanges(), _exchanges(), _UNITS, _UNITS)
def test_a_reply_of_another_shape_or_unit_is_none(
    asked: tuple[Read, bytes], other: tuple[Read, bytes], unit: int, stranger: int
) -> None:
    read, reply = asked
    other_read, other_reply = other
    assume((read.function, read.payload) != (other_read.function, other_read.payload))
    assume(unit != stranger)
    frames = rtu_frame(unit, other_reply) + rtu_frame(stranger, reply)
    assert find_rtu_reply(frames, unit, read) is None


@given(_exchanges(), st.integers(0, 0xFFFF), st.integers(0, 255), st.binary(max_size=30))
def test_a_tcp_reply_is_cut_once_it_is_whole(
    exchange: tuple[Read, bytes], transaction: int, unit: int, more: bytes
) -> None:
    _, pdu = exchange
    frame = tcp_frame(transaction, unit, pdu)
    for end in range(len(frame)):
        assert cut_tcp_reply(frame[:end]) is None
    reply = cut_tcp_reply(frame + more)
    assert reply is not None
    assert (reply.transaction, reply.unit, reply.pdu) == (transaction, unit, pdu)
    assert reply.size == len(frame)


@given(st.binary(min_size=7, max_size=300))
def test_any_stream_is_cut_or_refused(data: bytes) -> None:
    try:
        reply = cut_tcp_reply(data)
    except DeviceError as error:
        assert error.cause is Cause.PROTOCOL  # noqa: PT017 - or no error at all
    else:
        assert reply is None or 2 <= len(reply.pdu) + 1 <= 254


@given(_exchanges(), st.binary(max_size=260))
def test_any_pdu_is_the_answer_or_an_error(exchange: tuple[Read, bytes], pdu: bytes) -> None:
    read, reply = exchange
    assert len(read.parse(reply)) == read.count
    try:
        check_exception(read, pdu)
        values = read.parse(pdu)
    except DeviceError as error:
        assert error.cause in (Cause.REFUSED, Cause.PROTOCOL, Cause.TIMEOUT)  # noqa: PT017 - or no error at all
    else:
        assert len(values) == read.count


@given(st.binary(max_size=80))
def test_any_identification_is_parsed_or_refused(data: bytes) -> None:
    request = Identify()
    pdu = b"\x2b" + data
    try:
        identity = request.parse(pdu)
    except (DeviceError, IndexError) as error:
        assert isinstance(error, DeviceError), "a short reply must not escape as IndexError"  # noqa: PT017 - or no error at all
    else:
        assert all(isinstance(text, str) for text in identity.objects.values())


def test_coils_come_lowest_bit_first() -> None:
    assert Read(Table.COIL, 0, 10).parse(bytes((1, 2, 0b0000_0101, 0b10))) == (
        *(1, 0, 1, 0, 0, 0, 0, 0),
        *(0, 1),
    )


@pytest.mark.parametrize(
    ("code", "cause"), [(1, Cause.REFUSED), (4, Cause.REFUSED), (11, Cause.TIMEOUT)]
)
def test_exceptions_have_causes(code: int, cause: Cause) -> None:
    with pytest.raises(DeviceError) as caught:
        check_exception(Read(Table.INPUT, 5, 2), bytes((0x84, code)))
    assert caught.value.cause is cause
    assert "input 5…6" in caught.value.detail


def test_crc_of_known_frames() -> None:
    # MODBUS over Serial Line V1.02, section 6.2.2: CRC of 02 07 is sent as 41 12.
    assert struct.pack("<H", crc16(b"\x02\x07")) == b"\x41\x12"
