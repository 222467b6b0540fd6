"""When a lane's signal was green: what saturation and queues are measured against.

Pure state, monotonic time only: a clock that is set changes no green.
"""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from edge_agent.device.readings import Colour

GREEN = frozenset({Colour.GREEN, Colour.FLASHING_GREEN})
"""Aspects under which the lane may discharge."""


class Stretch(NamedTuple):
    """A time of one state; ``green`` is None where nobody knows."""

    start_ns: int
    end_ns: int
    green: bool | None


class Greens:
    """One phase over the last minutes."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._states: list[bool | None] = []

    def say(self, at_ns: int, colour: Colour | None) -> None:
        """The phase shows this from now on; None: its controller is away."""
        green = None if colour is None else colour in GREEN
        if self._states and self._states[-1] is green:
            return
        # A controller's clock may be mended backwards by a poll; the order of its words is right.
        self._starts.append(max(at_ns, self._starts[-1] if self._starts else at_ns))
        self._states.append(green)

    def since(self, at_ns: int) -> tuple[bool | None, int]:
        """Whether it was green at a moment, and since when; (None, 0) before the first word."""
        place = bisect_right(self._starts, at_ns) - 1
        return (self._states[place], self._starts[place]) if place >= 0 else (None, 0)

    def stretches(self, start_ns: int, end_ns: int) -> Iterator[Stretch]:
        """The span cut where the state changes, without holes."""
        cuts = sorted({at for at in self._starts if start_ns < at < end_ns})
        for low, high in pairwise([start_ns, *cuts, end_ns]):
            yield Stretch(low, high, self.since(low)[0])

    def forget(self, before_ns: int) -> None:
        """Drop what ended before a moment."""
        place = bisect_right(self._starts, before_ns) - 1
        if place > 0:
            del self._starts[:place], self._states[:place]
