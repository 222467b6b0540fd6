"""Frames of the 0xFF family: ``FF length opcode [status] data CRC``, and finding them in noise.

The CRC has polynomial 0x1021 and starts at 0xFFFF, over length to the last data byte, without the
sixteen zero bits that CRC-16/CCITT-FALSE appends: the vectors of real modules tell.
"""

import struct
from collections import Counter
from dataclasses import dataclass

HEADER = 0xFF
_MOST_DATA = 250
_HEAD, _TAIL = 5, 2
_TOP = 0xFFFF


def _table() -> tuple[int, ...]:
    made = []
    for byte in range(256):
        crc = byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & _TOP
        made.append(crc)
    return tuple(made)


_TABLE = _table()


def checksum(data: bytes) -> int:
    """CRC of length, opcode, status and data."""
    crc = _TOP
    for byte in data:
        crc = ((crc << 8 | byte) & _TOP) ^ _TABLE[crc >> 8]
    return crc


def request(opcode: int, data: bytes = b"") -> bytes:
    """A request as sent."""
    inner = bytes((len(data), opcode)) + data
    return bytes((HEADER,)) + inner + struct.pack(">H", checksum(inner))


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole reply."""

    opcode: int
    status: int
    data: bytes


class Framer:
    """Cuts replies out of a serial stream and finds back after anything.

    A header that turns out to be none costs one byte, never the frame that follows it.

    Attributes:
        counts: ``noise-bytes`` thrown away, ``bad-crc`` among them candidates that looked whole.
    """

    def __init__(self, opcodes: frozenset[int]) -> None:
        self._opcodes = opcodes
        self._buffer = bytearray()
        self.counts: Counter[str] = Counter()

    @property
    def waiting(self) -> bool:
        """Whether something incomplete is held; if nothing follows soon, call ``idle``."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes; returns every frame that is whole."""
        self._buffer += data
        return self._cut()

    def idle(self) -> list[Frame]:
        """The line has been silent: what is incomplete will never be completed."""
        frames: list[Frame] = []
        while self._buffer:
            self._skip(1)
            frames += self._cut()
        return frames

    def _cut(self) -> list[Frame]:
        frames = []
        while self._buffer:
            length = self._candidate()
            if length is None:
                self._skip(1)
            elif len(self._buffer) < length:
                break
            else:
                frame = bytes(self._buffer[:length])
                if checksum(frame[1:-_TAIL]) != int.from_bytes(frame[-_TAIL:], "big"):
                    self.counts["bad-crc"] += 1
                    self._skip(1)
                    continue
                del self._buffer[:length]
                opcode, status = struct.unpack_from(">BH", frame, 2)
                frames.append(Frame(opcode, status, frame[_HEAD:-_TAIL]))
        return frames

    def _candidate(self) -> int | None:
        """Length of the frame that may begin here; None when none can."""
        if self._buffer[0] != HEADER:
            return None
        if len(self._buffer) > 1 and self._buffer[1] > _MOST_DATA:
            return None
        if len(self._buffer) > 2 and self._buffer[2] not in self._opcodes:  # noqa: PLR2004 - opcode
            return None
        return _HEAD + self._buffer[1] + _TAIL if len(self._buffer) > 1 else _HEAD + _TAIL

    def _skip(self, count: int) -> None:
        self.counts["noise-bytes"] += count
        del self._buffer[:count]
