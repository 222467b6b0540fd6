"""SNMP v1 and v2c messages of a manager that only reads: GetRequest out, GetResponse in.

There is no way to build any other PDU here, and no argument that chooses one: a driver that has
no SetRequest cannot disturb a controller (RFC 1157 §4.1, RFC 3416 §3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum

from edge_agent.drivers.signal_ntcip import ber
from edge_agent.drivers.signal_ntcip.ber import BerError, Reader, tlv

_INTEGER, _OCTETS, _NULL, _OID, _SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
_IP, _COUNTER, _GAUGE, _TICKS, _OPAQUE, _COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
_GET_REQUEST, _GET_RESPONSE = 0xA0, 0xA2
_UNSIGNED = frozenset((_COUNTER, _GAUGE, _TICKS, _COUNTER64))
_NO_SUCH_OBJECT, _NO_SUCH_INSTANCE, _END_OF_VIEW = 0x80, 0x81, 0x82
_EXCEPTIONS = frozenset((_NO_SUCH_OBJECT, _NO_SUCH_INSTANCE, _END_OF_VIEW))

FIRST_ID = 0x01000000
LAST_ID = 0x7FFFFFFF
"""Request ids stay in this span, so that each takes four octets and its place never moves."""


class Version(IntEnum):
    """Version field of a message."""

    V1 = 0
    V2C = 1


class Missing(Enum):
    """A value that the agent does not have."""

    ABSENT = "absent"


Value = int | bytes | str | None | Missing
"""INTEGER and counters as int, OCTET STRING as bytes, OID as dotted text, NULL as None."""


class ErrorStatus(IntEnum):
    """``error-status`` values that a reader can meet (RFC 3416 §3); others keep their number."""

    NONE = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    GEN_ERR = 5
    NO_ACCESS = 6
    AUTHORIZATION = 16


@dataclass(frozen=True, slots=True)
class Reply:
    """A GetResponse.

    Attributes:
        error: ``error-status``, see ErrorStatus.
        index: 1-based position of the object that the error is about, 0 for none.
        values: Object name (OID content octets) and value, in the order of the reply.
    """

    request: int
    error: int
    index: int
    values: tuple[tuple[bytes, Value], ...]


class Question:
    """A GetRequest for fixed names, encoded once; each asking only writes its id into it."""

    def __init__(self, version: Version, community: bytes, names: Sequence[bytes]) -> None:
        self.names = tuple(names)
        null = tlv(_NULL, b"")
        binds = b"".join(tlv(_SEQUENCE, tlv(_OID, name) + null) for name in names)
        zero = tlv(_INTEGER, b"\0")
        body = zero + zero + tlv(_SEQUENCE, binds)
        number = tlv(_INTEGER, FIRST_ID.to_bytes(4, "big"))
        head = tlv(_INTEGER, bytes((version,))) + tlv(_OCTETS, community)
        whole = tlv(_SEQUENCE, head + tlv(_GET_REQUEST, number + body))
        split = len(whole) - len(body)
        self._front, self._back = whole[: split - 4], whole[split:]

    def encode(self, request: int) -> bytes:
        """The datagram with this request id (``FIRST_ID`` … ``LAST_ID``)."""
        if not FIRST_ID <= request <= LAST_ID:
            raise ValueError(f"request id {request} does not take four octets")
        return self._front + request.to_bytes(4, "big") + self._back


def decode_reply(datagram: bytes, version: Version, community: bytes) -> Reply | None:
    """Read a GetResponse.

    Returns:
        None for a sound message that is not an answer to us: another version, community or PDU.

    Raises:
        BerError: Damaged, cut off, or with something behind its end.
    """
    outer = Reader(datagram)
    message = outer.inside(_SEQUENCE)
    outer.finish()
    ours = message.number() == version
    ours = (message.content(_OCTETS) == community) and ours
    tag, start, end = message.next()
    message.finish()
    if not ours or tag != _GET_RESPONSE:
        return None
    pdu = Reader(datagram, start, end)
    request, error, index = pdu.number(), pdu.number(), pdu.number()
    binds = pdu.inside(_SEQUENCE)
    pdu.finish()
    values = []
    while binds:
        bind = binds.inside(_SEQUENCE)
        name = bind.content(_OID)
        tag, start, end = bind.next()
        bind.finish()
        values.append((name, _value(tag, datagram[start:end])))
    if error < 0 or not 0 <= index <= len(values):
        raise BerError(f"error {error} about object {index} of {len(values)}")
    return Reply(request, error, index, tuple(values))


def _value(tag: int, content: bytes) -> Value:
    if tag == _INTEGER:
        return ber.to_integer(content)
    if tag in _UNSIGNED:
        return ber.to_integer(content, signed=False)
    if tag in (_OCTETS, _OPAQUE, _IP):
        return content
    if tag == _OID:
        return ber.to_oid(content)
    if content:
        raise BerError(f"tag {tag:#04x} with {len(content)} octets of content")
    if tag == _NULL:
        return None
    if tag in _EXCEPTIONS:
        return Missing.ABSENT
    raise BerError(f"unknown tag {tag:#04x}")
