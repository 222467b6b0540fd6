"""What the writer tells the gauge: a snapshot, replaced and never changed by its readers."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from edge_agent.spool.ledger import Ledger
from edge_agent.spool.seal import SealError
from edge_agent.spool.store import Store

_IO = Path("/proc/thread-self/io")


@dataclass(slots=True)
class Figures:
    """Of the database and of the thread that writes it."""

    highs: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    used_pages: int = 0
    position: int = 0
    sealed_bytes: int = 0
    oldest_t: int | None = None
    commits: int = 0
    commit_bytes: int = 0
    wrote: int = 0
    failing: str | None = None
    failing_since_ms: int | None = None


def take_figures(last: Figures, store: Store, ledger: Ledger, *, look: bool) -> Figures:
    """Figures of the store now; ``look`` also asks what costs a read."""
    figures = replace(
        last,
        highs={name: account.high for name, account in store.accounts.items()},
        rows={name: account.rows for name, account in store.accounts.items()},
        used_pages=store.used_pages(),
        position=store.next_pos - 1,
        sealed_bytes=store.sealed_bytes,
    )
    if look:
        figures.oldest_t = _oldest(store, ledger)
        figures.wrote = _thread_wrote()
    return figures


def _oldest(store: Store, ledger: Ledger) -> int | None:
    times: list[int] = []
    for stream, account in store.accounts.items():
        offered = ledger.offered(stream, 1, account.high, ring=False)
        found = store.values(stream, offered[0][0], account.high, 1) if offered else []
        try:
            times += [store.entry(stream, values).row.t for values in found]
        except SealError:
            continue  # a reader will find it, and it becomes a loss
    return min(times, default=None)


def _thread_wrote() -> int:
    """``write_bytes`` of the calling thread, proc(5); 0 where the kernel does not count."""
    try:
        text = _IO.read_text(encoding="ascii")
    except OSError:
        return 0
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == "write_bytes":
            return int(value)
    return 0
