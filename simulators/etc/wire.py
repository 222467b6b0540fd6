"""Bytes of LLRP as the simulated reader writes and reads them (EPCglobal LLRP 1.0.1)."""

import struct

HEAD = 10
_TOP_LENGTH = 1 << 20


def msg(kind: int, number: int, *parts: bytes, version: int = 1) -> bytes:
    """A message of its type, id and what it holds."""
    body = b"".join(parts)
    return struct.pack("!HLL", (version << 10) + kind, HEAD + len(body), number) + body


def par(kind: int, *parts: bytes) -> bytes:
    """A TLV parameter."""
    body = b"".join(parts)
    return struct.pack("!HH", kind, 4 + len(body)) + body


def short(kind: int, body: bytes) -> bytes:
    """A TV parameter: its length is known by its type."""
    return bytes((0x80 + kind,)) + body


def num(bits: int, value: int) -> bytes:
    """A number of so many bits, negative ones in two's complement."""
    return (value % (1 << bits)).to_bytes(bits // 8, "big")


def text(words: str) -> bytes:
    """A counted UTF-8 string."""
    raw = words.encode()
    return num(16, len(raw)) + raw


def take(buffer: bytearray) -> tuple[int, int, int, bytes] | None:
    """Cut the first whole message off: version, type, id, body; None when it is not whole yet.

    Raises:
        ValueError: The length cannot be one.
    """
    if len(buffer) < HEAD:
        return None
    first, length, number = struct.unpack_from("!HLL", buffer)
    if not HEAD <= length <= _TOP_LENGTH:
        raise ValueError(f"a message of {length} bytes")
    if len(buffer) < length:
        return None
    body = bytes(buffer[HEAD:length])
    del buffer[:length]
    return (first >> 10) % 8, first % 1024, number, body


def split(data: bytes) -> list[tuple[int, bytes]]:
    """TLV parameters, type and value, that fill ``data``; ValueError if they do not."""
    found = []
    while data:
        if len(data) < 4:  # noqa: PLR2004 - type and length
            raise ValueError("cut parameter")
        kind, length = struct.unpack_from("!HH", data)
        if not 4 <= length <= len(data):  # noqa: PLR2004 - its own head counts
            raise ValueError(f"parameter {kind} of {length} bytes")
        found.append((kind % 1024, data[4:length]))
        data = data[length:]
    return found
