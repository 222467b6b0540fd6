"""What a site looks like beyond its lanes: asphalt, paint, houses, trees, lamps and gantries."""

from dataclasses import dataclass, field
from math import cos, pi, sin
from random import Random

from edge_agent.simulators.render.solid import Colour
from edge_agent.simulators.world.geometry import Point, turned
from edge_agent.simulators.world.junction import INNER, KERB, LANES, STOP
from edge_agent.simulators.world.site import Site

ASPHALT: Colour = (98, 96, 94)
PAVING: Colour = (142, 150, 156)
KERBSTONE: Colour = (176, 180, 182)
GRASS: Colour = (62, 108, 88)
WHITE: Colour = (206, 210, 210)
YELLOW: Colour = (70, 178, 214)
_FAR_M = 700.0


@dataclass(frozen=True)
class House:
    """A front on the street: its two ends on the ground, where it is behind, and its height."""

    start: Point
    end: Point
    back: Point
    height: float
    seed: int


@dataclass
class Layout:
    """Everything that stands still, in metres.

    Attributes:
        ground: Colour of whatever nothing else covers.
        paint: Polygons on the ground and their colours, in the order of painting.
        trees: Place, height.
        lamps: Foot of a street lamp and the direction of its arm.
        gantries: Two feet and a height.
    """

    ground: Colour
    paint: list[tuple[list[Point], Colour]] = field(default_factory=list)
    houses: list[House] = field(default_factory=list)
    trees: list[tuple[Point, float]] = field(default_factory=list)
    lamps: list[tuple[Point, Point]] = field(default_factory=list)
    gantries: list[tuple[Point, Point, float]] = field(default_factory=list)


def layout(site: Site, seed: int) -> Layout:
    """The surroundings of a site; what is up to chance comes from the seed."""
    chance = Random(f"{seed}/{site.name}/layout")
    return _junction(chance) if site.name == "junction" else _plaza(site, chance)


def _box(x1: float, y1: float, x2: float, y2: float) -> list[Point]:
    return [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]


def _junction(chance: Random) -> Layout:
    made = Layout(PAVING)
    asphalt = [
        _box(-KERB, -KERB, KERB, KERB),
    ]
    paint: list[tuple[list[Point], Colour]] = []
    for arm in range(4):
        corner = [(STOP + 10 * cos(pi - a), -STOP + 10 * sin(pi - a)) for a in _steps(pi / 2)]
        rounded = [(KERB, -STOP), *corner, (KERB, -KERB)]
        shapes = _box(-KERB, -_FAR_M, KERB, -KERB), rounded
        asphalt += [[turned(p, arm) for p in shape] for shape in shapes]
        own = [*_lines(-1), *_lines(1), *_across(-STOP)]
        if arm == 0:
            own += _across(-INNER)
        for lane in LANES:
            own += [(_arrow(KERB - lane.middle, y), WHITE) for y in (-36.0, -62.0, -185.0)]
        paint += [([turned(p, arm) for p in shape], colour) for shape, colour in own]
        _street_sides(made, chance, arm)
    made.paint = [(shape, ASPHALT) for shape in asphalt] + paint
    return made


def _lines(side: int) -> list[tuple[list[Point], Colour]]:
    """Kerb, axis and lane lines on one side of an arm; whole before the stop line."""
    found: list[tuple[list[Point], Colour]] = [
        (_box(side * KERB, -_FAR_M, side * (KERB + 0.28), -STOP), KERBSTONE),
        (_box(side * 0.1, -_FAR_M, side * 0.25, -STOP), YELLOW),
        (_box(side * (KERB - 0.55), -_FAR_M, side * (KERB - 0.42), -STOP), WHITE),
    ]
    whole = 30.0 if side > 0 else 0.0
    for x in (side * (KERB - lane.high) for lane in LANES[:2]):
        if whole:
            found.append((_box(x - 0.07, -STOP - whole, x + 0.07, -STOP), WHITE))
        for index in range(32):
            y = -STOP - whole - index * 7.5
            found.append((_box(x - 0.07, y - 3, x + 0.07, y), WHITE))
    return found


