"""Who may send the next message: slots in flight by lane. Pure.

Birth and critical may use the whole window. Live leaves a few slots to them. Backlog may use a
share, and within the share only as much as the link takes without delay: its allowance grows by
one for each quick PUBACK and is halved by a slow one, so that on a thin line a live event never
stands behind seconds of old ones.
"""

from enum import IntEnum


class Lane(IntEnum):
    """Order of service."""

    BIRTH = 0
    CRITICAL = 1
    LIVE = 2
    BACKLOG = 3


QUICK_NS = 500_000_000
"""A backlog PUBACK slower than this means that the line is full."""

_RESERVED = 4
_FIRST_ALLOWANCE = 2


class Window:
    """Counts messages in flight; ``size`` at most, over all lanes."""

    def __init__(self, size: int, backlog_share: float) -> None:
        self.size = size
        self._reserved = min(_RESERVED, size // 4)
        self._most_backlog = max(1, int(size * backlog_share))
        self.allowance = min(_FIRST_ALLOWANCE, self._most_backlog)
        self._in_flight = dict.fromkeys(Lane, 0)

    @property
    def in_flight(self) -> int:
        return sum(self._in_flight.values())

    def of(self, lane: Lane) -> int:
        return self._in_flight[lane]

    def free(self, lane: Lane) -> int:
        """Messages that this lane may send now."""
        room = self.size - self.in_flight
        match lane:
            case Lane.BIRTH | Lane.CRITICAL:
                return max(0, room)
            case Lane.LIVE:
                return max(0, room - self._reserved)
            case Lane.BACKLOG:
                mine = self.allowance - self._in_flight[lane]
                return max(0, min(mine, room - 2 * self._reserved))

    def sent(self, lane: Lane) -> None:
        self._in_flight[lane] += 1

    def answered(self, lane: Lane, took_ns: int) -> None:
        """A PUBACK came, good or bad."""
        self._in_flight[lane] -= 1
        if lane is Lane.BACKLOG:
            if took_ns <= QUICK_NS:
                self.allowance = min(self.allowance + 1, self._most_backlog)
            else:
                self.allowance = max(1, self.allowance // 2)
