"""H.264 as it travels: access units out of FLV, RTP packets after RFC 6184.

FFmpeg writes FLV because it keeps what a raw Annex B stream loses: where a picture ends and when it
is to be shown.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

RTP_CLOCK = 90_000
PAYLOAD_TYPE = 96
MTU_PAYLOAD = 1400

_VIDEO_TAG = 9
_AVC = 7
_KEY = 1
_CONFIG, _NALUS = 0, 1
_FU_A = 28
_IDR, _SPS, _PPS, _AUD = 5, 7, 8, 9


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One coded picture.

    Attributes:
        nals: NAL units without start codes.
        pts_ms: When to show it.
        dts_ms: When to decode it.
        key: Whether a decoder can start here.
    """

    nals: tuple[bytes, ...]
    pts_ms: int
    dts_ms: int
    key: bool


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a decoder must know before the first picture."""

    sps: bytes
    pps: bytes


class FlvReader:
    """Bytes of FLV in, parameters and access units out, at any chunking."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._started = False

    def feed(self, chunk: bytes) -> Iterator[Parameters | AccessUnit]:
        """Everything that is complete with this chunk.

        Raises:
            ValueError: This is no FLV with H.264.
        """
        self._buffer += chunk
        if not self._started:
            if len(self._buffer) < 13:  # noqa: PLR2004 - header of 9 and the first back pointer
                return
            if self._buffer[:3] != b"FLV":
                raise ValueError("no FLV")
            del self._buffer[:13]
            self._started = True
        while len(self._buffer) >= 11:  # noqa: PLR2004 - tag header
            size = int.from_bytes(self._buffer[1:4], "big")
            if len(self._buffer) < 11 + size + 4:
                return
            kind = self._buffer[0]
            dts_ms = int.from_bytes(self._buffer[4:7], "big") | self._buffer[7] << 24
            body = bytes(self._buffer[11 : 11 + size])
            del self._buffer[: 11 + size + 4]
            if kind == _VIDEO_TAG and len(body) > 5:  # noqa: PLR2004 - AVC tag header
                yield from _tag(body, dts_ms)


def _tag(body: bytes, dts_ms: int) -> Iterator[Parameters | AccessUnit]:
    if body[0] & 0x0F != _AVC:
        raise ValueError("no H.264 in this FLV")
    offset = int.from_bytes(body[2:5], "big", signed=True)
    if body[1] == _CONFIG:
        yield _parameters(body[5:])
    elif body[1] == _NALUS:
        nals = tuple(nal for nal in _split(body[5:]) if nal and nal[0] & 0x1F != _AUD)
        if nals:
            yield AccessUnit(nals, dts_ms + offset, dts_ms, body[0] >> 4 == _KEY)


def _parameters(record: bytes) -> Parameters:
    """AVCDecoderConfigurationRecord, ISO/IEC 14496-15."""
    at = 6
    (size,) = struct.unpack_from(">H", record, at)
    sps = record[at + 2 : at + 2 + size]
    at += 2 + size + 1
    (size,) = struct.unpack_from(">H", record, at)
    return Parameters(sps, record[at + 2 : at + 2 + size])


def _split(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 4 + size]
        at += 4 + size


class Packetizer:
    """Access units to RTP packets, single NAL unit and FU-A modes (packetization-mode 1)."""

    def __init__(self, ssrc: int, sequence: int = 0) -> None:
        self.ssrc = ssrc
        self.sequence = sequence

    def packets(self, unit: AccessUnit, parameters: Parameters, timestamp: int) -> list[bytes]:
        """RTP packets of one picture; parameter sets go before every key picture."""
        nals = list(unit.nals)
        if unit.key and not any(nal[0] & 0x1F == _SPS for nal in nals):
            nals = [parameters.sps, parameters.pps, *nals]
        payloads = [payload for nal in nals for payload in fragments(nal)]
        result = []
        for index, payload in enumerate(payloads):
            marker = 0x80 if index == len(payloads) - 1 else 0
            header = struct.pack(
                ">BBHII",
                0x80,
                marker | PAYLOAD_TYPE,
                self.sequence,
                timestamp & 0xFFFFFFFF,
                self.ssrc,
            )
            self.sequence = (self.sequence + 1) & 0xFFFF
            result.append(header + payload)
        return result


def fragments(nal: bytes, limit: int = MTU_PAYLOAD) -> list[bytes]:
    """RTP payloads of one NAL unit: itself, or FU-A fragments."""
    if len(nal) <= limit:
        return [nal]
    indicator = (nal[0] & 0xE0) | _FU_A
    kind = nal[0] & 0x1F
    body = nal[1:]
    step = limit - 2
    result = []
    for at in range(0, len(body), step):
        start = 0x80 if at == 0 else 0
        end = 0x40 if at + step >= len(body) else 0
        result.append(bytes((indicator, start | end | kind)) + body[at : at + step])
    return result
