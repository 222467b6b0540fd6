"""Sets of numbers as disjoint ranges: what was receipted, published, handed out."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from edge_agent.spool.model import Span


class Spans:
    """Numbers as rising, disjoint, never touching ranges, both ends included."""

    __slots__ = ("_high", "_low")

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._low: list[int] = []
        self._high: list[int] = []
        for low, high in spans:
            self.add(low, high)

    def __bool__(self) -> bool:
        return bool(self._low)

    def __iter__(self) -> Iterator[Span]:
        return zip(self._low, self._high, strict=True)

    def __contains__(self, number: int) -> bool:
        return self.end_at(number) is not None

    def __len__(self) -> int:
        """How many numbers."""
        return sum(self._high) - sum(self._low) + len(self._low)

    def end_at(self, number: int) -> int | None:
        """Last number of the range that holds ``number``; None when none does."""
        at = bisect_right(self._low, number) - 1
        return self._high[at] if at >= 0 and number <= self._high[at] else None

    def add(self, low: int, high: int) -> int:
        """Put ``low`` to ``high`` in; returns how many were not there. Empty when low > high."""
        if low > high:
            return 0
        first = bisect_left(self._high, low - 1)
        last = bisect_right(self._low, high + 1)
        known = 0
        new_low, new_high = low, high
        for at in range(first, last):
            known += max(0, min(high, self._high[at]) - max(low, self._low[at]) + 1)
            new_low = min(new_low, self._low[at])
            new_high = max(new_high, self._high[at])
        self._low[first:last] = [new_low]
        self._high[first:last] = [new_high]
        return high - low + 1 - known

    def missing(self, low: int, high: int) -> list[Span]:
        """The parts of ``low`` to ``high`` that are not in."""
        parts: list[Span] = []
        for at in range(bisect_left(self._high, low), bisect_right(self._low, high)):
            if self._low[at] > low:
                parts.append((low, self._low[at] - 1))
            low = self._high[at] + 1
        if low <= high:
            parts.append((low, high))
        return parts

    def discard(self, low: int, high: int) -> None:
        """Take ``low`` to ``high`` out."""
        first = bisect_left(self._high, low)
        last = bisect_right(self._low, high)
        kept: list[Span] = []
        for at in range(first, last):
            if self._low[at] < low:
                kept.append((self._low[at], low - 1))
            if self._high[at] > high:
                kept.append((high + 1, self._high[at]))
        self._low[first:last] = [span[0] for span in kept]
        self._high[first:last] = [span[1] for span in kept]

    def copy(self) -> "Spans":
        twin = Spans()
        twin._low, twin._high = self._low[:], self._high[:]
        return twin
