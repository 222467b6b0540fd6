"""Many reads of a tag become one pass: a window for each antenna and tag.

A pass ends when the tag has not been heard for the window, or has been there for the longest time
that a pass may take; then the tag's next read begins another. Pure: time comes with the reads.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace

from edge_agent.clock import Clock, Stamp
from edge_agent.device.readings import TagReading

_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class TagRead:
    """What a reader reported of one tag: one read, or several that it had put together.

    Attributes:
        antenna: From 1.
        epc: Upper-case hexadecimal.
        first_ns: Monotonic time of the first read, likewise the last.
        rssi: dBm, the strongest; None when the reader does not tell.
        spread_ms: Uncertainty of the times.
    """

    antenna: int
    epc: str
    first_ns: int
    last_ns: int
    reads: int = 1
    rssi: int | None = None
    spread_ms: int = 0


@dataclass(slots=True)
class _Open:
    pass_: TagRead
    heard_ns: int


class TagWindow:
    """Passes that are not over yet.

    Args:
        window_ms: Silence that ends a pass.
        max_ms: A tag that stays is told again after this long.
        capacity: Passes kept; beyond it the one that was silent longest is told early, so that
            memory is bounded and no tag is lost.
    """

    def __init__(self, window_ms: int, max_ms: int, capacity: int = 20_000) -> None:
        self._window_ns = window_ms * _MS
        self._max_ns = max_ms * _MS
        self._capacity = capacity
        # In the order in which they were heard last: the first is the next to end.
        self._open: OrderedDict[tuple[int, str], _Open] = OrderedDict()
        self.early = 0

    def __len__(self) -> int:
        return len(self._open)

    def see(self, read: TagRead, heard_ns: int) -> list[TagRead]:
        """Take a report that arrived at ``heard_ns``; returns passes that end by it."""
        key = read.antenna, read.epc
        known = self._open.get(key)
        ended = []
        if known is not None and not self._belongs(known.pass_, read):
            ended.append(known.pass_)
            known = None
        merged = read if known is None else _merged(known.pass_, read)
        self._open[key] = _Open(merged, heard_ns)
        self._open.move_to_end(key)
        if len(self._open) > self._capacity:
            self.early += 1
            ended.append(self._open.popitem(last=False)[1].pass_)
        return ended

    def due(self, now_ns: int) -> list[TagRead]:
        """Passes that have ended by silence."""
        ended = []
        while self._open:
            first = next(iter(self._open.values()))
            if first.heard_ns + self._window_ns > now_ns:
                break
            ended.append(self._open.popitem(last=False)[1].pass_)
        return ended

    def next_ns(self) -> int | None:
        """When ``due`` will have something, if nothing is heard until then."""
        if not self._open:
            return None
        return next(iter(self._open.values())).heard_ns + self._window_ns

    def flush(self) -> list[TagRead]:
        """End all passes: nothing more will be heard."""
        ended = [entry.pass_ for entry in self._open.values()]
        self._open.clear()
        return ended

    def _belongs(self, pass_: TagRead, read: TagRead) -> bool:
        """Whether the read continues the pass: by its own times, for reports may come late."""
        near = (
            read.first_ns <= pass_.last_ns + self._window_ns
            and read.last_ns >= pass_.first_ns - self._window_ns
        )
        first_ns = min(pass_.first_ns, read.first_ns)
        last_ns = max(pass_.last_ns, read.last_ns)
        return near and last_ns - first_ns <= self._max_ns


def reading(pass_: TagRead, clock: Clock) -> TagReading:
    """A pass as the reading to emit: stamped with its first read."""
    ago_ms = round((clock.mono_ns() - pass_.first_ns) / _MS)
    return TagReading(
        Stamp(clock.utc_ms() - ago_ms, pass_.first_ns, pass_.spread_ms),
        antenna=pass_.antenna,
        epc=pass_.epc,
        reads=pass_.reads,
        rssi=pass_.rssi,
        seen_ms=(pass_.last_ns - pass_.first_ns) // _MS,
    )


def _merged(pass_: TagRead, read: TagRead) -> TagRead:
    told = [rssi for rssi in (pass_.rssi, read.rssi) if rssi is not None]
    return replace(
        pass_,
        first_ns=min(pass_.first_ns, read.first_ns),
        last_ns=max(pass_.last_ns, read.last_ns),
        reads=pass_.reads + read.reads,
        rssi=max(told, default=None),
        spread_ms=max(pass_.spread_ms, read.spread_ms),
    )
