"""What the first bytes of a picture file say, before anybody decodes it.

A header costs nothing to read; the pixels that it promises may cost gigabytes. And some decoders
fill what is missing of a file that was cut short with grey, without an error: the ends are looked
for here.

Sources: ITU-T T.81 (JPEG), RFC 2083 and the PNG specification, GIF89a, RFC 9649 (WebP), TIFF 6.0.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["JPEG", "PNG", "GIF", "WebP", "BMP", "TIFF"]

_STARTS: dict[bytes, Kind] = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
"""Markers of JPEG that carry the size."""
_CMYK = 4
_SCAN = 0xDA
_GIF_END, _GIF_IMAGE, _GIF_MORE = 0x3B, 0x2C, 0x21
_ANIMATED = 0x02
_OLD_BMP = 12


class Damaged(Exception):  # noqa: N818 - reads as what it says of the file
    """The header or the end of the file is not as the format wants it; words in the argument."""


@dataclass(frozen=True, slots=True)
class Header:
    """A picture before it is decoded.

    Attributes:
        kind: Format.
        width: Pixels, before any rotation.
        height: Pixels.
        frames: Pictures in the file.
        cmyk: Whether the colours are those of print.
    """

    kind: Kind
    width: int
    height: int
    frames: int = 1
    cmyk: bool = False


def kind_of(content: bytes) -> Kind | None:
    """The format, if it is one that is read here."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WebP"
    for start, kind in _STARTS.items():
        if content.startswith(start):
            return kind
    return None


def header(content: bytes, kind: Kind) -> Header:
    """Read the header and look for the end.

    Raises:
        Damaged: The file is cut short, or no size can be found.
    """
    try:
        return _READERS[kind](content)
    except (struct.error, IndexError) as error:
        raise Damaged("is cut short") from error


def _jpeg(content: bytes) -> Header:
    place, found = 2, None
    while True:
        if content[place] != 0xFF:  # noqa: PLR2004 - every marker begins so
            raise Damaged("has a damaged header")
        while content[place] == 0xFF:  # noqa: PLR2004 - fill bytes
            place += 1
        marker = content[place]
        place += 1
        (length,) = struct.unpack_from(">H", content, place)
        if marker in _FRAMES:
            height, width, parts = struct.unpack_from(">HHB", content, place + 3)
            found = Header("JPEG", width, height, cmyk=parts == _CMYK)
        if marker == _SCAN:
            break
        place += max(2, length)
    if found is None:
        raise Damaged("has no size")
    # Within the scan no other byte follows FF unless it is a marker, so this is the end.
    if content.find(b"\xff\xd9", place) < 0:
        raise Damaged("is cut short: the end of the picture is missing")
    return found


def _png(content: bytes) -> Header:
    found, frames, ended = None, 1, False
    for name, body in _chunks(content):
        if name == b"IHDR":
            width, height = struct.unpack_from(">II", body)
            found = (width, height)
        elif name == b"acTL":
            (frames,) = struct.unpack_from(">I", body)
        elif name == b"IEND":
            ended = True
            break
    if found is None:
        raise Damaged("has no size")
    if not ended:
        raise Damaged("is cut short: the end of the picture is missing")
    return Header("PNG", *found, frames=frames)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place < len(content):
        length, name = struct.unpack_from(">I4s", content, place)
        body = content[place + 8 : place + 8 + length]
        (check,) = struct.unpack_from(">I", content, place + 8 + length)
        if zlib.crc32(name + body) != check:
            raise Damaged(f"is damaged: the checksum of {name.decode('latin-1')} is wrong")
        yield name, body
        place += 12 + length


def _gif(content: bytes) -> Header:
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    place, frames = 13 + _colours(flags), 0
    while content[place] != _GIF_END:
        if content[place] == _GIF_IMAGE:
            frames += 1
            place += 10 + _colours(content[place + 9]) + 1
        elif content[place] == _GIF_MORE:
            place += 2
        else:
            raise Damaged("is damaged between its frames")
        while content[place]:  # blocks, each with its length, until an empty one
            place += 1 + content[place]
        place += 1
    if not frames:
        raise Damaged("has no frame")
    return Header("GIF", width, height, frames=frames)


def _colours(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _webp(content: bytes) -> Header:
    (length,) = struct.unpack_from("<I", content, 4)
    if length + 8 > len(content):
        raise Damaged("is cut short: the end of the picture is missing")
    name = content[12:16]
    if name == b"VP8X":
        width, height = (1 + int.from_bytes(content[at : at + 3], "little") for at in (24, 27))
        frames = _webp_frames(content) if content[20] & _ANIMATED else 1
        return Header("WebP", width, height, frames=frames)
    if name == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return Header("WebP", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if name == b"VP8 ":
        width, height = struct.unpack_from("<HH", content, 26)
        return Header("WebP", width & 0x3FFF, height & 0x3FFF)
    raise Damaged("has no size")


def _webp_frames(content: bytes) -> int:
    place, frames = 12, 0
    while place + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, place)
        frames += name == b"ANMF"
        place += 8 + length + length % 2
    return max(1, frames)


def _bmp(content: bytes) -> Header:
    (size,) = struct.unpack_from("<I", content, 14)
    width, height = struct.unpack_from("<HH" if size == _OLD_BMP else "<ii", content, 18)
    (begin,) = struct.unpack_from("<I", content, 10)
    if begin >= len(content):
        raise Damaged("is cut short: the end of the picture is missing")
    return Header("BMP", width, abs(height))


def _tiff(content: bytes) -> Header:
    order = "<" if content[:2] == b"II" else ">"
    sizes: list[dict[int, int]] = []
    (place,) = struct.unpack_from(order + "I", content, 4)
    seen: set[int] = set()
    while place and place not in seen:
        seen.add(place)
        (count,) = struct.unpack_from(order + "H", content, place)
        tags = {}
        for index in range(count):
            at = place + 2 + 12 * index
            tag, form = struct.unpack_from(order + "HH", content, at)
            (tags[tag],) = struct.unpack_from(
                order + ("H" if form == _SHORT else "I"), content, at + 8
            )
        sizes.append(tags)
        (place,) = struct.unpack_from(order + "I", content, place + 2 + 12 * count)
    if not sizes or not {_WIDTH, _HEIGHT} <= set(sizes[0]):
        raise Damaged("has no size")
    cmyk = sizes[0].get(_PHOTOMETRIC) == _SEPARATED
    return Header("TIFF", sizes[0][_WIDTH], sizes[0][_HEIGHT], frames=len(sizes), cmyk=cmyk)


_SHORT, _WIDTH, _HEIGHT, _PHOTOMETRIC, _SEPARATED = 3, 256, 257, 262, 5
_READERS = {
    "JPEG": _jpeg,
    "PNG": _png,
    "GIF": _gif,
    "WebP": _webp,
    "BMP": _bmp,
    "TIFF": _tiff,
}
