"""The server side of Modbus: requests apart, replies together, in TCP and RTU frames.

Written from the MODBUS Application Protocol V1.1b3 on its own; it shares nothing with any driver.
"""

import binascii
from collections.abc import Mapping
from typing import NamedTuple, Protocol

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3

_WRITES = frozenset({5, 6, 15, 16, 22, 23})
_FIXED_REQUEST = 8
_COUNTED_REQUESTS = frozenset({15, 16})
_MOST_BITS, _MOST_REGISTERS = 2000, 125


class Asked(NamedTuple):
    """A request: ``mark`` is the transaction number of a TCP frame, empty in RTU."""

    mark: bytes
    unit: int
    pdu: bytes


class Slave(Protocol):
    """What a simulated device shows on Modbus."""

    @property
    def identity(self) -> Mapping[int, str]:
        """Identification objects by number."""

    def bits(self) -> list[bool]:
        """Discrete inputs from address 0."""

    def registers(self) -> list[int]:
        """Input registers from address 0."""


def answer(controller: Slave, pdu: bytes) -> bytes:
    """The reply PDU to a request PDU."""
    match pdu[0]:
        case 2 if len(pdu) == 5:  # noqa: PLR2004 - function, address, count
            return _bits(pdu, controller.bits())
        case 4 if len(pdu) == 5:  # noqa: PLR2004
            return _registers(pdu, controller.registers())
        case 0x2B if len(pdu) == 4 and pdu[1] == 0x0E:  # noqa: PLR2004
            return _identity(pdu, controller.identity)
        case function:
            return refusal(function, ILLEGAL_FUNCTION)


def refusal(function: int, code: int) -> bytes:
    """An exception reply."""
    return bytes((function | 0x80, code))


def is_write(pdu: bytes) -> bool:
    """Whether a request would change something."""
    return pdu[0] in _WRITES


def _span(pdu: bytes) -> tuple[int, int]:
    return int.from_bytes(pdu[1:3], "big"), int.from_bytes(pdu[3:5], "big")


def _bits(pdu: bytes, cells: list[bool]) -> bytes:
    start, count = _span(pdu)
    if not 1 <= count <= _MOST_BITS:
        return refusal(pdu[0], ILLEGAL_VALUE)
    if start + count > len(cells):
        return refusal(pdu[0], ILLEGAL_ADDRESS)
    packed = bytearray((count + 7) // 8)
    for index in range(count):
        packed[index >> 3] |= cells[start + index] << (index & 7)
    return bytes((pdu[0], len(packed))) + packed


def _registers(pdu: bytes, cells: list[int]) -> bytes:
    start, count = _span(pdu)
    if not 1 <= count <= _MOST_REGISTERS:
        return refusal(pdu[0], ILLEGAL_VALUE)
    if start + count > len(cells):
        return refusal(pdu[0], ILLEGAL_ADDRESS)
    words = b"".join(cell.to_bytes(2, "big") for cell in cells[start : start + count])
    return bytes((pdu[0], len(words))) + words


def _identity(pdu: bytes, identity: Mapping[int, str]) -> bytes:
    last = {1: 2, 2: 6}.get(pdu[2])
    if last is None:
        return refusal(pdu[0], ILLEGAL_VALUE)
    objects = {n: text.encode() for n, text in identity.items() if pdu[3] <= n <= last}
    listed = b"".join(bytes((n, len(text))) + text for n, text in objects.items())
    return bytes((0x2B, 0x0E, pdu[2], 0x82, 0x00, 0x00, len(objects))) + listed


def crc(body: bytes) -> bytes:
    """Check bytes of an RTU frame, in wire order."""
    value = 0xFFFF
    for byte in body:
        value ^= byte
        for _ in range(8):
            carry = value & 1
            value >>= 1
            if carry:
                value ^= 0xA001
    return value.to_bytes(2, "little")


def tcp_frame(mark: bytes, unit: int, pdu: bytes) -> bytes:
    """MBAP header and PDU."""
    return mark + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big") + bytes((unit,)) + pdu


def rtu_frame(unit: int, pdu: bytes) -> bytes:
    """Unit, PDU, CRC."""
    body = bytes((unit,)) + pdu
    return body + crc(body)


def take_tcp(buffer: bytearray) -> Asked | None:
    """Cut one request from the front; raises ValueError when the stream is not Modbus."""
    if len(buffer) < 7:  # noqa: PLR2004 - MBAP header
        return None
    length = int.from_bytes(buffer[4:6], "big")
    if buffer[2:4] != b"\0\0" or not 2 <= length <= 254:  # noqa: PLR2004 - per specification
        raise ValueError(f"not Modbus TCP: {binascii.hexlify(buffer[:12]).decode()}")
    if len(buffer) < 6 + length:
        return None
    asked = Asked(bytes(buffer[:2]), buffer[6], bytes(buffer[7 : 6 + length]))
    del buffer[: 6 + length]
    return asked


def take_rtu(buffer: bytearray) -> Asked | None:
    """Find one request, dropping what is none."""
    while len(buffer) >= 4:  # noqa: PLR2004 - the shortest frame
        length = _request_length(buffer)
        if length is None or len(buffer) < length:
            return None
        frame = bytes(buffer[:length])
        if crc(frame[:-2]) == frame[-2:]:
            del buffer[:length]
            return Asked(b"", frame[0], frame[1:-2])
        del buffer[0]
    return None


def _request_length(buffer: bytearray) -> int | None:
    function = buffer[1]
    if function == 0x2B:  # noqa: PLR2004 - identification
        return 7
    if function in _COUNTED_REQUESTS:
        return 9 + buffer[6] if len(buffer) > 6 else None  # noqa: PLR2004 - byte count
    return _FIXED_REQUEST


Units = Mapping[int, Slave]
"""Devices behind one port, by unit number; a missing unit is a dead one."""
