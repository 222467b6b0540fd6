"""Where a lane's sensors truly stamp, learned from pairs that are beyond doubt.

A site file says where a sensor hangs; where it notices a vehicle differs by a metre or four, the
same for every vehicle. What is learned is bounded: it mends a tape measure, not a clock.
"""

import math
from dataclasses import replace

from edge_agent.passage.pairing.cost import Cost
from edge_agent.passage.pairing.place import LanePlan, Place

_RATE = 0.05
_MOST_SPREADS = 2.0
_LEAST_M = 1.0
_LEAST_SCALE, _MOST_SCALE = 0.6, 1.5


class Survey:
    """The places of one lane as they turn out to be."""

    def __init__(self, plan: LanePlan) -> None:
        self._plan = plan
        self._places = dict(plan.by_key)
        self._squares = dict.fromkeys(plan.by_key, 1.0)

    def place(self, key: str) -> Place:
        """A place, moved to where its sensor stamps."""
        return self._places[key]

    def scale(self, key: str) -> float:
        """By how much residuals there are smaller or larger than they were expected to be."""
        return min(_MOST_SCALE, max(_LEAST_SCALE, math.sqrt(self._squares[key])))

    def learn(self, key: str, cost: Cost, speed: float) -> None:
        """A pair beyond doubt had this residual at this place, at this speed in m/s."""
        declared, now = self._plan.by_key[key], self._places[key]
        most = _LEAST_M + _MOST_SPREADS * declared.spread_m
        moved = now.at - declared.at + _RATE * cost.residual_ms / 1000 * speed
        self._places[key] = replace(declared, at=declared.at + max(-most, min(most, moved)))
        square = (cost.residual_ms / cost.sigma_ms * self.scale(key)) ** 2
        self._squares[key] += _RATE * (square - self._squares[key])
