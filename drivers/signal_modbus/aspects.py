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

_FLASHING = {Colour.YELLOW: Colour.FLASHING_YELLOW, Colour.GREEN: Colour.FLASHING_GREEN}

LONGEST_HALF_MS = 1000
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

    The moment a head goes dark it is not yet known which it is, so for up to ``LONGEST_HALF_MS``
    the aspect before is kept (none at the very start); nothing wrong is published meanwhile.

    Attributes:
        shown: Aspect as far as it is known; None while nothing is known.
        lag_ms: How long before the last sample the aspect may have begun, beyond one interval.
    """

    shown: Colour | None = None
    lag_ms: int = 0
    _lamp: Colour | None = field(default=None, init=False)
    _dark_since_ms: int | None = field(default=None, init=False)
    _lit_since_ms: int = field(default=0, init=False)
    _gaps: list[int] = field(default_factory=list, init=False)

    def take(self, seen: Colour, now_ms: int) -> Colour | None:
        """Feed one sample; returns the aspect as far as it is known.

        Args:
            seen: Aspect of this sample alone.
            now_ms: Monotonic time of the sample.
        """
        self.lag_ms = 0
        if seen is Colour.DARK:
            self._dark(now_ms)
        else:
            self._lit(seen, now_ms)
            self._dark_since_ms = None
        return self.shown

    def _dark(self, now_ms: int) -> None:
        if self._dark_since_ms is None:
            self._dark_since_ms = now_ms
        if now_ms - self._dark_since_ms > LONGEST_HALF_MS:
            self.shown, self._lamp = Colour.DARK, None
            self.lag_ms = now_ms - self._dark_since_ms

    def _lit(self, seen: Colour, now_ms: int) -> None:
        if seen is not self._lamp or seen not in _FLASHING:
            self._lamp, self._lit_since_ms = seen, now_ms
            self._gaps.clear()
        elif self._dark_since_ms is not None:
            self._gaps.append(self._dark_since_ms)
            self._lit_since_ms = now_ms
        elif now_ms - self._lit_since_ms > LONGEST_HALF_MS:
            self._gaps.clear()
        flashing = len(self._gaps) >= _FLASHES_TO_BELIEVE
        self.shown = _FLASHING[seen] if flashing else seen
        if flashing:
            self.lag_ms = now_ms - self._gaps[0]
            del self._gaps[:-_FLASHES_TO_BELIEVE]
