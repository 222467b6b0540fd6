"""What we say to a module of the 0xFF family and what its frames mean. It cannot write a tag."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Op(IntEnum):
    """Opcodes that this driver sends or understands."""

    VERSION = 0x03
    BOOT = 0x04
    TAG = 0x22
    """Reply only: a tag, or the end of a search cycle, while the module streams."""
    STREAM = 0x2F
    ANTENNAS = 0x91
    POWER = 0x92
    PROTOCOL = 0x93
    REGION = 0x97


OPCODES = frozenset(int(op) for op in Op)

OK = 0x0000
BAD_OPCODE = 0x0101
NO_TAGS = 0x0400
NO_ANTENNA = 0x0503
TOO_HOT = 0x0504
RETURN_LOSS = 0x0505
STATUS = {
    0x0100: "wrong number of data bytes",
    BAD_OPCODE: "unknown opcode",
    0x0105: "value out of range",
    NO_TAGS: "no tags",
    NO_ANTENNA: "no antenna connected",
    TOO_HOT: "too hot to transmit",
    RETURN_LOSS: "antenna reflects too much",
}

_GEN2 = 5
_SEARCH = 0x001B
_COUNT, _RSSI, _ANTENNA, _FREQUENCY, _TIME, _PHASE, _PROTOCOL, _DATA, _GPIO = (
    1 << bit for bit in range(9)
)
_KNOWN = 0x01FF
_WANTED = _COUNT | _RSSI | _ANTENNA | _TIME
_CYCLE_MS = 1000
_MOST_EPC = 62


class CodecError(ValueError):
    """A frame whose content makes no sense."""


@dataclass(frozen=True, slots=True)
class Version:
    """Answer to VERSION, as the module prints it: dotted bytes, the date as eight digits."""

    bootloader: str
    hardware: str
    date: str
    firmware: str
    gen2: bool


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a TAG frame.

    Attributes:
        cycle_ms: Since the search cycle began; None when not told.
    """

    epc: str
    antenna: int | None
    rssi: int | None
    reads: int
    cycle_ms: int | None


def start() -> bytes:
    """Data of STREAM: read Gen2 tags without end, in cycles of a second."""
    inner = struct.pack(">BHHH", 0x10, _SEARCH, _CYCLE_MS, _WANTED)
    return struct.pack(">HBBHBB", 0, 1, Op.TAG, 0, _GEN2, len(inner)) + bytes((Op.TAG,)) + inner


def stop() -> bytes:
    """Data of STREAM: stop."""
    return b"\x00\x00\x02"


def gen2() -> bytes:
    """Data of PROTOCOL."""
    return struct.pack(">H", _GEN2)


def antennas(numbers: Sequence[int]) -> bytes:
    """Data of ANTENNAS: search on these, transmitting and receiving."""
    return b"\x02" + b"".join(bytes((number, number)) for number in numbers)


def power(centi_dbm: int) -> bytes:
    """Data of POWER."""
    return struct.pack(">H", centi_dbm)


def version(data: bytes) -> Version:
    """Meaning of a VERSION reply; raises CodecError."""
    if len(data) != 20:  # noqa: PLR2004 - five words
        raise CodecError(f"a version of {len(data)} bytes")
    boot, hardware, date, firmware, protocols = (data[at : at + 4] for at in range(0, 20, 4))
    mask = int.from_bytes(protocols, "big")
    return Version(_dotted(boot), _dotted(hardware), date.hex(), _dotted(firmware), _has_gen2(mask))


def tag(data: bytes) -> Tag:
    """Meaning of a TAG frame with status OK; raises CodecError."""
    fields = _Fields(data)
    option, flags = fields.number(1), 0
    fields.number(2)
    flags = fields.number(2)
    if option & ~0x80 != 0x10 or flags & ~_KNOWN:  # noqa: PLR2004 - option: with metadata
        raise CodecError(f"option {option:02X} with metadata {flags:04X}")
    if fields.number(1) != 1:
        raise CodecError("a frame tells of one tag")
    reads = fields.number(1) if flags & _COUNT else 1
    rssi = fields.number(1, signed=True) if flags & _RSSI else None
    antenna = fields.number(1) >> 4 if flags & _ANTENNA else None
    if flags & _FREQUENCY:
        fields.number(3)
    cycle_ms = fields.number(4) if flags & _TIME else None
    for flag, size in ((_PHASE, 2), (_PROTOCOL, 1)):
        if flags & flag:
            fields.number(size)
    if flags & _DATA:
        fields.take(-(-fields.number(2) // 8))
    if flags & _GPIO:
        fields.number(1)
    epc = _epc(fields)
    return Tag(epc, antenna or None, rssi, max(1, reads), cycle_ms)


def _epc(fields: "_Fields") -> str:
    """EPC without PC and CRC; whatever follows belongs to no field."""
    bits = fields.number(2)
    size = bits // 8 - 4
    if bits % 16 or not 0 < size <= _MOST_EPC:
        raise CodecError(f"PC, EPC and CRC of {bits} bits")
    words = fields.number(2) >> 11
    epc = fields.take(size)
    fields.number(2)
    fields.end()
    if 2 * words != size:
        raise CodecError(f"PC says {words} words, the frame {size} bytes")
    return epc.hex().upper()


class _Fields:
    """Reads a frame's data from its start."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise CodecError(f"{len(self._data)} bytes end within a field")
        self._at = end
        return self._data[end - size : end]

    def number(self, size: int, *, signed: bool = False) -> int:
        return int.from_bytes(self.take(size), "big", signed=signed)

    def end(self) -> None:
        if self._at != len(self._data):
            raise CodecError(f"{len(self._data) - self._at} bytes too many")


def _dotted(word: bytes) -> str:
    return ".".join(f"{byte:02x}" for byte in word)


def _has_gen2(mask: int) -> bool:
    return bool(mask >> (_GEN2 - 1) & 1)
