"""Read what a unit remembers, while it goes on writing or from a copy of the folder."""

import gzip
import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge_agent.history.store import SUFFIX, files

_MARGIN = timedelta(days=1)
"""What waited in the spool, or was restamped, lies in another day's file."""


def lines(folder: Path, from_ms: int, to_ms: int, torn: list[Path]) -> Iterator[bytes]:
    """Events of a period, one JSON line each, as they were written.

    Args:
        folder: Of the history.
        from_ms: UTC ms of the first moment.
        to_ms: UTC ms of the moment after the last.
        torn: Takes the files that end in the middle of a piece.
    """
    first = (_day(from_ms) - _MARGIN).date().isoformat()
    last = (_day(to_ms) + _MARGIN).date().isoformat()
    for path in files(folder):
        if first <= path.name.removesuffix(SUFFIX) <= last:
            yield from _of_day(path, from_ms, to_ms, torn)


def _of_day(path: Path, from_ms: int, to_ms: int, torn: list[Path]) -> Iterator[bytes]:
    try:
        with gzip.open(path) as file:
            for line in file:
                if from_ms <= json.loads(line)["t"] < to_ms:
                    yield line
    except (EOFError, zlib.error, gzip.BadGzipFile, ValueError):
        torn.append(path)


def _day(utc_ms: int) -> datetime:
    return datetime.fromtimestamp(utc_ms / 1000, UTC)
