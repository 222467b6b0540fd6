"""Which vehicle of the ring comes next: across restarts of the station and of this driver."""

from dataclasses import dataclass
from typing import NamedTuple

from edge_agent.drivers.wim_modbus.codec import Header


class Due(NamedTuple):
    """What to read, in order, and what is beyond reach."""

    sequences: range
    lost: range
    restarted: bool


@dataclass
class Cursor:
    """The last vehicle that was dealt with.

    Attributes:
        boot: The station's start in which ``last`` counts; None before the first look.
    """

    boot: int | None = None
    last: int = 0

    def due(self, header: Header) -> Due:
        """What a header asks for.

        The first look of all takes only what comes after it: what the ring holds then may have
        been told before this unit was started.
        """
        restarted = self.boot is not None and (
            header.boot != self.boot or header.newest < self.last
        )
        if self.boot is None:
            self.last = header.newest
        elif restarted:
            self.last = 0
        self.boot = header.boot
        oldest = max(self.last + 1, header.newest - header.slots + 1)
        return Due(range(oldest, header.newest + 1), range(self.last + 1, oldest), restarted)

    def done(self, sequence: int) -> None:
        """Everything up to this one is told or lost."""
        self.last = max(self.last, sequence)
