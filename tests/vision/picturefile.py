"""Picture files of kinds that OpenCV does not write, byte by byte."""

import struct
import zlib
from collections.abc import Sequence

import cv2
import numpy as np
from cv2.typing import MatLike


def encoded(ending: str, picture: MatLike) -> bytes:
    """As OpenCV writes it."""
    done, content = cv2.imencode(ending, picture)
    assert done
    return bytes(content)


def cmyk_jpeg(levels: Sequence[int], blocks: int) -> bytes:
    """A baseline JPEG of four components, each of one level, ``blocks`` × 8 pixels on a side.

    Every block is its DC coefficient alone, so the Huffman tables need one row each.
    """
    head = b"\xff\xd8" + _segment(0xDB, b"\x00" + b"\x01" * 64)
    side = 8 * blocks
    parts = b"".join(bytes([number, 0x11, 0]) for number in range(1, 5))
    head += _segment(0xC0, struct.pack(">BHHB", 8, side, side, 4) + parts)
    sixteen = bytes([0, 0, 0, 12]) + bytes(12)
    head += _segment(0xC4, b"\x00" + sixteen + bytes(range(12)))
    head += _segment(0xC4, b"\x10" + bytes([1]) + bytes(15) + b"\x00")
    scan = b"".join(bytes([number, 0]) for number in range(1, 5))
    head += _segment(0xDA, b"\x04" + scan + b"\x00\x3f\x00")
    bits = ""
    before = [0] * 4
    for _ in range(blocks * blocks):
        for part, level in enumerate(levels):
            value = 8 * (level - 128)
            bits += _difference(value - before[part]) + "0"
            before[part] = value
    bits += "1" * (-len(bits) % 8)
    body = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    return head + body.replace(b"\xff", b"\xff\x00") + b"\xff\xd9"


def _difference(value: int) -> str:
    size = abs(value).bit_length()
    code = f"{size:04b}"
    if not size:
        return code
    return code + f"{value if value > 0 else value + 2**size - 1:0{size}b}"


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def turned_jpeg(picture: MatLike, orientation: int) -> bytes:
    """A JPEG whose EXIF says how the camera was held."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"MM\x00*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    jpeg = encoded(".jpg", picture)
    return jpeg[:2] + _segment(0xE1, b"Exif\x00\x00" + tiff) + jpeg[2:]


def png(width: int, height: int, depth: int, colour: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks; ``IHDR`` and ``IEND`` are added."""
    start = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    every = [(b"IHDR", start), *chunks, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in every)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def palette_png(side: int) -> bytes:
    """Two colours, blue (transparent) and red, in columns."""
    rows = b"".join(b"\x00" + bytes([0, 1] * (side // 2)) for _ in range(side))
    palette = bytes([0, 0, 255, 255, 0, 0])
    chunks = [(b"PLTE", palette), (b"tRNS", b"\x00\xff"), (b"IDAT", zlib.compress(rows))]
    return png(side, side, 8, 3, *chunks)


def film_gif(first: MatLike, second: MatLike) -> bytes:
    """A GIF of two frames."""
    one, two = encoded(".gif", first), encoded(".gif", second)
    table = 3 << ((one[10] & 7) + 1) if one[10] & 0x80 else 0
    return one[:-1] + two[13 + table : -1] + b"\x3b"


def film_webp(first: MatLike, second: MatLike) -> bytes:
    """A WebP of two frames."""
    height, width = first.shape[:2]
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    frames = b""
    for picture in (first, second):
        body = encoded(".webp", picture)[12:]
        at = bytes(6) + size + (100).to_bytes(3, "little") + b"\x00"
        frames += _riff(b"ANMF", at + body)
    canvas = _riff(b"VP8X", b"\x02\x00\x00\x00" + size)
    every = b"WEBP" + canvas + _riff(b"ANIM", bytes(6)) + frames
    return b"RIFF" + struct.pack("<I", len(every)) + every


def _riff(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)


def photo(height: int = 60, width: int = 90) -> MatLike:
    """Something with structure: blue rises to the right, green downwards, red is a square."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[..., 0] = np.linspace(0, 250, width)
    picture[..., 1] = np.linspace(0, 250, height)[:, None]
    picture[10:20, 10:20, 2] = 255
    return picture
