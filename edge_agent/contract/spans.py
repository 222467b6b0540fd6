"""Sets of sequence numbers kept as ranges: what a receipt is made of, at either end.

A range is a pair of whole numbers, both ends included. A set of a million consecutive numbers
costs as much as a set of one.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator

Range = tuple[int, int]


class Spans:
    """Whole numbers as disjoint, rising, never touching ranges."""

    __slots__ = ("_high", "_low")

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self._low: list[int] = []
        self._high: list[int] = []
        for low, high in ranges:
            self.add(low, high)

    def add(self, low: int, high: int | None = None) -> None:
        """Put in one number, or all from ``low`` to ``high``."""
        high = low if high is None else high
        if high < low:
            raise ValueError(f"range {low}..{high} runs backwards")
        first = bisect_left(self._high, low - 1)
        last = bisect_left(self._low, high + 2, first)
        if first < last:
            low = min(low, self._low[first])
            high = max(high, self._high[last - 1])
        self._low[first:last] = [low]
        self._high[first:last] = [high]

    def discard(self, low: int, high: int | None = None) -> None:
        """Take out one number, or all from ``low`` to ``high``; absent ones do not matter."""
        high = low if high is None else high
        first = bisect_left(self._high, low)
        last = bisect_left(self._low, high + 1, first)
        if first >= last:
            return
        rest = []
        if self._low[first] < low:
            rest.append((self._low[first], low - 1))
        if self._high[last - 1] > high:
            rest.append((high + 1, self._high[last - 1]))
        self._low[first:last] = [piece[0] for piece in rest]
        self._high[first:last] = [piece[1] for piece in rest]

    def within(self, low: int, high: int) -> list[Range]:
        """The part of the set that lies in ``low``…``high``."""
        first = bisect_left(self._high, low)
        last = bisect_left(self._low, high + 1, first)
        return [(max(low, self._low[at]), min(high, self._high[at])) for at in range(first, last)]

    def missing(self, low: int, high: int) -> list[Range]:
        """The part of ``low``…``high`` that is not in the set."""
        gaps: list[Range] = []
        for start, end in self.within(low, high):
            if start > low:
                gaps.append((low, start - 1))
            low = end + 1
        if low <= high:
            gaps.append((low, high))
        return gaps

    def clear(self) -> None:
        self._low.clear()
        self._high.clear()

    @property
    def top(self) -> int:
        """Highest number; 0 when empty."""
        return self._high[-1] if self._high else 0

    @property
    def upto(self) -> int:
        """Highest number below which none is missing, counting from 1; 0 when 1 is missing."""
        return self._high[0] if self._high and self._low[0] <= 1 else 0

    @property
    def total(self) -> int:
        """How many numbers."""
        return sum(self._high) - sum(self._low) + len(self._low)

    def __contains__(self, number: int) -> bool:
        at = bisect_left(self._high, number)
        return at < len(self._low) and self._low[at] <= number

    def __iter__(self) -> Iterator[Range]:
        return iter(list(zip(self._low, self._high, strict=True)))

    def __len__(self) -> int:
        """How many ranges."""
        return len(self._low)

    def __repr__(self) -> str:
        return f"Spans({list(self)!r})"