def _across(y: float) -> list[tuple[list[Point], Colour]]:
    """A stop line and the crossing for people behind it."""
    stop = (_box(0.3, y - 0.2, KERB - 0.4, y + 0.25), WHITE)
    left = (-KERB + 0.4 + index for index in range(24))
    return [stop, *((_box(x, y + 1.5, x + 0.5, y + 5.0), WHITE) for x in left)]


def _steps(angle: float) -> list[float]:
    return [angle * index / 8 for index in range(9)]


def _arrow(x: float, y: float) -> list[Point]:
    shape = [(-0.08, 0), (0.08, 0), (0.08, 2.4), (0.3, 2.4), (0, 3.8), (-0.3, 2.4), (-0.08, 2.4)]
    return [(x + dx, y + dy) for dx, dy in shape]


def _street_sides(made: Layout, chance: Random, arm: int) -> None:
    for side in (-1, 1):
        edge = side * 18.5
        y = -32.0
        while y > -330:
            wide = chance.choice((3.8, 4.2, 4.5, 5.0, 5.0, 6.5, 9.0))
            height = chance.uniform(6.5, 16.5) if wide < 6 else chance.uniform(9, 26)
            ends = (edge, y), (edge, y - wide), (edge + side * 12, y)
            start, end, back = (turned(point, arm) for point in ends)
            made.houses.append(House(start, end, back, height, chance.randrange(1 << 30)))
            y -= wide + (chance.random() < 0.12) * chance.uniform(1, 4)
        y = -34.0
        while y > -300:
            foot, inwards = turned((side * (KERB + 0.9), y), arm), turned((-float(side), 0.0), arm)
            made.lamps.append((foot, inwards))
            y -= 32.0
        y = -40.0
        while y > -260:
            tree = turned((side * (KERB + 3.4), y), arm)
            made.trees.append((tree, chance.uniform(5.0, 8.0)))
            y -= chance.uniform(9, 19)


def _plaza(site: Site, chance: Random) -> Layout:
    road = site.network.links[0].lanes
    width = road[-1].high
    made = Layout(GRASS)
    made.paint = [
        (_box(-300, -2.5, _FAR_M + 200, width + 2.5), PAVING),
        (_box(-300, -0.8, _FAR_M + 200, width + 0.9), ASPHALT),
        (_box(-300, 0.15, _FAR_M + 200, 0.3), WHITE),
        (_box(-300, width + 0.15, _FAR_M + 200, width + 0.3), WHITE),
        (_box(-300, road[0].high + 0.2, _FAR_M + 200, road[1].low - 0.2), KERBSTONE),
        (_box(-300, -26, _FAR_M + 200, -10), (110, 132, 128)),
    ]
    for lane in road[1:-1]:
        for index in range(56):
            x = -100 + index * 9.0
            made.paint.append((_box(x, lane.high - 0.08, x + 4, lane.high + 0.08), WHITE))
    for lane in road[1:]:
        for x in (226.0, 300.0):
            middle = lane.middle
            shape = [(x + dy, middle + dx) for dx, dy in _arrow(0, 0)]
            made.paint.append((shape, WHITE))
    made.lamps = [((-20 + index * 36.0, width + 1.6), (0.0, -1.0)) for index in range(16)]
    for x in (264.0, 340.0):
        made.gantries.append(((x, -1.4), (x, width + 1.4), 6.2))
    for _ in range(90):
        side = chance.choice((-1, 1))
        y = chance.uniform(width + 9, width + 60) if side > 0 else chance.uniform(-70, -30)
        made.trees.append(((chance.uniform(120, 620), y), chance.uniform(4, 9)))
    for _ in range(34):
        x = chance.uniform(200, 620)
        side = chance.choice((-1, 1))
        y = width + chance.uniform(26, 80) if side > 0 else -chance.uniform(34, 90)
        wide = chance.choice((4.5, 5.0, 8.0, 14.0))
        ends = (x, y), (x + wide, y), (x, y + side * 12)
        made.houses.append(House(*ends, chance.uniform(4, 14), chance.randrange(1 << 30)))
    return made
