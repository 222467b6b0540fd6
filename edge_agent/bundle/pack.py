"""Makes it fit: a ZIP of so many bytes at most, the most telling parts whole."""

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 5_000_000
_FRAME = 400
"""Bytes that a member costs beside its content: headers, name, rounding."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the bundle.

    Attributes:
        tail: When it does not fit, its end is worth most: a log.
    """

    name: str
    content: bytes
    tail: bool = False


def pack(path: Path, members: Sequence[Member], most: int = MOST_BYTES) -> list[str]:
    """Write the bundle; the most important members first.

    Returns:
        Words about what was cut or left out.
    """
    words, left = [], most - _FRAME
    half = path.with_name(f".{path.name}")
    with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for member in members:
            content = _fitting(member, left - _FRAME)
            if len(content) < len(member.content):
                words.append(
                    f"{member.name}: {len(content)} of {len(member.content)} bytes"
                    if content
                    else f"{member.name}: left out, no room"
                )
            if content or not member.content:
                bundle.writestr(member.name, content)
                left -= _FRAME + len(zlib.compress(content, 9))
    half.replace(path)
    return words


def _fitting(member: Member, room: int) -> bytes:
    """As many whole lines of it as fit when compressed."""
    content = member.content
    while len(zlib.compress(content, 9)) > max(0, room):
        if len(content) < 2000 or room <= 0:  # noqa: PLR2004 - not worth a file
            return b""
        half = len(content) // 2
        if member.tail:
            content = content[content.find(b"\n", half) + 1 :]
        else:
            content = content[: content.rfind(b"\n", 0, half) + 1]
    return content
