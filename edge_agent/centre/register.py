"""Which numbers of which stream are here: decides new, duplicate or conflict. Pure.

Two events are the same when their ids are. Two ids under one number of one stream and epoch are
a conflict: both are kept, and somebody should look at the unit.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from edge_agent.centre.intake import Key, Numbered
from edge_agent.contract.receipt import MAX_GAPS, Receipt, StreamReceipt
from edge_agent.contract.spans import Range, Spans
from edge_agent.contract.topics import UnitTopics

Home = tuple[UnitTopics, str]
"""A unit and an epoch: what one receipt is about."""


def home(key: Key) -> Home:
    """Which receipt a stream belongs to."""
    return key.unit, key.ep


class Verdict(StrEnum):
    """What became of an event."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(slots=True)
class Account:
    """One stream of one unit and epoch.

    Attributes:
        held: Numbers whose event is stored.
        closed: Numbers that will never be: lost on the unit, or refused here for good.
        duplicates: Copies that came and were dropped.
        conflicts: Second ids under a number.
    """

    key: Key
    held: Spans = field(default_factory=Spans)
    closed: Spans = field(default_factory=Spans)
    duplicates: int = 0
    conflicts: int = 0

    def done(self) -> Spans:
        """Numbers that the unit need not keep."""
        if not len(self.closed):
            return self.held
        both = Spans(self.held)
        for low, high in self.closed:
            both.add(low, high)
        return both

    def gaps(self) -> list[Range]:
        """Numbers that are missing below the highest one."""
        done = self.done()
        return done.missing(1, done.top)

    def admit(self, event: Numbered, *, id_known: bool) -> Verdict:
        """Enter an event; ``id_known``: an event of this id is already stored."""
        if id_known:
            self.duplicates += 1
            self.held.add(event.sq)
            return Verdict.DUPLICATE
        if event.sq in self.held:
            self.conflicts += 1
            return Verdict.CONFLICT
        self.held.add(event.sq)
        return Verdict.STORED

    def copy(self) -> "Account":
        twin = Account(self.key, Spans(self.held), Spans(self.closed))
        twin.duplicates, twin.conflicts = self.duplicates, self.conflicts
        return twin

    def receipt(self) -> StreamReceipt:
        done = self.done()
        gaps = done.missing(done.upto + 1, done.top)
        # With too many gaps the account stops short of the first that does not fit, so that
        # everything up to ``top`` is still said in full.
        top = gaps[MAX_GAPS][0] - 1 if len(gaps) > MAX_GAPS else done.top
        return StreamReceipt(st=self.key.st, upto=done.upto, top=top, gaps=gaps[:MAX_GAPS])


class Register:
    """All accounts, by unit and epoch, then by stream."""

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._homes: dict[Home, dict[str, Account]] = {}
        for account in accounts:
            self._homes.setdefault(home(account.key), {})[account.key.st] = account

    def at(self, key: Key) -> Account:
        """The account of a stream; a new one when it is unknown."""
        streams = self._homes.setdefault(home(key), {})
        account = streams.get(key.st)
        if account is None:
            account = streams[key.st] = Account(key)
        return account

    def accounts(self) -> list[Account]:
        return [account for streams in self._homes.values() for account in streams.values()]

    def receipt(self, at: Home, now_ms: int) -> Receipt:
        """What the centre has of one unit and epoch; no streams when it has nothing."""
        unit, ep = at
        streams = self._homes.get(at, {})
        accounts = [streams[name].receipt() for name in sorted(streams)]
        return Receipt(u=unit.unit, ep=ep, t=now_ms, streams=accounts)
