"""Decides what may be said about heads that are only looked at now and then.

Pure state. What holds:

- A change happened between the last look that showed the old aspect and the first look that
  showed the new one; its stamp is that interval, never a guess within it.
- Looks too far apart say nothing about the time between: the next word is ``first``.
- Nothing lit, or lamps together that exclude each other, may be a moment between two lamps, or
  an agent that read its tables one after the other. It is said only when it stays.
"""

from dataclasses import dataclass

from edge_agent.device.readings import Colour

_DOUBTFUL = frozenset((Colour.DARK, Colour.CONFLICT, Colour.RED_YELLOW))


@dataclass(frozen=True, slots=True)
class Look:
    """All heads at one moment between two (monotonic ns).

    Attributes:
        aspects: Number under which a head is published, and its aspect.
        patience_ns: How long a doubtful aspect must stay; longer while heads blink.
    """

    earliest_ns: int
    latest_ns: int
    aspects: dict[int, Colour]
    patience_ns: int


@dataclass(frozen=True, slots=True)
class Word:
    """Something worth saying; it became so between the two moments."""

    earliest_ns: int
    latest_ns: int
    aspects: dict[int, Colour]
    changed: tuple[int, ...]
    first: bool


@dataclass(slots=True)
class _Head:
    said: Colour | None = None
    sure_ns: int = 0
    """Start of the last look that showed what was said."""
    doubt_from_ns: int | None = None
    doubt_seen_ns: int = 0


class Watch:
    """Follows the heads of one controller."""

    def __init__(self, gap_ns: int) -> None:
        self._gap_ns = gap_ns
        self._heads: dict[int, _Head] = {}
        self._last_ns: int | None = None
        self._fresh = True

    def lost(self) -> None:
        """Nothing is known any more: the next word is first."""
        self._fresh = True
        self._heads.clear()
        self._last_ns = None

    def see(self, look: Look) -> Word | None:
        """Take a look; gives a word when there is something to say."""
        if self._last_ns is not None and look.latest_ns - self._last_ns > self._gap_ns:
            self.lost()
        self._last_ns = look.earliest_ns
        changed: list[int] = []
        since: list[tuple[int, int]] = []
        for number, colour in look.aspects.items():
            head = self._heads.setdefault(number, _Head())
            interval = _settle(head, colour, look)
            if interval is not None:
                changed.append(number)
                since.append(interval)
        if self._fresh:
            return self._introduce(look)
        if not changed:
            return None
        earliest = min(start for start, _ in since)
        latest = max(end for _, end in since)
        return Word(earliest, latest, self._said(), tuple(changed), first=False)

    def _introduce(self, look: Look) -> Word | None:
        if any(head.said is None for head in self._heads.values()):
            return None
        self._fresh = False
        return Word(look.earliest_ns, look.latest_ns, self._said(), (), first=True)

    def _said(self) -> dict[int, Colour]:
        return {number: head.said for number, head in self._heads.items() if head.said is not None}


def _settle(head: _Head, colour: Colour, look: Look) -> tuple[int, int] | None:
    """Update a head; gives the interval of its change when its aspect is now another."""
    if colour == head.said:
        head.sure_ns, head.doubt_from_ns = look.earliest_ns, None
        return None
    seen = look.latest_ns
    if colour in _DOUBTFUL:
        if head.doubt_from_ns is None:
            head.doubt_from_ns, head.doubt_seen_ns = look.earliest_ns, look.latest_ns
        if look.latest_ns - head.doubt_from_ns < look.patience_ns:
            return None
        seen = head.doubt_seen_ns
    earliest = head.sure_ns
    head.said, head.sure_ns, head.doubt_from_ns = colour, look.earliest_ns, None
    return earliest, seen
