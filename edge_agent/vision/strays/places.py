"""Places where something stands: which track has stood how long where. Pure state.

A track that stands may be lost, and found again under another number; the place remembers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import dist

from edge_agent.vision.geometry import Point

REST = 0.3
"""Sizes by which a box trembles although its vehicle stands."""
LOST_S = 10.0
"""For so long something stands although nobody sees it: a bus drives past before it."""
SETTLED_S = 2.0
"""A track must stand so long to be taken for one that was lost here: who drives past does not."""
MISSED_S = 0.5
CAME = 2.0
"""Sizes that something must have come by itself to pass for a vehicle without a class."""

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Place:
    """Something stands here.

    Attributes:
        track: The track on it; the last one when it is lost.
        at: Middle of its box when it came to a stand, pixels.
        box: Where it was seen last.
        since: When it came to a stand, seconds.
        seen: When it was seen last.
        came: How far it had come by itself, sizes.
        number: What the outside calls it; 0 before it was told.
        stretch: On which stretch it was told.
        free: Who stood here drove on.
    """

    track: int
    at: Point
    box: Box
    since: float
    seen: float
    came: float
    number: int = 0
    stretch: str = ""
    free: bool = False

    def holds(self, at: Point) -> bool:
        """Whether a middle is so near that it is the same thing."""
        reach = REST * _extent(self.box)
        return abs(at[0] - self.at[0]) <= reach and abs(at[1] - self.at[1]) <= reach


class Places:
    """Everything that is tracked in one scene, by the place where it was last at rest."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._origins: dict[int, Point] = {}

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places)

    def see(self, t: float, track: int, box: Box) -> None:
        """A confirmed track was seen here."""
        middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        origin = self._origins.setdefault(track, middle)
        mine = next((one for one in self._places if one.track == track and not one.free), None)
        if mine is not None and mine.holds(middle):
            mine.seen, mine.box = t, box
            self._inherit(mine, t)
            return
        if mine is not None:
            mine.free = True
        came = dist(origin, middle) / _extent(box)
        self._places.append(Place(track, middle, box, t, t, came))

    def keep(self, t: float, box: Box) -> bool:
        """Something lies here: whether it is what is known to stand here, which so remains."""
        found = [one for one in self._places if not one.free and overlap(one.box, box)]
        for place in found:
            place.seen = t
        return bool(found)

    def leave(self, t: float, ended: list[int]) -> list[Place]:
        """Forget who ended; returns the places that are free again."""
        for track in ended:
            self._origins.pop(track, None)
        left = [one for one in self._places if one.free or t - one.seen > LOST_S]
        self._places = [one for one in self._places if one not in left]
        return left

    def _inherit(self, mine: Place, t: float) -> None:
        """Take over from a place whose track was lost where this one stands."""
        if t - mine.since < SETTLED_S:
            return
        for other in self._places:
            lost = other is not mine and not other.free and t - other.seen > MISSED_S
            if lost and other.holds(mine.at):
                mine.since, mine.came = min(mine.since, other.since), max(mine.came, other.came)
                mine.number, mine.stretch = other.number or mine.number, other.stretch
                self._places.remove(other)
                return


def _extent(box: Box) -> float:
    return max(box[2] - box[0], box[3] - box[1], 1.0)


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share a third of the smaller one."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return False
    smaller = min(
        (one[2] - one[0]) * (one[3] - one[1]), (other[2] - other[0]) * (other[3] - other[1])
    )
    return 3 * across * down >= smaller
