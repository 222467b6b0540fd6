"""What the spool remembers of its rows beside the database: receipted, published, handed out.

In memory only. After a restart receipted rows that were not deleted yet are offered again, and the
centre, which knows their ids, counts them once.
"""

import threading
from collections import Counter
from collections.abc import Sequence

from edge_agent.spool.model import Span
from edge_agent.spool.spans import Spans


class Marks:
    """One stream's numbers by what became of them."""

    __slots__ = ("damaged", "forget", "gone", "handed", "published")

    def __init__(self, floor: int, published: int) -> None:
        self.gone = Spans([(1, floor)])
        """Never to be offered again: receipted, dropped or never used."""
        self.forget = Spans()
        """Receipted, still in the database."""
        self.handed = Spans()
        """Given to somebody by this process; may be on the wire."""
        self.published = Spans([(1, max(floor, published))])
        """PUBACKed (ring mode)."""
        self.damaged = Spans()
        """Rows whose checksum is wrong: to be replaced by a Loss."""


class Ledger:
    """Marks by stream; every method takes the lock."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.hand = threading.Lock()
        """Held while rows are read to be handed out, and while unsent rows are rewritten."""
        self.marks: dict[str, Marks] = {}
        self.drops: Counter[tuple[str, str]] = Counter()
        self.forget_count = 0
        self.forget_since_ns = 0

    def stream(self, name: str, floor: int = 0, published: int = 0) -> Marks:
        with self.lock:
            marks = self.marks.get(name)
            if marks is None:
                marks = self.marks[name] = Marks(floor, published)
            return marks

    def acknowledge(self, name: str, spans: Sequence[Span], high: int, now_ns: int) -> int:
        """Mark as receipted, up to ``high``; returns how many numbers were not before."""
        with self.lock:
            marks = self.stream(name)
            fresh = 0
            for low, top in spans:
                for part in marks.gone.missing(max(1, low), min(top, high)):
                    marks.gone.add(*part)
                    fresh += marks.forget.add(*part)
            if fresh and not self.forget_count:
                self.forget_since_ns = now_ns
            self.forget_count += fresh
            return fresh

    def publish(self, name: str, spans: Sequence[Span], high: int) -> None:
        with self.lock:
            marks = self.stream(name)
            for low, top in spans:
                marks.published.add(max(1, low), min(top, high))

    def take_forget(self) -> dict[str, list[Span]]:
        """What is to be deleted now; give it back with ``forgotten`` when it was."""
        with self.lock:
            return {name: list(m.forget) for name, m in self.marks.items() if m.forget}

    def committed(
        self,
        forgotten: dict[str, list[Span]],
        gone: list[tuple[str, Span]],
        drops: Counter[tuple[str, str]],
        now_ns: int,
    ) -> None:
        """A transaction deleted these."""
        with self.lock:
            for name, spans in forgotten.items():
                for span in spans:
                    self.marks[name].forget.discard(*span)
            for name, span in gone:
                marks = self.stream(name)
                marks.gone.add(*span)
                marks.published.add(*span)
                marks.forget.discard(*span)
                marks.damaged.discard(*span)
            self.drops.update(drops)
            if forgotten:
                self.forget_count = sum(len(marks.forget) for marks in self.marks.values())
                self.forget_since_ns = now_ns

    def count(self, name: str, reason: str, number: int) -> None:
        with self.lock:
            self.drops[name, reason] += number

    def handed_out(self, name: str, sq: int) -> None:
        with self.lock:
            self.stream(name).handed.add(sq, sq)

    def has_damage(self) -> bool:
        with self.lock:
            return any(marks.damaged for marks in self.marks.values())

    def damage(self) -> dict[str, list[Span]]:
        with self.lock:
            return {name: list(m.damaged) for name, m in self.marks.items() if m.damaged}

    def edges(self, name: str, gone_to: int) -> tuple[int, int]:
        """Ends of the runs from 1 that are gone, and that are published."""
        with self.lock:
            marks = self.stream(name)
            floor = max(gone_to, marks.gone.end_at(1) or 0)
            return floor, max(floor, marks.published.end_at(1) or 0)

    def hidden(self, name: str, sq: int, *, ring: bool) -> int | None:
        """Last number of the run from ``sq`` that must not be offered; None when it may be."""
        with self.lock:
            marks = self.marks.get(name)
            if marks is None:
                return None
            end = marks.gone.end_at(sq)
            if end is None:
                end = marks.damaged.end_at(sq)
            if end is None and ring:
                end = marks.published.end_at(sq)
            return end
