"""Which records of a station were taken: each once, and none missing without a word. Pure state."""

from dataclasses import dataclass, field
from typing import NamedTuple

MOST_OPEN = 20_000
"""Numbers between the oldest record kept and the newest; a station that claims more is mad."""


class Heard(NamedTuple):
    """What a number means.

    Attributes:
        lost: How many records will never come.
        restarted: The station numbers anew.
        new: It was not taken before.
    """

    lost: int = 0
    restarted: bool = False
    new: bool = False


@dataclass
class Ledger:
    """One station's numbers.

    Attributes:
        boot: Start of the station in which they count; None before anything was heard.
        floor: Everything up to it was taken, is lost, or was before our time.
        taken: What was taken above it.
        newest: Newest number that the station said it had.
    """

    boot: int | None = None
    floor: int = 0
    newest: int = 0
    taken: set[int] = field(default_factory=set)

    def status(self, boot: int, oldest: int, newest: int) -> Heard:
        """A heartbeat: what it keeps; ``oldest`` is 0 when it keeps nothing."""
        # What it keeps no longer and was not taken here was acknowledged by nobody, or before us.
        return self._hear(boot, oldest or newest + 1, newest)

    def record(self, boot: int, sequence: int, oldest: int) -> Heard:
        """A record arrived."""
        heard = self._hear(boot, oldest, sequence)
        if sequence <= self.floor or sequence in self.taken:
            return heard
        self.taken.add(sequence)
        return heard._replace(new=True)

    def sane(self, oldest: int, newest: int) -> bool:
        """Whether the numbers can be those of one station."""
        return not oldest or newest - oldest < MOST_OPEN

    def _hear(self, boot: int, oldest: int, newest: int) -> Heard:
        restarted = self.boot is not None and boot != self.boot
        lost = 0
        if restarted:
            lost = self._advance(self.newest)
            self.floor, self.newest = 0, 0
            self.taken.clear()
        elif self.boot is None:
            self.floor = oldest - 1
        self.boot = boot
        self.newest = max(self.newest, newest)
        return Heard(lost + self._advance(oldest - 1), restarted)

    def _advance(self, floor: int) -> int:
        """Raise the floor; returns how many below it were never taken."""
        if floor <= self.floor:
            return 0
        below = {number for number in self.taken if number <= floor}
        lost = floor - self.floor - len(below)
        self.taken -= below
        self.floor = floor
        return lost
