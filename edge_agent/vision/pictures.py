"""Any file that somebody calls a picture: pixels, or an error with words; nothing in silence.

Files come from phones, scanners, messengers and broken cards. What was done to one on the way to
8-bit BGR is said in its notes.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from cv2.typing import MatLike

from edge_agent.errors import PictureError
from edge_agent.vision.picture_header import Damaged, Header, header, kind_of

MOST_PIXELS = 64_000_000
"""192 MB when decoded; cameras at the road have 2 to 12 million."""
LARGEST = 128 * 2**20
"""Bytes of the file."""
SMALLEST = 8
"""Pixels of the shorter side; less shows no plate and no vehicle."""
ALLOWED = "JPEG, PNG, WebP, GIF, BMP or TIFF"
_STRANGERS = {
    b"ftyphei": "HEIC",
    b"ftypmif1": "HEIC",
    b"ftypavif": "AVIF",
    b"ftyp": "a video",
    b"\x1a\x45\xdf\xa3": "a video",
    b"RIFF": "a video or sound",
    b"%PDF": "PDF",
    b"PK\x03\x04": "a zip archive",
    b"<": "HTML or XML",
}
_OPENCV = re.compile(r"^\[ *\w+:\d+@[\d.]+\] global \S+ (\S+ )?")
"""What OpenCV puts before its own words."""
_BITS_OF_SENSORS = (8, 10, 12, 14)


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        pixels: H×W×3 BGR, 8 bits, upright.
        notes: What a person should know of how it came to be, e.g. ``first of 12 frames``.
    """

    pixels: MatLike
    notes: tuple[str, ...] = ()


def load(path: Path, *, most_pixels: int = MOST_PIXELS) -> Picture:
    """Read one file.

    Args:
        path: The file.
        most_pixels: A larger picture is refused before it is decoded.

    Raises:
        PictureError: It cannot be read, is none, is damaged, too large or too small.
    """
    try:
        if path.is_dir():
            raise PictureError(str(path), "is a folder", "a file", "name the files in it")
        if path.exists() and not path.is_file():
            raise PictureError(str(path), "is no ordinary file", "a file", "copy it into one")
        size = path.stat().st_size
        if size > LARGEST:
            limit = f"at most {LARGEST // 2**20} MiB"
            raise PictureError(str(path), f"has {size // 2**20} MiB", limit, "save it smaller")
        content = path.read_bytes()
    except OSError as error:
        wrong = f"cannot be read: {error.strerror}"
        raise PictureError(str(path), wrong, ALLOWED, "check path and rights") from error
    return decode(content, str(path), most_pixels=most_pixels)


def decode(content: bytes, file: str, *, most_pixels: int = MOST_PIXELS) -> Picture:
    """Decode one file's bytes.

    Args:
        content: All of them.
        file: Its name, for the words.
        most_pixels: A larger picture is refused before it is decoded.

    Raises:
        PictureError: It is no picture, damaged, too large or too small.
    """
    if not content:
        raise PictureError(file, "is empty (0 bytes)", ALLOWED, "copy it again")
    kind = kind_of(content)
    if kind is None:
        raise PictureError(file, f"is {_stranger(content)}", ALLOWED, "save it as JPEG")
    try:
        promised = header(content, kind)
    except Damaged as error:
        raise PictureError(file, f"{error} ({kind})", ALLOWED, "copy it again") from error
    _check_size(file, promised, most_pixels)
    with _complaints() as said:
        pixels = _pixels(content)
    if pixels is None or not pixels.size:
        wrong = f"cannot be decoded ({kind}){_quoted(said)}"
        raise PictureError(file, wrong, ALLOWED, "copy it again, or save it as JPEG")
    notes = _notes(promised, pixels, said)
    return Picture(_eight_bits(file, pixels), notes)


def _pixels(content: bytes) -> MatLike | None:
    try:
        # Turned as its EXIF says, grey and palettes made colours, transparency dropped.
        flags = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH
        return cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except (cv2.error, MemoryError):
        return None


def _check_size(file: str, promised: Header, most: int) -> None:
    size = f"{promised.width}×{promised.height} pixels"
    if promised.width * promised.height > most:
        limit = f"at most {most / 1e6:g} million pixels"
        raise PictureError(file, f"has {size}", limit, "save it smaller")
    if min(promised.width, promised.height) < SMALLEST:
        limit = f"at least {SMALLEST}×{SMALLEST} pixels"
        raise PictureError(file, f"has {size}", limit, "take a larger picture")


def _notes(promised: Header, pixels: MatLike, said: list[str]) -> tuple[str, ...]:
    notes = []
    if promised.frames > 1:
        notes.append(f"first of {promised.frames} frames")
    if promised.cmyk:
        notes.append("colours of print (CMYK) made into those of a screen")
    if pixels.dtype != np.uint8:
        notes.append(f"{8 * pixels.dtype.itemsize} bits a channel made 8")
    if said:
        notes.append(f"damaged, parts may be wrong{_quoted(said)}")
    return tuple(notes)


def _eight_bits(file: str, pixels: MatLike) -> MatLike:
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype != np.uint16:
        wrong = f"has samples of kind {pixels.dtype}"
        raise PictureError(file, wrong, "8 or 16 bits a channel", "save it as JPEG")
    # Sensors of 10, 12 or 14 bits are often saved as they are, in the lower part of 16.
    brightest = int(pixels.max())
    bits = next((bits for bits in _BITS_OF_SENSORS if brightest < 1 << bits), 16)
    return np.right_shift(np.asarray(pixels, np.uint16), bits - 8).astype(np.uint8)


def _stranger(content: bytes) -> str:
    for start, kind in _STRANGERS.items():
        if content.startswith(start) or content[4:].startswith(start):
            return f"{kind}, which is not read here"
    return "no picture"


def _quoted(said: list[str]) -> str:
    return f": {_OPENCV.sub('', said[0])[:120]}" if said else ""


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What the decoders' C libraries write to descriptor 2 meanwhile, a line each.

    Their warnings are the only sign of a picture that is damaged in its middle.
    """
    said: list[str] = []
    kept = os.dup(2)
    try:
        with tempfile.TemporaryFile() as paper:
            os.dup2(paper.fileno(), 2)
            try:
                yield said
            finally:
                os.dup2(kept, 2)
                paper.seek(0)
                text = paper.read().decode("utf-8", "replace")
                said += [line.strip() for line in text.splitlines() if line.strip()]
    finally:
        os.close(kept)
