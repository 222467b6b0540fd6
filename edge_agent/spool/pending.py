"""Events on their way to the disk, in memory and bounded.

While the disk takes them this is the group of the next commit. While it does not, this is the
ring that lets the unit keep measuring: when it is full, the oldest event of the stream that the
policy gives up first goes, and is counted.
"""

import heapq
from collections import Counter, deque
from dataclasses import dataclass
from itertools import islice

from edge_agent.spool.policy import SpoolPolicy

_OVERHEAD = 200
"""Bytes of Python objects around a body, roughly."""


@dataclass(frozen=True, slots=True)
class Item:
    """An event that has no number yet; its body is cut where the number goes.

    ``early`` is when it was taken, monotonic ms, if nobody vouched for UTC; else None.
    """

    order: int
    stream: str
    sub: str
    t: int
    early: int | None
    before: bytes
    after: bytes

    @property
    def cost(self) -> int:
        return len(self.before) + len(self.after) + _OVERHEAD

    def body(self, sq: int) -> bytes:
        return b'%b"sq":%d%b' % (self.before, sq, self.after)


class Pending:
    """Queues by stream; not thread-safe, the spool's lock guards it."""

    def __init__(self, policy: SpoolPolicy) -> None:
        self._policy = policy
        self._queues: dict[str, deque[Item]] = {}
        self._max_bytes = policy.pending_mb * 1_000_000
        self.count = 0
        self.bytes = 0
        self.critical = 0
        self.dropped: Counter[str] = Counter()
        """By stream, not yet accounted for by a Loss event."""

    def put(self, item: Item) -> list[str]:
        """Take an event; returns the streams of those that had to go for it."""
        self._queues.setdefault(item.stream, deque()).append(item)
        self._count(item, 1)
        return self._trim()

    def _trim(self) -> list[str]:
        gone: list[str] = []
        while self.count > self._policy.pending_events or self.bytes > self._max_bytes:
            stream = min((s for s, q in self._queues.items() if q), key=self._policy.rank)
            self._count(self._queues[stream].popleft(), -1)
            self.dropped[stream] += 1
            gone.append(stream)
        return gone

    def take(self, limit: int) -> list[Item]:
        """The oldest ``limit`` events, in the order in which they came."""
        heads = [queue for queue in self._queues.values() if queue]
        if len(heads) == 1:
            queue = heads[0]
            items = [queue.popleft() for _ in range(min(limit, len(queue)))]
        else:
            merged = heapq.merge(*heads, key=lambda item: item.order)
            items = list(islice(merged, limit))
            for item in items:
                self._queues[item.stream].popleft()
        for item in items:
            self._count(item, -1)
        return items

    def put_back(self, items: list[Item]) -> list[str]:
        """Return what could not be committed, to the front; the answer is as that of ``put``."""
        for item in reversed(items):
            self._queues.setdefault(item.stream, deque()).appendleft(item)
            self._count(item, 1)
        return self._trim()

    def oldest_order(self) -> int | None:
        """Order of the oldest event; None when empty."""
        return min((queue[0].order for queue in self._queues.values() if queue), default=None)

    def _count(self, item: Item, sign: int) -> None:
        self.count += sign
        self.bytes += sign * item.cost
        if item.stream in self._policy.critical:
            self.critical += sign
