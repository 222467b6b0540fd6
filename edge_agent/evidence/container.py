"""The package as one ZIP file that any tool opens, laid out so that every byte is determined.

Stored, no compression, no dates, fixed order: manifest, signature, files as the manifest lists
them (PKWARE APPNOTE 6.3.3 §4.3). Given the contents there is exactly one such file, so a byte
that differs anywhere, headers included, is a change that can be named.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION = 20
_DATE = 0x21
"""1980-01-01, the first that ZIP knows."""
_MODE = 0o444 << 16
_UNIX = 3 << 8

MOST = 2**32 - 1
"""Bytes a package may have: beyond it ZIP needs another format."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file and its content."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Span:
    """Where something lies in the package: first byte and the one after the last."""

    start: int
    end: int
    what: str


def header_size(name: str) -> int:
    """Bytes before the content of the file of this name."""
    return _LOCAL.size + len(name.encode("ascii"))


def first_size(data: bytes) -> int | None:
    """Size that the first header states for the manifest; None when this is no package."""
    head = header_size(MANIFEST)
    if len(data) < head or data[:4] != b"PK\x03\x04":
        return None
    size = int(_LOCAL.unpack_from(data)[8])
    return size if head + size <= len(data) else None


def build(entries: Sequence[Entry]) -> bytes:
    """The one package with these contents."""
    body = bytearray()
    directory = bytearray()
    for entry in entries:
        name = entry.name.encode("ascii")
        crc, size = zlib.crc32(entry.data), len(entry.data)
        directory += _CENTRAL.pack(
            b"PK\x01\x02",
            _VERSION | _UNIX,
            *(_VERSION, 0, 0, 0, _DATE),
            *(crc, size, size),
            *(len(name), 0, 0, 0, 0),
            _MODE,
            len(body),
        )
        directory += name
        body += _LOCAL.pack(
            b"PK\x03\x04", *(_VERSION, 0, 0, 0, _DATE), *(crc, size, size), *(len(name), 0)
        )
        body += name
        body += entry.data
    count = len(entries)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), 0)
    if len(body) + len(directory) + len(end) > MOST:
        raise ValueError(f"a package holds at most {MOST} bytes")
    return bytes(body + directory + end)


def spans(entries: Sequence[Entry]) -> list[Span]:
    """What lies where, in order, without gaps."""
    found: list[Span] = []
    at = 0
    for entry in entries:
        head = at + header_size(entry.name)
        found.append(Span(at, head, f"header of {entry.name}"))
        at = head + len(entry.data)
        found.append(Span(head, at, entry.name))
    end = len(build(entries))
    found.append(Span(at, end, "directory of the ZIP file"))
    return found
