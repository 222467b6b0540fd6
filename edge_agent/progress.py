"""How far a long piece of work is, told to the person who waits for it.

On a terminal a bar that stays on its line; anywhere else (a log, a pipe) a plain line now and then,
so that both a person and a file of words can be read.
"""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

_BAR = 30
_MINUTE = 60


class Progress:
    """Tells on stderr how much of the work is done.

    Args:
        label: What is being done, one word.
        total: Units of work; 0 when nobody knows.
        every_s: Seconds between two plain lines where there is no terminal; None for none at all.
    """

    def __init__(
        self,
        label: str,
        total: float,
        *,
        every_s: float | None = 10.0,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._label, self._total = label, total
        self._every_s, self._clock = every_s, clock
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._told = clock()
        self._first: tuple[float, float] | None = None
        self._shown = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def show(self, done: float, note: str = "") -> None:
        """``done`` units are behind us; ``note`` is whatever is worth knowing now."""
        now = self._clock()
        self._first = self._first or (now, done)
        if self._live:
            line = self._line(done, note, now)
            if line != self._shown:
                # Blanks wipe what a longer line left behind.
                self._stream.write(f"\r{line:<{len(self._shown)}}")
                self._stream.flush()
                self._shown = line
        elif self._every_s is not None and now - self._told >= self._every_s:
            self._told = now
            self._stream.write(f"{self._line(done, note, now)}\n")
            self._stream.flush()

    def clear(self) -> None:
        """Wipe the bar, so that something can be printed in its place; ``show`` draws it anew."""
        if self._shown:
            self._stream.write(f"\r{'':<{len(self._shown)}}\r")
            self._stream.flush()
            self._shown = ""

    def close(self) -> None:
        """Leave the bar's line, so that what is printed next has its own."""
        if self._shown:
            self._stream.write("\n")
            self._stream.flush()
            self._shown = ""

    def _line(self, done: float, note: str, now: float) -> str:
        words = [self._label]
        if self._total > 0:
            share = min(1.0, max(0.0, done / self._total))
            words.append(f"[{'#' * int(_BAR * share):<{_BAR}}] {int(100 * share):3d} %")
            began, before = self._first or (now, done)
            if done > before:  # what was done when work was taken up again took no time of this run
                left = (self._total - done) / (done - before)
                words.append(f"{_span(max(0.0, (now - began) * left))} left")
        else:
            words.append(f"{done:g}")
        return "  ".join([*words, *([note] if note else [])])


def _span(seconds: float) -> str:
    return f"{int(seconds // _MINUTE)}:{int(seconds % _MINUTE):02d}"
