"""Reads rows out of the raw bytes of a database that SQLite refuses, or of a torn log.

Every row carries a checksum over all its columns and, in its body, the name of its stream: a
leaf page of the file format is enough to get its rows back, without a schema, an index or a
neighbour that is whole. What a checksum does not vouch for is not taken.

Formats: https://www.sqlite.org/fileformat2.html, sections 1.6 (b-tree pages), 2.1 (records) and
4 (write-ahead log).
"""

import os
import re
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from edge_agent.spool.rows import Values, said
from edge_agent.spool.schema import PAGE_BYTES, Account, account_crc
from edge_agent.spool.seal import SealError, unseal

_LEAF: Final = 0x0D
_LEAF_HEADER = 8
_CELLS_AT = 3
_APPLICATION_ID_AT = 68
_FILE_HEADER = 100
_MOST_LOCAL = PAGE_BYTES - 35
_LEAST_LOCAL = (PAGE_BYTES - 12) * 32 // 255 - 23
_OVERFLOW_USABLE = PAGE_BYTES - 4
_WAL_HEADER = 32
_FRAME_HEADER = 24
_FRAME = _FRAME_HEADER + PAGE_BYTES
_ACCOUNT_COLUMNS = 8
_VOTES = 4
_SCHEMA_KINDS = frozenset({"table", "index"})
_DESCRIPTORS = Path("/proc/self/fd")
_MX_FRAME_AT = 16
"""Of the index's header: number of the last frame that belongs to a commit."""

_ORIGIN = re.compile(rb'"st":"([a-z]{2,12})","sq":,"ep":,')
_INTEGER_BYTES = (0, 1, 2, 3, 4, 6, 8)
_BLOB, _TEXT, _ONE, _ZERO = 12, 13, 9, 8

Pages = Mapping[int, bytes]


@dataclass(slots=True)
class Carved:
    """What was found; where a row or an account was found twice, the later one counts."""

    rows: dict[tuple[str, int], Values] = field(default_factory=dict)
    """By stream and number."""
    accounts: dict[str, Account] = field(default_factory=dict)
    """By stream; the one with the highest number where there are several."""
    epoch: str | None = None
    bad: int = 0
    """Cells of leaf pages that nothing vouched for."""


