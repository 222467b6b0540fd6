"""Read what a unit remembers, while it goes on writing or from a copy of the folder."""

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge_agent.history.store import SUFFIX, files

_MARGIN = timedelta(days=1)
"""What waited in the spool, or was restamped, lies in another day's file."""


def lines(
    folder: Path, from_ms: int, to_ms: int, torn: list[Path], lasting: Sequence[str] = ()
) -> Iterator[bytes]:
    """Events of a period, one JSON line each, as they were written.

    Args:
        folder: Of the history.
        from_ms: UTC ms of the first moment.
        to_ms: UTC ms of the moment after the last.
        torn: Takes the files that end in the middle of a piece.
        lasting: Streams whose earlier events are told too: what they said still holds.
    """
    marks = tuple(f'"st":"{stream}"'.encode() for stream in lasting)
    first = (_day(from_ms) - _MARGIN).date().isoformat()
    last = (_day(to_ms) + _MARGIN).date().isoformat()
    for path in files(folder):
        day = path.name.removesuffix(SUFFIX)
        if first <= day <= last:
            for line in _of_day(path, torn):
                begin = 0 if any(mark in line for mark in marks) else from_ms
                if begin <= json.loads(line)["t"] < to_ms:
                    yield line
        elif day < first and marks:
            for line in _of_day(path, torn):
                if any(mark in line for mark in marks):
                    yield line


def _of_day(path: Path, torn: list[Path]) -> Iterator[bytes]:
    try:
        with gzip.open(path) as file:
            yield from file
    except (EOFError, zlib.error, gzip.BadGzipFile):
        torn.append(path)


def _day(utc_ms: int) -> datetime:
    return datetime.fromtimestamp(utc_ms / 1000, UTC)
