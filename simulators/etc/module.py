"""A simulated serial UHF module of the 0xFF family: what it answers, and the frames it streams."""

import struct
from collections import Counter
from collections.abc import Iterable, Iterator

from edge_agent.simulators.etc.field import Read

_VERSION, _BOOT, _STREAM, _TAG = 0x03, 0x04, 0x2F, 0x22
_ANTENNAS, _POWER, _PROTOCOL, _REGION = 0x91, 0x92, 0x93, 0x97
_OK, _BAD_LENGTH, _BAD_OPCODE, _BAD_VALUE, _NO_TAGS = 0, 0x100, 0x101, 0x105, 0x400
_HEADER = 0xFF
_GEN2 = 5
_ABOUT = bytes.fromhex("23010300 01000003 20260314 01070209 00000010")
"""Boot loader, hardware, date of the firmware, firmware, protocols (bit 4: Gen2)."""


def check(data: bytes) -> int:
    """CRC of length to last data byte: 0x1021 from 0xFFFF, the message not augmented by zeros."""
    crc = 0xFFFF
    for byte in data:
        for bit in range(7, -1, -1):
            top = crc >> 15
            crc = ((crc << 1) & 0xFFFF) | (byte >> bit & 1)
            if top:
                crc ^= 0x1021
    return crc


def framed(opcode: int, status: int, data: bytes = b"") -> bytes:
    """A reply."""
    inner = struct.pack("!BBH", len(data), opcode, status) + data
    return bytes((_HEADER,)) + inner + struct.pack("!H", check(inner))


def take(buffer: bytearray) -> tuple[int, bytes] | None:
    """Cut the next request off, opcode and data; what fits no frame is thrown away."""
    while buffer:
        if buffer[0] != _HEADER:
            del buffer[0]
            continue
        if len(buffer) < 2 or len(buffer) < buffer[1] + 5:  # noqa: PLR2004 - header and length
            return None
        inner, crc = bytes(buffer[1 : buffer[1] + 3]), buffer[buffer[1] + 3 : buffer[1] + 5]
        if int.from_bytes(crc, "big") == check(inner):
            del buffer[: len(inner) + 3]
            return inner[1], inner[2:]
        del buffer[0]
    return None


class Module:
    """State of one module.

    Attributes:
        streaming: It reads without end and tells what it reads.
        region: Needed before it may radiate; after power-on the saved one, else None.
        booted: The application runs, not the boot loader.
        counts: What it was asked and what it did.
    """

    def __init__(
        self, ports: Iterable[int], *, booted: bool = True, saved_region: int | None = None
    ) -> None:
        self.ports = tuple(sorted(ports))
        self.counts: Counter[str] = Counter()
        self._booted_at_start = booted
        self._saved_region = saved_region
        self.power_on()

    def power_on(self) -> None:
        """Forget everything that was set and not saved."""
        self.booted = self._booted_at_start
        self.streaming = False
        self.region = self._saved_region
        self.antennas: frozenset[int] = frozenset()
        self.protocol = 0
        self.power = 0
        self._flags = 0
        self._search = 0
        self.cycle_ms = 1000.0

    def answer(self, opcode: int, data: bytes) -> bytes:
        """The reply to one request."""
        self.counts[f"asked-{opcode:02x}"] += 1
        if not self.booted and opcode not in (_VERSION, _BOOT):
            return framed(opcode, _BAD_OPCODE)
        match opcode:
            case 0x03:
                return framed(opcode, _OK, _ABOUT)
            case 0x04:
                status, self.booted = _BAD_OPCODE if self.booted else _OK, True
                return framed(opcode, status, b"" if status else _ABOUT)
            case 0x2F:
                return framed(opcode, *self._stream(data))
            case 0x91 | 0x92 | 0x93 | 0x97:
                return framed(opcode, self._set(opcode, data))
            case _:
                return framed(opcode, _BAD_OPCODE)

    def report(self, reads: Iterable[Read], cycle_began_ms: float) -> Iterator[bytes]:
        """Frames of what it reads while it streams."""
        if not self.streaming:
            return
        for read in reads:
            if read.port in self.antennas:
                self.counts["reads"] += 1
                yield framed(_TAG, _OK, self._record(read, read.t - cycle_began_ms))

    def cycle_end(self, status: int = _NO_TAGS) -> bytes:
        """What it says when a search cycle is over; with other codes, why it found nothing."""
        return framed(_TAG, status)

    def _set(self, opcode: int, data: bytes) -> int:
        if opcode == _PROTOCOL:
            self.protocol = int.from_bytes(data, "big")
            return _OK if data == b"\x00\x05" else _BAD_VALUE
        if opcode == _REGION:
            self.region = data[0] if len(data) == 1 else None
            return _OK if self.region is not None else _BAD_LENGTH
        if opcode == _POWER:
            self.power = int.from_bytes(data, "big")
            return _OK if len(data) == struct.calcsize("!H") else _BAD_LENGTH
        pairs = data[1:] if data[:1] == b"\x02" and len(data) % 2 else data
        if not pairs or len(pairs) % 2 or not set(pairs) <= set(self.ports):
            return _BAD_VALUE
        self.antennas = frozenset(pairs[::2])
        return _OK

    def _stream(self, data: bytes) -> tuple[int, bytes]:
        if data[2:3] == b"\x02":
            self.streaming = False
            return _OK, data[2:3]
        # Time-out, option 1, read-multiple, search flags, protocol, length of the rest, the rest.
        try:
            _, option, inner, _, protocol, length = struct.unpack_from("!HBBHBB", data)
            opcode, _, search, timeout, flags = struct.unpack_from("!BBHHH", data, 8)
        except struct.error:
            return _BAD_LENGTH, b""
        wanted = (1, _TAG, _GEN2, _TAG, len(data) - 9)
        if (option, inner, protocol, opcode, length) != wanted:
            return _BAD_VALUE, b""
        if self.region is None or not self.antennas or self.protocol != _GEN2:
            return _BAD_VALUE, b""
        self._search, self._flags, self.cycle_ms = search, flags, float(timeout)
        self.streaming = True
        return _OK, bytes((option,))

    def _record(self, read: Read, since_ms: float) -> bytes:
        epc = bytes.fromhex(read.epc)
        words = bytes((len(epc) // 2 << 3, 0))
        fields = (
            (0, b"\x01"),
            (1, struct.pack("!b", read.rssi)),
            (2, bytes((read.port << 4 | read.port,))),
            (3, (920_250).to_bytes(3, "big")),
            (4, struct.pack("!I", max(0, round(since_ms)))),
            (5, b"\x00\x00"),
            (6, bytes((_GEN2,))),
            (7, b"\x00\x00"),
            (8, b"\x0f"),
        )
        head = struct.pack("!BHHB", 0x10, self._search, self._flags, 1)
        told = b"".join(body for bit, body in fields if self._flags >> bit & 1)
        tag = words + epc
        return head + told + struct.pack("!H", 8 * len(tag) + 16) + tag + _gen2_crc(tag)


def _gen2_crc(tag: bytes) -> bytes:
    """CRC-16 that the tag itself sends with PC and EPC (ISO/IEC 18000-63: inverted CCITT)."""
    crc = 0xFFFF
    for byte in tag:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    return struct.pack("!H", crc ^ 0xFFFF)