def database_pages(path: Path) -> dict[int, bytes]:
    """Pages of the database file, from 1; a cut last page is filled with zeros."""
    data = path.read_bytes()
    count = -(-len(data) // PAGE_BYTES)
    return {
        n + 1: data[n * PAGE_BYTES : (n + 1) * PAGE_BYTES].ljust(PAGE_BYTES, b"\0")
        for n in range(count)
    }


class Log:
    """The bytes of a write-ahead log.

    Checksums of frames are not asked: one flipped bit would make all later frames worthless.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        salts = [data[16:24]]
        first = range(_WAL_HEADER, len(data), _FRAME)[:_VOTES]
        salts += [data[at + 8 : at + 16] for at in first for _ in range(_VOTES - at // _FRAME)]
        # Each cycle of the log begins at its first frame and may be short: the nearer to the
        # beginning, the more a frame's word counts.
        self._salt = Counter(salts).most_common(1)[0][0]

    def frames(self) -> Iterator[tuple[int, int, bool, bytes]]:
        """Number of the frame from 1, number of the page, whether it ends a commit, the page."""
        data = self._data
        for at in range(_WAL_HEADER, len(data) - _FRAME + 1, _FRAME):
            if data[at + 8 : at + 16] == self._salt:
                page = int.from_bytes(data[at : at + 4])
                commit = data[at + 4 : at + 8] != b"\0\0\0\0"
                yield at // _FRAME + 1, page, commit, data[at + _FRAME_HEADER : at + _FRAME]

    def pages(self, after: int = 0) -> dict[int, bytes]:
        """Last images, of those behind frame ``after``."""
        return {page: image for number, page, _, image in self.frames() if number > after}

    def commits_after(self, frame: int) -> int:
        """How many commits end behind the frame."""
        return sum(commit and number > frame for number, _, commit, _ in self.frames())


def last_commit(shm: Path) -> int | None:
    """Number of the last frame that SQLite counts as committed; None when it cannot be told.

    Read by the descriptor that SQLite itself has open. To open the file and close it again would
    drop this process's locks on it (POSIX), and the next program that looks into the queue would
    take it for abandoned and cut it short below the writer: a bus error.
    """
    header = _by_open_descriptor(shm, _MX_FRAME_AT + 4)
    if len(header) < _MX_FRAME_AT + 4:
        return None
    number: int = struct.unpack_from("=I", header, _MX_FRAME_AT)[0]
    return number


def _by_open_descriptor(path: Path, size: int) -> bytes:
    """The first bytes of a file that this process has open; nothing when it has not."""
    wanted = path.resolve()
    with suppress(OSError):
        for each in _DESCRIPTORS.iterdir():
            with suppress(OSError):  # closed meanwhile
                if each.readlink() == wanted:
                    return os.pread(int(each.name), size, 0)
    return b""


def header_epoch(pages: Pages) -> str | None:
    """The epoch in the header of the database's first page."""
    if 1 not in pages:
        return None
    return pages[1][_APPLICATION_ID_AT : _APPLICATION_ID_AT + 4].hex()


def carve(pages: Pages, overflow: Pages, into: Carved) -> None:
    """Take what checksums vouch for from the leaf pages among ``pages``."""
    for number, page in pages.items():
        start = _FILE_HEADER if number == 1 else 0
        if page[start] != _LEAF:
            continue
        cells = int.from_bytes(page[start + _CELLS_AT : start + _CELLS_AT + 2])
        first = start + _LEAF_HEADER
        for at in range(first, min(first + 2 * cells, PAGE_BYTES - 1), 2):
            try:
                _cell(page, int.from_bytes(page[at : at + 2]), overflow, into)
            except (IndexError, ValueError, KeyError, TypeError, SealError):
                into.bad += 1


def _cell(page: bytes, at: int, overflow: Pages, into: Carved) -> None:
    size, at = _varint(page, at)
    sq, at = _varint(page, at)
    values = _record(_payload(page, at, size, overflow))
    if len(values) == _ACCOUNT_COLUMNS:
        _account(values[1:], into)
    elif values[0] not in _SCHEMA_KINDS:
        _row(sq, values, into)


def _account(values: list[Any], into: Carved) -> None:
    *columns, crc = values
    if crc != account_crc(columns):
        raise ValueError("not an account")
    name, epoch, high, kept, floor, published = columns
    into.epoch = epoch
    known = into.accounts.get(name)
    if name and (known is None or known.high <= high):
        into.accounts[name] = Account(high, kept, floor, published, high)


def _row(sq: int, values: list[Any], into: Carved) -> None:
    _, pos, sub, early, sealed = values
    found = _ORIGIN.search(unseal(said(sq, pos, sub, early), sealed))
    if found is None:
        raise ValueError("not a row")
    into.rows[found.group(1).decode(), sq] = (sq, pos, sub, early, sealed)


def _payload(page: bytes, at: int, size: int, overflow: Pages) -> bytes:
    if size <= _MOST_LOCAL:
        return page[at : at + size]
    local = _LEAST_LOCAL + (size - _LEAST_LOCAL) % _OVERFLOW_USABLE
    if local > _MOST_LOCAL:
        local = _LEAST_LOCAL
    parts = [page[at : at + local]]
    number = int.from_bytes(page[at + local : at + local + 4])
    left = size - local
    while left > 0:
        piece = overflow[number]
        parts.append(piece[4 : 4 + left])
        left -= _OVERFLOW_USABLE
        number = int.from_bytes(piece[:4])
    return b"".join(parts)


def _record(payload: bytes) -> list[Any]:
    """The values of a record, as far as this schema uses them: integers, texts, blobs, nulls."""
    end, at = _varint(payload, 0)
    kinds = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    values: list[Any] = []
    for kind in kinds:
        if kind == 0:
            values.append(None)
        elif kind < len(_INTEGER_BYTES):
            size = _INTEGER_BYTES[kind]
            values.append(int.from_bytes(payload[at : at + size], signed=True))
            at += size
        elif kind in {_ZERO, _ONE}:
            values.append(kind - _ZERO)
        elif kind >= _BLOB:
            size = (kind - _BLOB) // 2
            piece = payload[at : at + size]
            values.append(piece.decode() if kind % 2 else piece)
            at += size
        else:
            raise ValueError("a kind that no row of ours has")
    return values


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for n in range(9):
        byte = data[at + n]
        if n == 8:  # noqa: PLR2004 - the ninth byte counts whole
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:  # noqa: PLR2004 - the continuation bit
            return value, at + n + 1
    raise ValueError("no varint")
