"""What C libraries say on file descriptor 2: kept for classifying, never passed on.

FFmpeg names hosts, sometimes URLs, and repeats itself per frame. Its words are counted and matched
here, and go no further; Python's own stderr keeps the real descriptor.
"""

import os
import sys
import threading
from collections import deque
from io import TextIOWrapper
from types import TracebackType
from typing import Self


class NativeLog:
    """Takes over descriptor 2 for the life of the process, or of a ``with`` block.

    Attributes:
        lines: How many lines came.
    """

    def __init__(self) -> None:
        self.lines = 0
        self._tail: deque[str] = deque(maxlen=40)
        self._python = sys.stderr

    def __enter__(self) -> Self:
        self._python.flush()
        self._saved = os.dup(2)
        out, into = os.pipe()
        os.dup2(into, 2)
        os.close(into)
        sys.stderr = TextIOWrapper(
            os.fdopen(os.dup(self._saved), "wb", buffering=0), write_through=True
        )
        self._reader = threading.Thread(
            target=self._read, args=(out,), name="native-log", daemon=True
        )
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.dup2(self._saved, 2)
        os.close(self._saved)
        sys.stderr.close()
        sys.stderr = self._python
        self._reader.join(timeout=1.0)

    def text(self) -> str:
        """The last lines, for matching only."""
        return "\n".join(self._tail)

    def _read(self, descriptor: int) -> None:
        with os.fdopen(descriptor, "r", encoding="utf-8", errors="replace") as stream:
            for line in stream:
                self.lines += 1
                self._tail.append(line.rstrip())
