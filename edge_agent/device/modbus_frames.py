"""Modbus on the wire: the reads of the application protocol, and its TCP and RTU frames.

Source: MODBUS Application Protocol V1.1b3, MODBUS Messaging on TCP/IP V1.0b, MODBUS over Serial
Line V1.02. Only reading functions exist here, so nothing built on this module can write to a
device. A reply counts only when it is exactly the answer to the request: unit, function and length.
(pymodbus 3.16 also takes a reply of another function or length, cannot tell a damaged frame from
silence, and drops everybody's connection when one unit stays silent; it is the judge in the tests.)
"""

import struct
from dataclasses import dataclass
from enum import StrEnum

from edge_agent.errors import Cause, DeviceError

MAX_REGISTERS = 125
MAX_BITS = 2000
_IDENTIFY = 0x2B
_MEI_IDENTIFICATION = 0x0E
_ERROR = 0x80
_EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "server device failure",
    5: "acknowledge, still working",
    6: "server device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target failed to respond",
}
_NO_ANSWER_BEHIND_GATEWAY = 11


class Table(StrEnum):
    """The four tables of the Modbus data model."""

    COIL = "coil"
    DISCRETE = "discrete"
    HOLDING = "holding"
    INPUT = "input"

    @property
    def bits(self) -> bool:
        """Whether its cells are bits, not registers of 16 bits."""
        return self in (Table.COIL, Table.DISCRETE)


_FUNCTION = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}


@dataclass(frozen=True, slots=True)
class Read:
    """Read a block of a table.

    Attributes:
        address: First cell as sent on the wire, from 0.
        count: Cells.
    """

    table: Table
    address: int
    count: int

    @property
    def function(self) -> int:
        return _FUNCTION[self.table]

    def pdu(self) -> bytes:
        return struct.pack(">BHH", self.function, self.address, self.count)

    def reply_length(self, reply: bytes) -> int:
        """Length of the whole reply PDU."""
        del reply
        return 2 + self.payload

    @property
    def payload(self) -> int:
        """Bytes of data in the reply."""
        return (self.count + 7) // 8 if self.table.bits else 2 * self.count

    def parse(self, reply: bytes) -> tuple[int, ...]:
        """Values of a reply PDU: registers 0…65535, bits 0 or 1.

        Raises:
            DeviceError: PROTOCOL when it is not the answer to this request.
        """
        if len(reply) != 2 + self.payload or reply[1] != self.payload:
            raise DeviceError(
                Cause.PROTOCOL,
                f"{len(reply)} bytes of reply where {self.count} cells were asked for",
            )
        if self.table.bits:
            number = int.from_bytes(reply[2:], "little")
            return tuple((number >> index) & 1 for index in range(self.count))
        return struct.unpack(f">{self.count}H", reply[2:])


@dataclass(frozen=True, slots=True)
class Identify:
    """Ask for the basic (1) or regular (2) identification, from one object on."""

    level: int = 1
    first: int = 0

    @property
    def function(self) -> int:
        return _IDENTIFY

    def pdu(self) -> bytes:
        return bytes((_IDENTIFY, _MEI_IDENTIFICATION, self.level, self.first))

    def reply_length(self, reply: bytes) -> int:
        """Length of the whole reply PDU as far as its beginning tells."""
        length = 7
        if len(reply) < length:
            return length
        for _ in range(reply[6]):
            if len(reply) < length + 2:
                return length + 2
            length += 2 + reply[length + 1]
        return length

    def parse(self, reply: bytes) -> "Identity":
        """Objects of a reply PDU.

        Raises:
            DeviceError: PROTOCOL when it is not the answer to this request.
        """
        if len(reply) != self.reply_length(reply) or reply[1] != _MEI_IDENTIFICATION:
            raise DeviceError(Cause.PROTOCOL, "malformed device identification")
        objects: dict[int, str] = {}
        at = 7
        for _ in range(reply[6]):
            size = reply[at + 1]
            objects[reply[at]] = reply[at + 2 : at + 2 + size].decode("utf-8", "replace").strip()
            at += 2 + size
        return Identity(objects, reply[5] if reply[4] == 0xFF else None)  # noqa: PLR2004 - per spec


@dataclass(frozen=True, slots=True)
class Identity:
    """Identification objects by number; ``following`` is where to ask on, None at the end."""

    objects: dict[int, str]
    following: int | None


