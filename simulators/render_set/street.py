"""Streets by chance: lanes to drive on, and everything beside, on and over them."""

from dataclasses import dataclass, field
from math import cos, pi, sin
from random import Random

from edge_agent.simulators.render.layout import House, Layout
from edge_agent.simulators.render.looks import darker, jitter
from edge_agent.simulators.render.solid import Colour
from edge_agent.simulators.render_set.carriageway import Carriageways, Track, box, paint_lanes
from edge_agent.simulators.world.geometry import Point, turned

REACH_M = 170.0
"""The streets end this far from their middle."""

_GREYS: tuple[Colour, ...] = ((70, 68, 66), (98, 96, 94), (122, 122, 122), (148, 150, 152))
_SIDES: tuple[Colour, ...] = (
    (142, 150, 156), (120, 124, 150), (62, 108, 88), (54, 92, 70), (110, 132, 148), (170, 174, 176),
)  # fmt: skip


@dataclass
class Street:
    """A street, perhaps with another across.

    Attributes:
        half: Metres from the axis of the main street to its kerb; it runs along y.
        crossing: Half the width of the one across; 0 without one.
    """

    layout: Layout
    half: float
    crossing: float
    tracks: list[Track] = field(default_factory=list)


def street(chance: Random) -> Street:
    """A street: one to four lanes a way, its paint, wear and surroundings."""
    asphalt = darker(jitter(chance, chance.choice(_GREYS), 0.06), chance.uniform(0.8, 1.2))
    side = jitter(chance, chance.choice(_SIDES), 0.2)
    layout = Layout(side)
    lanes, lane_m = chance.choice((1, 2, 2, 3, 3, 4)), chance.uniform(3.0, 3.8)
    median = chance.choice((0.0, 0.0, 0.0, 0.8, 2.5, 5.0))
    half = lanes * lane_m + median / 2 + 0.4
    crossing = chance.uniform(5.0, 14.0) if chance.random() < 0.5 else 0.0
    made = Street(layout, half, crossing)
    _surface(layout, chance, half, crossing, asphalt, side)
    for quarters, own, other, count in ((0, half, crossing, lanes), (1, crossing, half, 0)):
        if own:
            each = max(1, count or round((own - 0.4) / lane_m))
            gap = 0.0 if quarters else median / 2
            way = Carriageways(quarters, other, gap, each, (own - 0.4 - gap) / each)
            made.tracks += way.tracks(REACH_M)
            layout.paint += paint_lanes(way, chance)
    if median:
        colour = jitter(chance, chance.choice((*_SIDES, (180, 184, 186))))
        for sign in (-1, 1):
            ends = sorted((sign * (crossing + 6), sign * REACH_M))
            layout.paint.append((box(-median / 2, ends[0], median / 2, ends[1]), colour))
    _shadows(layout, chance, half, asphalt)
    _beside(layout, chance, half, crossing)
    return made


def clear_view(layout: Layout, eye: Point, look: Point) -> None:
    """Take away houses and trees that stand where the camera does, or before what it looks at."""
    (x1, y1), (x2, y2) = eye, look
    steps = [(x1 + (x2 - x1) * share / 8, y1 + (y2 - y1) * share / 8) for share in range(9)]

    def free(x: float, y: float, apart: float) -> bool:
        return all((x - a) ** 2 + (y - b) ** 2 > apart**2 for a, b in steps)

    layout.houses = [
        house
        for house in layout.houses
        if free(
            (house.start[0] + house.back[0]) / 2,
            (house.start[1] + house.end[1]) / 2,
            7.0 + abs(house.end[1] - house.start[1]) / 2,
        )
    ]
    layout.trees = [tree for tree in layout.trees if free(*tree[0], 5.0)]


def _surface(
    layout: Layout, chance: Random, half: float, crossing: float, asphalt: Colour, side: Colour
) -> None:
    walk = chance.choice((0.0, 2.0, 4.0))
    paving = jitter(chance, (142, 150, 156), 0.25) if walk else side
    kerb = jitter(chance, (172, 176, 178), 0.15)
    far = 600.0
    shapes = [(half, far, False), *([(crossing, far, True)] if crossing else [])]
    for more, colour in ((0.3 + walk, paving), (0.3, kerb), (0.0, asphalt)):
        for wide, long, across in shapes:
            shape = box(-wide - more, -long, wide + more, long)
            layout.paint.append(([turned(point, int(across)) for point in shape], colour))
    for _ in range(chance.randrange(14)):  # repairs and oil
        x, y = chance.uniform(-half, half), chance.uniform(-60, 60)
        wide, long = chance.uniform(0.3, 2.5), chance.uniform(0.5, 12)
        shade = darker(asphalt, chance.uniform(0.72, 1.2))
        layout.paint.append((box(x, y, min(half, x + wide), y + long), shade))


def _shadows(layout: Layout, chance: Random, half: float, asphalt: Colour) -> None:
    """Hard shade of houses and broken shade of trees on the road."""
    if chance.random() < 0.35:
        side, reach = chance.choice((-1, 1)), chance.uniform(0.3, 1.6) * half
        edge = [
            (side * half - side * reach * chance.uniform(0.6, 1.1), y) for y in range(-90, 91, 15)
        ]
        shape = [
            (side * (half + 6), -90.0),
            *((x, float(y)) for x, y in edge),
            (side * (half + 6), 90.0),
        ]
        layout.paint.append((shape, darker(asphalt, chance.uniform(0.35, 0.7))))
    for _ in range(chance.choice((0, 0, 0, 25, 60))):
        x, y = chance.uniform(-half, half), chance.uniform(-50, 50)
        size = chance.uniform(0.4, 2.2)
        blob = [
            (x + size * chance.uniform(0.5, 1.2) * cos(turn), y + size * sin(turn))
            for turn in (pi * step / 4 for step in range(8))
        ]
        layout.paint.append((blob, darker(asphalt, chance.uniform(0.5, 0.85))))


def _beside(layout: Layout, chance: Random, half: float, crossing: float) -> None:
    """Houses or none, trees, lamps, a gantry, along the main street."""
    green = chance.random()
    for side in (-1, 1):
        back = half + chance.uniform(2.5, 16.0)
        built, planted = chance.random() < 0.8, chance.uniform(0.3, 1.0) * green
        y = -90.0
        while y < 95.0:
            wide = chance.choice((3.8, 4.5, 5.0, 6.5, 9.0, 16.0))
            if built and abs(y + wide / 2) > crossing + 4 + wide and chance.random() < 0.9:
                high = chance.uniform(3.5, 18.0)
                ends = (side * back, y), (side * back, y + wide), (side * (back + 12), y)
                layout.houses.append(House(*ends, high, chance.randrange(1 << 30)))
            y += wide
        y = -80.0
        while y < 100.0:
            if chance.random() < planted and abs(y) > crossing + 3:
                place = side * (half + chance.uniform(1.2, 5.0)), y
                layout.trees.append((place, chance.uniform(4.0, 9.0)))
            y += chance.uniform(4, 14)
        if chance.random() < 0.7:
            for index in range(6):
                spot = side * (half + 0.9), -75.0 + index * chance.uniform(26.0, 32.0)
                layout.lamps.append((spot, (-float(side), 0.0)))
    if not layout.lamps:
        layout.lamps.append(((half + 0.9, 40.0), (-1.0, 0.0)))
    if chance.random() < 0.15:
        y = chance.uniform(-60, 60)
        layout.gantries.append(((half + 1, y), (-half - 1, y), chance.uniform(5.5, 7)))
