"""How much of each vehicle the last pictures showed: who was hidden all the way is not counted."""

from collections import deque
from collections.abc import Iterable

from edge_agent.simulators.render.seen import Seen

_KEPT_MS = 1000


class Showing:
    """Remembers the pictures of the last second."""

    def __init__(self) -> None:
        self._pictures: deque[tuple[int, dict[int, float]]] = deque()

    def add(self, seen: Iterable[Seen], utc_ms: int) -> None:
        """The next picture."""
        self._pictures.append((utc_ms, {one.number: one.visible for one in seen}))
        while self._pictures[0][0] < utc_ms - _KEPT_MS:
            self._pictures.popleft()

    def of(self, vehicle: int) -> float:
        """The greatest share of a vehicle that nothing hid in any of them; 0 if it was in none."""
        return round(max((seen.get(vehicle, 0.0) for _, seen in self._pictures), default=0.0), 2)
