"""Two carriageways of a street: their lanes, and the paint that parts them."""

from dataclasses import dataclass
from random import Random

from edge_agent.simulators.render.looks import darker
from edge_agent.simulators.render.solid import Colour
from edge_agent.simulators.world.geometry import Point, turned

Paint = tuple[list[Point], Colour]

_WHITE: Colour = (206, 210, 210)
_YELLOW: Colour = (70, 178, 214)
_PAINTED_M = 90.0


@dataclass(frozen=True)
class Track:
    """A lane: where its middle begins and leads, metres."""

    start: Point
    heading: Point
    length: float
    width: float


@dataclass(frozen=True)
class Carriageways:
    """One for each way of a street.

    Attributes:
        quarters: Quarter turns from a street along y.
        other: Half the width of the street across; 0 without one.
        gap: Metres from the axis to the first lane.
        count: Lanes a way.
        wide: Metres, of a lane.
    """

    quarters: int
    other: float
    gap: float
    count: int
    wide: float

    @property
    def edge(self) -> float:
        """Metres from the axis to the outer edge of the last lane."""
        return self.gap + self.count * self.wide

    def tracks(self, reach: float) -> list[Track]:
        """Its lanes, both ways, from ``reach`` metres before the middle to as many behind."""
        return [
            Track(
                turned((self.gap + (lane + 0.5) * self.wide, -reach), self.quarters + way),
                turned((0.0, 1.0), self.quarters + way),
                2 * reach,
                self.wide,
            )
            for way in (0, 2)
            for lane in range(self.count)
        ]


def box(x1: float, y1: float, x2: float, y2: float) -> list[Point]:
    """An upright rectangle."""
    return [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]


def paint_lanes(own: Carriageways, chance: Random) -> list[Paint]:
    """What is painted on them: some streets have little of it left."""
    white = darker(_WHITE, chance.uniform(0.55, 1.0))
    axis = chance.choice((white, darker(_YELLOW, chance.uniform(0.6, 1.0))))
    lines, dash, every = chance.random() < 0.85, chance.uniform(1.5, 4.0), chance.uniform(5.0, 9.0)
    stop = own.other + chance.uniform(2.0, 6.0) if own.other else 0.0
    found: list[tuple[int, list[Point], Colour]] = []
    for way in (0, 2):
        if lines:
            found += [(way, shape, white) for shape in _dashes(own, stop, dash, every)]
        for lane in range(own.count):
            if chance.random() < 0.3:
                y = -stop - chance.uniform(8, 40)
                found.append((way, _arrow(own.gap + (lane + 0.5) * own.wide, y), white))
        if own.other and chance.random() < 0.75:
            found.append((way, box(own.gap, -stop - 0.2, own.edge, -stop + 0.2), white))
            if chance.random() < 0.7:
                found += [(way, shape, white) for shape in _zebra(own.edge, stop, chance)]
        if chance.random() < 0.2:  # rumble strips
            y = -stop - chance.uniform(5, 50)
            for index in range(chance.randrange(3, 8)):
                shape = box(own.gap, y - index * 0.9, own.edge, y - index * 0.9 + 0.4)
                found.append((way, shape, axis))
        if not own.gap and lines:
            found.append((way, box(-0.09, -_PAINTED_M, 0.09, -stop), axis))
    return [
        ([turned(point, own.quarters + way) for point in shape], colour)
        for way, shape, colour in found
    ]


def _dashes(own: Carriageways, stop: float, dash: float, every: float) -> list[list[Point]]:
    count = int((_PAINTED_M - stop) / every)
    return [
        box(edge - 0.07, -stop - index * every - dash, edge + 0.07, -stop - index * every)
        for edge in (own.gap + lane * own.wide for lane in range(1, own.count))
        for index in range(count)
    ]


def _zebra(edge: float, stop: float, chance: Random) -> list[list[Point]]:
    step = chance.uniform(0.9, 1.3)
    left = (-edge + index * step for index in range(int(2 * edge / step)))
    return [box(x, -stop + 0.8, x + step / 2, -stop + 3.6) for x in left]


def _arrow(x: float, y: float) -> list[Point]:
    shape = [(-0.08, 0), (0.08, 0), (0.08, 2.4), (0.3, 2.4), (0, 3.8), (-0.3, 2.4), (-0.08, 2.4)]
    return [(x + dx, y + dy) for dx, dy in shape]
