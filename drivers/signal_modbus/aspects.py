"""From lamps to aspects: pure functions and one small state machine against flicker."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from edge_agent.device.readings import Colour

_ASPECT = {
    (False, False, False): Colour.DARK,
    (True, False, False): Colour.RED,
    (True, True, False): Colour.RED_YELLOW,
    (False, True, False): Colour.YELLOW,
    (False, False, True): Colour.GREEN,
}

_FLASHING = {
    Colour.RED: Colour.FLASHING_RED,
    Colour.YELLOW: Colour.FLASHING_YELLOW,
    Colour.GREEN: Colour.FLASHING_GREEN,
}

LONGEST_HALF_NS = 1_000_000_000
"""A lamp that is off for longer than this is dark, not flashing."""

_FLASHES_TO_BELIEVE = 2

GOING = frozenset({Colour.GREEN, Colour.YELLOW, Colour.FLASHING_GREEN})
"""Aspects that let somebody into the junction, for phases that exclude each other."""


def aspect(*, red: bool, yellow: bool, green: bool) -> Colour:
    """The aspect of a head; whatever is not a lawful combination is a conflict."""
    return _ASPECT.get((red, yellow, green), Colour.CONFLICT)


def clashes(phases: dict[int, Colour], pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs of excluding phases that let traffic in together."""
    return [pair for pair in pairs if all(phases[phase] in GOING for phase in pair)]


@dataclass
class Steady:
    """One phase over time: tells a flashing lamp, or a gap between lamps, from a head gone dark.

    The moment a head goes dark it is not yet known which it is, so for up to ``LONGEST_HALF_NS``
    the aspect before is kept; at the very start, and after a gap in the samples, none is known.

    Attributes:
        shown: Aspect as far as it is known; None while nothing is known.
        since_ns: The moment before which it had surely not begun.
    """

    shown: Colour | None = None
    since_ns: int = 0
    _lamp: Colour | None = field(default=None, init=False)
    _dark: tuple[int, int] | None = field(default=None, init=False)
    _lit_ns: int = field(default=0, init=False)
    _gaps: list[int] = field(default_factory=list, init=False)

    def take(self, seen: Colour, before_ns: int, now_ns: int) -> Colour | None:
        """Feed one sample; returns the aspect as far as it is known.

        Args:
            seen: Aspect of this sample alone.
            before_ns: Monotonic moment of the sample before.
            now_ns: Monotonic moment of this sample.
        """
        if seen is Colour.DARK:
            self._take_dark(before_ns, now_ns)
        else:
            self._take_lit(seen, before_ns, now_ns)
            self._dark = None
        return self.shown

    def _take_dark(self, before_ns: int, now_ns: int) -> None:
        if self._dark is None:
            self._dark = before_ns, now_ns
            if now_ns - before_ns > LONGEST_HALF_NS:
                self.shown = None  # too long unseen to go on with the aspect before
        since_ns, first_ns = self._dark
        if now_ns - first_ns > LONGEST_HALF_NS:
            self._lamp = None
            self._show(Colour.DARK, since_ns)

    def _take_lit(self, seen: Colour, before_ns: int, now_ns: int) -> None:
        if seen is not self._lamp or seen not in _FLASHING:
            self._lamp, self._lit_ns = seen, now_ns
            self._gaps.clear()
        elif self._dark is not None:
            self._gaps = [*self._gaps, self._dark[0]][-_FLASHES_TO_BELIEVE:]
            self._lit_ns = now_ns
        elif now_ns - self._lit_ns > LONGEST_HALF_NS:
            self._gaps.clear()
        if len(self._gaps) >= _FLASHES_TO_BELIEVE:
            self._show(_FLASHING[seen], self._gaps[0])
        elif self.shown is _FLASHING.get(seen):
            self._show(seen, self._lit_ns)
        elif self.shown is None and self._dark is not None:
            self._show(seen, self._dark[0])
        else:
            self._show(seen, before_ns)

    def _show(self, colour: Colour, since_ns: int) -> None:
        if self.shown is not colour:
            self.shown, self.since_ns = colour, since_ns
