"""The frame of LLRP: messages in a TCP stream, parameters in a message. Nothing of their meaning.

A message is ``version:3 type:10`` in 16 bits (three reserved bits first), length and id in 32 each;
a TLV parameter has a 10-bit type and a length, a TV parameter a 7-bit type behind a set top bit
and the length that its type fixes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEAD = struct.Struct(">HII")
_TLV = struct.Struct(">HH")
MAX_MESSAGE = 1 << 20
"""No reader sends more in one message; a longer one is another protocol or a lost frame."""

VERSIONS = (1, 2)
"""LLRP 1.0.1 and 1.1."""

TV_LENGTHS = {
    1: 2, 2: 8, 3: 8, 4: 8, 5: 8, 6: 1, 7: 2, 8: 2, 9: 4, 10: 2,
    11: 2, 12: 2, 13: 12, 14: 2, 15: 2, 16: 4, 17: 2, 18: 4, 19: 2, 20: 2,
}  # fmt: skip


class WireError(ValueError):
    """Bytes that are no LLRP."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, its body still bytes."""

    type: int
    id: int
    body: bytes
    version: int = 1


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter, its value still bytes."""

    type: int
    value: bytes


def encode(message: Message) -> bytes:
    """The message as sent."""
    first = message.version << 10 | message.type
    return _HEAD.pack(first, _HEAD.size + len(message.body), message.id) + message.body


def tlv(kind: int, value: bytes) -> bytes:
    """A TLV parameter as sent."""
    return _TLV.pack(kind, _TLV.size + len(value)) + value


def parameters(data: bytes) -> Iterator[Parameter]:
    """Parameters that fill ``data``, in order.

    Raises:
        WireError: Wrong length, or a TV parameter of unknown type, whose length nobody can tell.
    """
    at = 0
    while at < len(data):
        if data[at] & 0x80:
            kind = data[at] & 0x7F
            start, end = at + 1, at + 1 + TV_LENGTHS.get(kind, len(data))
        else:
            if at + _TLV.size > len(data):
                raise WireError("a parameter ends within its head")
            kind, length = _TLV.unpack_from(data, at)
            kind &= 0x3FF
            if length < _TLV.size:
                raise WireError(f"parameter {kind}: length {length}")
            start, end = at + _TLV.size, at + length
        if end > len(data):
            raise WireError(f"parameter {kind} ends behind its message")
        yield Parameter(kind, data[start:end])
        at = end


class Framer:
    """Cuts a stream into messages.

    After a WireError the stream has lost its frame for good: TCP neither drops nor damages, so
    only a new connection helps.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take bytes; yields each message that is whole.

        Raises:
            WireError: This is no LLRP.
        """
        self._buffer += data
        at = 0
        try:
            while len(self._buffer) - at >= _HEAD.size:
                first, length, number = _HEAD.unpack_from(self._buffer, at)
                version = first >> 10 & 7
                if first >> 13 or version not in VERSIONS:
                    raise WireError(f"a message begins with {first:04X}")
                if not _HEAD.size <= length <= MAX_MESSAGE:
                    raise WireError(f"a message of {length} bytes")
                if len(self._buffer) - at < length:
                    break
                body = bytes(self._buffer[at + _HEAD.size : at + length])
                at += length
                yield Message(first & 0x3FF, number, body, version)
        finally:
            del self._buffer[:at]
