"""Cells to figures and bits: pure functions over the replies of one poll."""

from dataclasses import dataclass

from edge_agent.device.registers import Blocks, Measured, Plan
from edge_agent.drivers.modbus_map.map import Map


@dataclass(frozen=True, slots=True)
class Sample:
    """What one poll said.

    Attributes:
        figures: Name to value; None with its reason.
        bits: Condition code to state, of those that are bits.
    """

    figures: dict[str, Measured]
    bits: dict[str, bool]


class Codec:
    """A map made ready.

    Attributes:
        plan: The reads of a poll.
    """

    def __init__(self, map_: Map) -> None:
        self.plan = Plan.of(map_.cells().values(), map_.gap, map_.most)
        self._figures = [(figure.name, self.plan.number(figure.at)) for figure in map_.figure]
        self._bits = [(c.code, self.plan.bit(c.at)) for c in map_.condition if c.at is not None]

    def sample(self, blocks: Blocks) -> Sample:
        """Make sense of the replies to ``plan``."""
        return Sample(
            {name: measured(blocks) for name, measured in self._figures},
            {code: bit(blocks) for code, bit in self._bits},
        )