Request = Read | Identify


def check_exception(request: Request, reply: bytes) -> None:
    """Raise when a reply PDU is not of this request's function.

    Raises:
        DeviceError: REFUSED for an exception reply (TIMEOUT when a gateway says that its target
            was silent), PROTOCOL for another function.
    """
    if not reply:
        raise DeviceError(Cause.PROTOCOL, "empty reply")
    if reply[0] == request.function:
        return
    if reply[0] == request.function | _ERROR and len(reply) >= 2:  # noqa: PLR2004 - code byte
        code = reply[1]
        words = _EXCEPTIONS.get(code, "unknown exception")
        cause = Cause.TIMEOUT if code == _NO_ANSWER_BEHIND_GATEWAY else Cause.REFUSED
        raise DeviceError(cause, f"exception {code} ({words}) to {_words(request)}")
    raise DeviceError(
        Cause.PROTOCOL, f"reply of function {reply[0]} where {request.function} was asked"
    )


def _words(request: Request) -> str:
    if isinstance(request, Read):
        return f"{request.table} {request.address}…{request.address + request.count - 1}"
    return "device identification"


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
        table.append(crc)
    return tuple(table)


_CRC = _crc_table()


def crc16(data: bytes) -> int:
    """CRC of RTU frames: polynomial 0xA001 reflected, start 0xFFFF; sent low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc = (crc >> 8) ^ _CRC[(crc ^ byte) & 0xFF]
    return crc


def rtu_frame(unit: int, pdu: bytes) -> bytes:
    """Unit, PDU and CRC."""
    body = bytes((unit,)) + pdu
    return body + struct.pack("<H", crc16(body))


def without_echo(received: bytes, frame: bytes) -> bytes:
    """What arrived, less the request itself, which some adapters hear back from the line.

    A request for 17…24 bits at 0x03xx can look exactly like its own reply, so this comes first.
    """
    return received.replace(frame, b"", 1)


def find_rtu_reply(buffer: bytes, unit: int, request: Request) -> bytes | None:
    """The reply PDU to this request anywhere in what has arrived, or None.

    RTU frames have neither a start mark nor a number. As the reply's unit, function and length
    are known beforehand, garbage around it and late replies of another shape are passed over.
    """
    at = buffer.find(unit)
    while at >= 0:
        pdu = _rtu_reply_at(buffer, at, request)
        if pdu is not None:
            return pdu
        at = buffer.find(unit, at + 1)
    return None


def _rtu_reply_at(buffer: bytes, at: int, request: Request) -> bytes | None:
    head = buffer[at + 1 : at + 3]
    if len(head) < 2:  # noqa: PLR2004 - function and one more byte
        return None
    if head[0] == request.function | _ERROR:
        length = 2
    elif head[0] == request.function:
        length = request.reply_length(buffer[at + 1 :])
        if isinstance(request, Read) and head[1] != request.payload:
            return None
    else:
        return None
    end = at + 1 + length
    if len(buffer) < end + 2 or buffer[end : end + 2] != struct.pack("<H", crc16(buffer[at:end])):
        return None
    return buffer[at + 1 : end]


def tcp_frame(transaction: int, unit: int, pdu: bytes) -> bytes:
    """MBAP header and PDU."""
    return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu


_MBAP = struct.Struct(">HHHB")
_TOP_LENGTH = 254


@dataclass(frozen=True, slots=True)
class TcpReply:
    """A frame cut from the stream; ``size`` is how much of the buffer it took."""

    transaction: int
    unit: int
    pdu: bytes
    size: int


def cut_tcp_reply(buffer: bytes | bytearray) -> TcpReply | None:
    """The first frame of a TCP stream, None while it is not complete.

    Raises:
        DeviceError: PROTOCOL when the stream cannot be Modbus, so the connection must be dropped.
    """
    if len(buffer) < _MBAP.size:
        return None
    transaction, protocol, length, unit = _MBAP.unpack_from(buffer)
    if protocol != 0 or not 2 <= length <= _TOP_LENGTH:  # noqa: PLR2004 - unit and function
        raise DeviceError(Cause.PROTOCOL, "the stream is not Modbus TCP")
    end = 6 + length
    if len(buffer) < end:
        return None
    return TcpReply(transaction, unit, bytes(buffer[7:end]), end)
