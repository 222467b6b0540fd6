"""The driver's BER: exact on what is right, an error on everything else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.drivers.signal_ntcip import ber
from edge_agent.drivers.signal_ntcip.ber import BerError, Reader
from tests.drivers.signal_ntcip.vectors import rows

_ARCS = st.lists(st.integers(0, 0xFFFFFFFF), max_size=20)
_ROOTS = st.one_of(
    st.tuples(st.integers(0, 1), st.integers(0, 39)), st.tuples(st.just(2), st.integers(0, 2**31))
)


@pytest.mark.parametrize("row", rows("oid"))
def test_object_identifiers(row: dict[str, Any]) -> None:
    content = bytes.fromhex(row["hex"])
    assert ber.oid(row["text"]) == content
    assert ber.to_oid(content) == row["text"]


@pytest.mark.parametrize("row", rows("integer"))
def test_integers(row: dict[str, Any]) -> None:
    content = bytes.fromhex(row["hex"])
    assert ber.integer(row["value"]) == content
    assert ber.to_integer(content) == row["value"]


@given(_ROOTS, _ARCS)
def test_any_object_identifier_survives(root: tuple[int, int], arcs: list[int]) -> None:
    text = ".".join(map(str, (*root, *arcs)))
    assert ber.to_oid(ber.oid(text)) == text


@given(st.integers(-(2**63), 2**63 - 1))
def test_any_integer_survives(value: int) -> None:
    content = ber.integer(value)
    assert ber.to_integer(content) == value
    if value >= 0:
        assert ber.to_integer(content, signed=False) == value


def test_a_counter_without_its_leading_zero_is_unsigned() -> None:
    assert ber.to_integer(b"\xff\xff\xff\xff", signed=False) == 0xFFFFFFFF


@given(st.integers(0, 0x30), st.binary(max_size=70_000))
def test_any_content_survives(tag: int, content: bytes) -> None:
    reader = Reader(ber.tlv(tag, content))
    assert reader.content(tag) == content
    reader.finish()


@given(st.binary(max_size=40))
def test_garbage_is_an_error_or_stays_inside(data: bytes) -> None:
    reader = Reader(data)
    try:
        while reader:
            _, start, end = reader.next()
            assert 0 < start <= end <= len(data)
    except BerError:
        pass


@pytest.mark.parametrize(
    "data",
    [
        b"\x02",
        b"\x02\x01",
        b"\x02\x80\x01",
        b"\x02\x84\x00\x00\x00\x01\x01",
        b"\x02\x83\xff\xff\xff\x01",
        b"\x02\x82\x01",
    ],
    ids=["no length", "no content", "indefinite", "four octets", "huge", "half a length"],
)
def test_wrong_lengths(data: bytes) -> None:
    with pytest.raises(BerError):
        Reader(data).next()


@pytest.mark.parametrize(
    "content", [b"", b"\x2b\x86", b"\x2b\x90\x80\x80\x80\x80\x00", b"\x2b" + b"\x01" * 200]
)
def test_impossible_object_identifiers(content: bytes) -> None:
    with pytest.raises(BerError):
        ber.to_oid(content)


@pytest.mark.parametrize("text", ["3.1", "1.40", "1.3.4294967296"])
def test_object_identifiers_that_cannot_be_written(text: str) -> None:
    with pytest.raises(ValueError, match=r"OID begins|does not fit"):
        ber.oid(text)
