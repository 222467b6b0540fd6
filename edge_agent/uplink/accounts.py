"""What was published and what the centre says that it has. Pure; times are monotonic ns.

A number goes through: published (the broker has it), settled (so long ago that it must have
reached the centre), stored (receipted). A settled number that a receipt leaves out, or for which
no receipt comes at all, is to be sent again: a receipt is a whole account of what is stored. Each
round without progress doubles the patience, so that a centre that cannot store something is not
flooded with it.
"""

import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from edge_agent.contract.receipt import MAX_GAPS, Receipt, StreamReceipt
from edge_agent.contract.spans import Range, Spans

_MAX_DOUBLINGS = 4
STUCK_ROUNDS = 3
"""Fruitless rounds after which somebody should know."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, ns.

    Attributes:
        settle_ns: From PUBACK until a gap in a receipt counts as lost.
        receipt_ns: Without any progress, until all that is settled counts as lost.
    """

    settle_ns: int
    receipt_ns: int


class StreamAccount:
    """One stream within the spool's epoch."""

    def __init__(self, patience: Patience, rng: random.Random) -> None:
        self._patience = patience
        self._rng = rng
        self._open = Spans()  # published, not receipted
        self._young = Spans()  # of these, not settled yet
        self._settling: deque[tuple[int, Range]] = deque()
        self._refused: deque[tuple[int, Range]] = deque()
        self._stored = Spans()
        self._quiet_since = 0
        self.rounds = 0

    def published(self, numbers: Sequence[Range], now: int) -> None:
        """The broker has them."""
        if not len(self._open):
            self._quiet_since = now
        due = now + self._patience.settle_ns * self._stretch()
        for low, high in numbers:
            for piece in self._stored.missing(low, high):  # the receipt may overtake the PUBACK
                self._open.add(*piece)
                self._young.add(*piece)
                self._settling.append((due, piece))

    def refused(self, numbers: Sequence[Range], now: int) -> None:
        """The broker said no; to be tried again when patience is over."""
        if not self._refused:  # one round, however many were in flight
            self.rounds += 1
        due = now + self._patience.receipt_ns * self._stretch()
        self._refused.extend((due, piece) for piece in numbers)

    def receipt(self, receipt: StreamReceipt, now: int) -> tuple[list[Range], list[Range]]:
        """Enter a receipt; returns what may be forgotten and what must be sent again."""
        self._settle(now)
        news = [p for low, high in _vouched(receipt) for p in self._stored.missing(low, high)]
        for piece in news:
            self._stored.add(*piece)
            self._open.discard(*piece)
        if news:
            self._quiet_since = now
            self.rounds = 0
        gone = [p for low, high in receipt.gaps if low <= high for p in self._settled(low, high)]
        if len(receipt.gaps) < MAX_GAPS:
            # A whole account: what lies above its top is not there either.
            gone.extend(self._settled(receipt.top + 1, self._open.top))
        return news, self._again(gone, now)

    def overdue(self, now: int) -> list[Range]:
        """What no receipt came for in time, and what was refused long enough ago."""
        self._settle(now)
        again: list[Range] = []
        while self._refused and self._refused[0][0] <= now:
            again.append(self._refused.popleft()[1])
        wait = self._patience.receipt_ns * self._stretch() * self._rng.uniform(1.0, 1.25)
        if len(self._open) and now - self._quiet_since >= wait:
            again.extend(self._again(self._settled(1, self._open.top), now))
        return again

    @property
    def open(self) -> int:
        """Numbers published and not receipted."""
        return self._open.total

    def forget_connection(self) -> None:
        """A new connection: what the old one delivered is unknown; what was stored stays so."""
        self._open.clear()
        self._young.clear()
        self._settling.clear()
        self._refused.clear()
        self.rounds = 0

    def _settled(self, low: int, high: int) -> list[Range]:
        return [p for a, b in self._open.within(low, high) for p in self._young.missing(a, b)]

    def _again(self, numbers: list[Range], now: int) -> list[Range]:
        if numbers:
            self.rounds += 1
            self._quiet_since = now
            for piece in numbers:
                self._open.discard(*piece)
        return numbers

    def _settle(self, now: int) -> None:
        while self._settling and self._settling[0][0] <= now:
            self._young.discard(*self._settling.popleft()[1])

    def _stretch(self) -> int:
        return 1 << min(self.rounds, _MAX_DOUBLINGS)


def _vouched(receipt: StreamReceipt) -> Spans:
    """The numbers that a receipt vouches for; gaps that make no sense vouch for less, not more."""
    has = Spans([(1, receipt.upto)] if receipt.upto else [])
    if receipt.top > receipt.upto:
        has.add(receipt.upto + 1, receipt.top)
    for low, high in receipt.gaps:
        if low <= high:
            has.discard(low, high)
    return has


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a receipt means for the spool: by stream, forget and send again."""

    forget: Mapping[str, list[Range]] = field(default_factory=dict)
    again: Mapping[str, list[Range]] = field(default_factory=dict)


class Accounts:
    """All streams of the unit."""

    def __init__(self, patience: Patience, rng: random.Random) -> None:
        self._patience = patience
        self._rng = rng
        self._streams: dict[str, StreamAccount] = {}

    def at(self, stream: str) -> StreamAccount:
        account = self._streams.get(stream)
        if account is None:
            account = self._streams[stream] = StreamAccount(self._patience, self._rng)
        return account

    def receipt(self, receipt: Receipt, now: int) -> Settlement:
        forget: dict[str, list[Range]] = {}
        again: dict[str, list[Range]] = {}
        told = {entry.st: entry for entry in receipt.streams}
        for stream in [*told, *(name for name in self._streams if name not in told)]:
            entry = told.get(stream) or StreamReceipt(st=stream, upto=0, top=0)
            news, missing = self.at(stream).receipt(entry, now)
            if news:
                forget[stream] = news
            if missing:
                again[stream] = missing
        return Settlement(forget, again)

    def overdue(self, now: int) -> dict[str, list[Range]]:
        found = {name: account.overdue(now) for name, account in self._streams.items()}
        return {name: numbers for name, numbers in found.items() if numbers}

    def open(self, streams: frozenset[str] = frozenset()) -> int:
        """Numbers published and not receipted, without those of ``streams``."""
        return sum(a.open for name, a in self._streams.items() if name not in streams)

    def stuck(self) -> list[str]:
        """Streams that were sent again and again without progress."""
        return [name for name, a in self._streams.items() if a.rounds >= STUCK_ROUNDS]

    def forget_connection(self) -> None:
        for account in self._streams.values():
            account.forget_connection()
