"""What the spool remembers of its rows beside the database: receipted, published, handed out.

In memory only. After a restart receipted rows that were not deleted yet are offered again, and the
centre, which knows their ids, counts them once.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edge_agent.contract.spans import Range, Spans


class Marks:
    """One stream's numbers by what became of them."""

    __slots__ = ("damaged", "forget", "gone", "handed", "holes", "published")

    def __init__(self, floor: int, published: int, *, holes: bool = False) -> None:
        self.gone = Spans()
        """Never to be offered again: receipted, dropped or never used."""
        self.forget = Spans()
        """Receipted, still in the database."""
        self.handed = Spans()
        """Given to somebody by this process; may be on the wire."""
        self.published = Spans()
        """PUBACKed (ring mode)."""
        self.damaged = Spans()
        """Rows whose checksum is wrong: to be replaced by a Loss."""
        self.holes = holes
        """Above the floor rows are missing, and nobody remembers which."""
        if floor:
            self.gone.add(1, floor)
        if max(floor, published):
            self.published.add(1, max(floor, published))

    def offered(self, low: int, high: int, *, ring: bool) -> Iterator[Range]:
        """Numbers from ``low`` to ``high`` that may be handed out, as ranges."""
        for part in self.gone.missing(low, high):
            for sound in self.damaged.missing(*part):
                yield from self.published.missing(*sound) if ring else (sound,)


@dataclass(frozen=True, slots=True)
class Tiding:
    """What the database should learn of a stream: rows to delete, ends of the runs from 1."""

    stream: str
    forget: list[Range]
    gone_upto: int
    published_upto: int


class Ledger:
    """Marks by stream. Every method takes the lock, which is held for moments only."""

    def __init__(self) -> None:
        self.hand = threading.Lock()
        """Held while rows are read to be handed out, and while unsent rows may be rewritten."""
        self._lock = threading.RLock()
        self._marks: dict[str, Marks] = {}
        self._drops: Counter[tuple[str, str]] = Counter()
        self.waiting = 0
        """Numbers marked since the marks were last brought to the database."""
        self.waiting_since_ns = 0

    def begin(self, name: str, floor: int, published: int, *, holes: bool) -> None:
        """A stream as the database knows it; what is remembered already stays."""
        with self._lock:
            if name not in self._marks:
                self._marks[name] = Marks(floor, published, holes=holes)

    # From the uplink

    def acknowledge(self, name: str, spans: Sequence[Range], high: int, now_ns: int) -> int:
        """Mark as receipted, up to ``high``; returns how many numbers were not before."""
        with self._lock:
            marks = self._of(name)
            fresh = 0
            for low, top in spans:
                for part in marks.gone.missing(max(1, low), min(top, high)):
                    marks.gone.add(*part)
                    marks.forget.add(*part)
                    fresh += part[1] - part[0] + 1
            self._wait(fresh, now_ns)
            if fresh and marks.holes:
                # Only deleting them tells how many of these were rows still: do so at once.
                marks.holes = False
                self.waiting_since_ns = -(1 << 62)
            return fresh

    def publish(self, name: str, spans: Sequence[Range], high: int, now_ns: int) -> None:
        """Mark as PUBACKed, up to ``high``."""
        with self._lock:
            marks = self._of(name)
            for low, top in spans:
                for part in marks.published.missing(max(1, low), min(top, high)):
                    marks.published.add(*part)
                    self._wait(part[1] - part[0] + 1, now_ns)

    def offered(self, name: str, low: int, high: int, *, ring: bool) -> list[Range]:
        """Numbers that may be handed out."""
        with self._lock:
            return list(self._of(name).offered(low, high, ring=ring))

    def handed_out(self, name: str, sq: int) -> None:
        with self._lock:
            self._of(name).handed.add(sq)

    def damaged(self, name: str, sq: int) -> None:
        """A row's checksum is wrong."""
        with self._lock:
            self._of(name).damaged.add(sq)

    # From the writer

    def unsent(self, name: str, sq: int) -> bool:
        """Whether nobody was given the row yet, so that it may still be changed."""
        with self._lock:
            marks = self._of(name)
            return sq not in marks.handed and sq not in marks.gone

    def count(self, name: str, reason: str, number: int) -> None:
        """Count dropped events."""
        with self._lock:
            self._drops[name, reason] += number

    def tidings(self) -> list[Tiding]:
        """All marks that the database should learn of, as they are at one moment."""
        with self._lock:
            return [
                Tiding(name, list(marks.forget), marks.gone.upto, marks.published.upto)
                for name, marks in self._marks.items()
            ]

    def has_damage(self) -> bool:
        with self._lock:
            return any(marks.damaged for marks in self._marks.values())

    def damage(self) -> dict[str, list[Range]]:
        with self._lock:
            return {name: list(m.damaged) for name, m in self._marks.items() if m.damaged}

    def committed(
        self,
        tidings: Sequence[Tiding],
        gone: Sequence[tuple[str, Range]],
        drops: Counter[tuple[str, str]],
    ) -> None:
        """A transaction brought these tidings and deleted what is ``gone``."""
        with self._lock:
            for tiding in tidings:
                for span in tiding.forget:
                    self._of(tiding.stream).forget.discard(*span)
            if tidings:
                self.waiting = sum(marks.forget.total for marks in self._marks.values())
            for name, span in gone:
                marks = self._of(name)
                marks.gone.add(*span)
                marks.published.add(*span)
                marks.forget.discard(*span)
                marks.damaged.discard(*span)
            self._drops.update(drops)

    # For the gauge

    def drops(self) -> dict[tuple[str, str], int]:
        with self._lock:
            return {key: count for key, count in self._drops.items() if count}

    def receipted(self, name: str) -> int:
        """Rows that are receipted and not deleted yet."""
        with self._lock:
            return self._of(name).forget.total

    def _of(self, name: str) -> Marks:
        marks = self._marks.get(name)
        if marks is None:
            marks = self._marks[name] = Marks(0, 0)
        return marks

    def _wait(self, count: int, now_ns: int) -> None:
        if count and not self.waiting:
            self.waiting_since_ns = now_ns
        self.waiting += count
