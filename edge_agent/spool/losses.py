"""What is gone is said durably: Loss events, with ranges that follow each other made one."""

from typing import Literal

from edge_agent.clock import Clock
from edge_agent.contract import ulid, wire
from edge_agent.contract.events import Loss
from edge_agent.spool.ledger import Ledger
from edge_agent.spool.model import Row
from edge_agent.spool.rows import Entry, default_sub
from edge_agent.spool.store import Store

Reason = Literal["sacrificed", "expired", "corrupt", "io", "unspooled"]


class Losses:
    """Writes Loss events inside the writer's transaction.

    The last Loss of a stream and reason is widened instead of followed by another, as long as
    nobody was given it yet: an outage of a month is then a few rows, not thousands.
    """

    def __init__(self, unit: str, clock: Clock, ledger: Ledger) -> None:
        self._unit = unit
        self._clock = clock
        self._ledger = ledger
        self._open: dict[tuple[str, str], tuple[int, int, Loss]] = {}
        self._draft: dict[tuple[str, str], tuple[int, int, Loss]] = {}

    def begin(self) -> None:
        """A transaction starts; what the one before left undone is forgotten."""
        self._draft = dict(self._open)

    def committed(self) -> None:
        self._open = self._draft

    def record(
        self, store: Store, of: str, span: tuple[int, int], count: int, why: Reason
    ) -> Row | None:
        """Say that ``count`` numbers in ``span`` of stream ``of`` will never come.

        Returns the new row, or None when an earlier Loss was widened.
        """
        low, high = span
        earlier = self._draft.get((of, why))
        if earlier is not None and self._widen(store, earlier, span, count):
            return None
        quality = self._clock.quality()
        now = self._clock.utc_ms()
        loss = Loss(
            id=ulid.new(now),
            u=self._unit,
            d=self._unit,
            t=now,
            tq=None if quality.source == "none" else quality.uncertainty_ms,
            ts=quality.source,
            of=of,
            frm=low,
            to=high,
            n=count,
            why=why,
        )
        sq, pos = store.number(Loss.stream)
        row = _row(pos, sq, loss, store.epoch)
        store.insert([Entry(row)])
        self._draft[of, why] = (pos, sq, loss)
        return row

    def _widen(
        self, store: Store, earlier: tuple[int, int, Loss], span: tuple[int, int], count: int
    ) -> bool:
        pos, sq, loss = earlier
        if span[0] != loss.to + 1 or not self._ledger.unsent(Loss.stream, sq):
            return False
        wider = loss.model_copy(update={"to": span[1], "n": loss.n + count})
        store.rewrite(Entry(_row(pos, sq, wider, store.epoch)))
        self._draft[loss.of, loss.why] = (pos, sq, wider)
        return True


def _row(pos: int, sq: int, loss: Loss, epoch: str) -> Row:
    body = wire.encode(loss, sq=sq, ep=epoch)
    return Row(pos, Loss.stream, sq, default_sub(Loss.stream), loss.t, body)
