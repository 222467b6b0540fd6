import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.simulators.camera.h264 import (
    MTU_PAYLOAD,
    AccessUnit,
    FlvReader,
    Packetizer,
    Parameters,
    fragments,
)

SETS = Parameters(b"\x67\x64\x00\x0d", b"\x68\xeb")


def reassemble(payloads: list[bytes]) -> list[bytes]:
    """An independent reading of RFC 6184, sections 5.6 and 5.8."""
    nals: list[bytes] = []
    for payload in payloads:
        if payload[0] & 0x1F != 28:
            nals.append(payload)
            continue
        if payload[1] & 0x80:
            nals.append(bytes([(payload[0] & 0xE0) | (payload[1] & 0x1F)]))
        nals[-1] += payload[2:]
    return nals


nal = st.builds(
    lambda ref, kind, body: bytes([ref << 5 | kind]) + body,
    st.integers(0, 3),
    st.sampled_from([1, 5, 6]),
    st.binary(min_size=1, max_size=5000),
)


@given(nal)
def test_fragments_join_to_what_they_were(unit: bytes) -> None:
    payloads = fragments(unit)
    assert all(len(payload) <= MTU_PAYLOAD for payload in payloads)
    assert reassemble(payloads) == [unit]


@given(st.lists(nal, min_size=1, max_size=4), st.integers(0, 0xFFFF), st.integers(0, 2**40))
def test_packets_are_numbered_marked_and_stamped(
    nals: list[bytes], sequence: int, stamp: int
) -> None:
    packetizer = Packetizer(0xDECAFBAD, sequence)
    packets = packetizer.packets(AccessUnit(tuple(nals), 0, 0, key=False), SETS, stamp)
    fields = [struct.unpack(">BBHII", packet[:12]) for packet in packets]
    assert [f[2] for f in fields] == [(sequence + n) & 0xFFFF for n in range(len(packets))]
    assert {f[3] for f in fields} == {stamp & 0xFFFFFFFF}
    assert {f[4] for f in fields} == {0xDECAFBAD}
    assert [f[1] >> 7 for f in fields] == [0] * (len(packets) - 1) + [1]
    assert reassemble([packet[12:] for packet in packets]) == nals


def test_a_key_picture_brings_its_parameters() -> None:
    packets = Packetizer(1).packets(AccessUnit((b"\x65abc",), 0, 0, key=True), SETS, 0)
    assert [packet[12:] for packet in packets] == [SETS.sps, SETS.pps, b"\x65abc"]
    own = AccessUnit((b"\x67own", b"\x68own", b"\x65abc"), 0, 0, key=True)
    assert len(Packetizer(1).packets(own, SETS, 0)) == 3


def flv(tags: list[tuple[int, bytes]]) -> bytes:
    out = b"FLV\x01\x01\x00\x00\x00\x09\x00\x00\x00\x00"
    for dts_ms, body in tags:
        stamp = (dts_ms & 0xFFFFFF).to_bytes(3, "big") + bytes([dts_ms >> 24])
        out += b"\x09" + len(body).to_bytes(3, "big") + stamp + b"\x00\x00\x00" + body
        out += (11 + len(body)).to_bytes(4, "big")
    return out


def picture(payload: bytes, offset: int, *, key: bool) -> bytes:
    head = bytes([(0x10 if key else 0x20) | 7, 1]) + offset.to_bytes(3, "big", signed=True)
    return head + len(payload).to_bytes(4, "big") + payload


RECORD = (
    b"\x17\x00\x00\x00\x00\x01\x64\x00\x0d\xff\xe1"
    + struct.pack(">H", 4)
    + SETS.sps
    + b"\x01"
    + struct.pack(">H", 2)
    + SETS.pps
)


@given(st.lists(st.integers(1, 40), max_size=40))
def test_flv_reads_the_same_at_any_chunking(sizes: list[int]) -> None:
    data = flv(
        [
            (0, RECORD),
            (0, picture(b"\x65one", 80, key=True)),
            (40, picture(b"\x41two", -40, key=False)),
            (0x01000000, picture(b"\x09\xf0", 0, key=False)),  # a delimiter alone is no picture
        ]
    )
    reader, at = FlvReader(), 0
    found: list[Parameters | AccessUnit] = []
    for size in sizes:
        found += list(reader.feed(data[at : at + size]))
        at += size
    found += list(reader.feed(data[at:]))
    assert found == [
        SETS,
        AccessUnit((b"\x65one",), 80, 0, key=True),
        AccessUnit((b"\x41two",), 0, 40, key=False),
    ]


def test_what_is_no_flv_is_refused() -> None:
    with pytest.raises(ValueError, match="no FLV"):
        list(FlvReader().feed(b"RIFF" + bytes(40)))
    with pytest.raises(ValueError, match=r"no H\.264"):
        list(FlvReader().feed(flv([(0, b"\x12" + bytes(10))])))
