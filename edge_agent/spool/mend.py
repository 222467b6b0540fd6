"""Events made while UTC was wrong, mended once it is right and while they are still ours.

Only rows of this process that nobody was given: what is on the wire keeps its time, for two
versions of one id would be worse than one wrong time that says so.
"""

from concurrent.futures import Future
from dataclasses import replace

from edge_agent.spool.ledger import Ledger
from edge_agent.spool.rows import Entry, Values
from edge_agent.spool.seal import SealError, restamped
from edge_agent.spool.store import Store

_CHUNK = 512
_NS_PER_MS = 1_000_000


class Mend:
    """One step of UTC: events taken from ``since_ms`` until ``before_ns`` move by ``delta_ms``."""

    def __init__(self, order: int, since_ms: int, before_ns: int, delta_ms: int) -> None:
        self.order = order
        """Events taken up to here must be rows before it can begin."""
        self._since_ms = since_ms
        self._before_ms = before_ns // _NS_PER_MS
        self._delta_ms = delta_ms
        self._next: dict[str, int] = {}
        self.mended = 0
        self.done: Future[int] = Future()

    def portion(self, store: Store, ledger: Ledger, born: dict[str, int]) -> bool:
        """Mend some rows, inside a transaction; returns whether that was all.

        ``born`` says the highest number that each stream had when this process began.
        """
        for stream, account in store.accounts.items():
            low = self._next.get(stream, born.get(stream, 0) + 1)
            found = store.values(stream, low, account.high, _CHUNK)
            if not found:
                continue
            for values in found:
                sq, early = values[0], values[3]
                if self._concerns(early) and ledger.unsent(stream, sq):
                    self._mend(store, stream, values)
            self._next[stream] = found[-1][0] + 1
            return False
        return True

    def _mend(self, store: Store, stream: str, values: Values) -> None:
        try:
            entry = store.entry(stream, values)
        except SealError:
            return  # a reader will find it, and it becomes a loss
        row = entry.row
        body = restamped(row.body, self._delta_ms)
        store.rewrite(Entry(replace(row, t=row.t + self._delta_ms, body=body), entry.early))
        self.mended += 1

    def _concerns(self, early: int | None) -> bool:
        return early is not None and self._since_ms <= early < self._before_ms
