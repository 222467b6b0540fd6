"""A file a day that grows by one compressed piece every few minutes; whole files are forgotten.

Each piece is a gzip member, so that ``zcat`` reads a day and a power cut costs the last piece only.
Days are counted by their files, never by the clock: one that jumps to 2099 forgets nothing.
"""

import errno
import gzip
import os
import shutil
import threading
import zlib
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from edge_agent.clock import Clock
from edge_agent.history.settings import HistorySettings
from edge_agent.history.trim import remembered

FOLDER = "history"
SUFFIX = ".ndjson.gz"
WAITING_MAX = 50_000
"""Events that wait for the next piece; a disk that fails for hours costs the oldest of them."""
_LARGEST = 64 * 1024 * 1024
_MB = 1_000_000


class History:
    """The one writer; any thread.

    Attributes:
        shed: Events that were lost because they could not be written in time.
    """

    def __init__(self, folder: Path, settings: HistorySettings, clock: Clock) -> None:
        self._folder = folder
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: deque[bytes] = deque()
        self._mended: Path | None = None
        self.shed = 0

    def keep(self, stream: str, body: bytes) -> None:
        """Remember an event, with the next piece."""
        line = remembered(stream, body) if self._settings.days else None
        if line is not None:
            with self._lock:
                self._waiting.append(line)
                self._shed()

    def write(self) -> None:
        """Write what waits as one piece, and make room.

        Raises:
            OSError: The disk is full or gone; what waits goes on waiting.
        """
        with self._writing:
            self._make_room()
            with self._lock:
                lines, self._waiting = self._waiting, deque()
            if not lines:
                return
            try:
                self._append(gzip.compress(b"\n".join(lines) + b"\n", 6, mtime=0))
            except OSError:
                with self._lock:
                    self._waiting.extendleft(reversed(lines))
                    self._shed()
                raise

    def _append(self, piece: bytes) -> None:
        if not self._is_room():
            raise OSError(errno.ENOSPC, f"less than {self._settings.free_mb} MB are free")
        self._folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        day = datetime.fromtimestamp(self._clock.utc_ms() / 1000, UTC).date()
        path = self._folder / f"{day.isoformat()}{SUFFIX}"
        if path != self._mended:
            mend(path)
        # Until this piece is whole, the next one must look for its beginnings again.
        self._mended = None
        with path.open("ab") as out:
            out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        self._mended = path

    def _shed(self) -> None:
        while len(self._waiting) > WAITING_MAX:
            self._waiting.popleft()
            self.shed += 1

    def _make_room(self) -> None:
        days = files(self._folder)
        size = sum(path.stat().st_size for path in days)
        while days and (
            len(days) > self._settings.days
            or size > self._settings.max_mb * _MB
            or not self._is_room()
        ):
            size -= days[0].stat().st_size
            days.pop(0).unlink()

    def _is_room(self) -> bool:
        folder = self._folder if self._folder.exists() else self._folder.parent
        return shutil.disk_usage(folder).free >= self._settings.free_mb * _MB


def files(folder: Path) -> list[Path]:
    """The days that are there, the oldest first."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def pieces(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The whole pieces of a day: content, and where each ends; what is torn is not told."""
    at = 0
    while at < len(data):
        engine = zlib.decompressobj(wbits=31)
        try:
            content = engine.decompress(data[at:], _LARGEST)
        except zlib.error:
            return
        if not engine.eof:
            return
        at = len(data) - len(engine.unused_data)
        yield content, at


def mend(path: Path) -> int:
    """Cut off what a power cut left torn at the end; the bytes cut off."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return 0
    whole = 0
    for _, whole in pieces(data):  # noqa: B007 - the last one is wanted
        pass
    if whole < len(data):
        os.truncate(path, whole)
    return len(data) - whole
