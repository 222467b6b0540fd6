"""Lorries: a cab over its engine and a load."""

from math import cos, pi, sin
from random import Random

from edge_agent.simulators.render.looks import (
    AMBER,
    BODY,
    CANVAS,
    CHASSIS,
    CHROME,
    DARK,
    GLASS_TINT,
    RED_LAMP,
    WHITE_LAMP,
    darker,
    jitter,
)
from edge_agent.simulators.render.solid import GLASS, MATT, Colour, Part, Place, Solid
from edge_agent.simulators.render.wheels import (
    end_quad,
    lamp_pair,
    plate_at,
    side_wheels,
    under,
    usual_lamps,
)
from edge_agent.simulators.world.vehicles import Vehicle

_CONTAINERS: tuple[Colour, ...] = (
    (120, 70, 30), (40, 60, 140), (60, 110, 60), (40, 110, 180), (140, 140, 142), (48, 44, 150),
)  # fmt: skip


def truck(vehicle: Vehicle, chance: Random) -> Solid:
    """A cab over its engine and a load: a closed box, an open bed, a tarpaulin or a container."""
    length, half, height = vehicle.length, vehicle.width / 2, vehicle.height
    light = vehicle.cls == "light_truck"
    long = vehicle.cls == "tractor_trailer"
    paint = jitter(chance, BODY[vehicle.body])
    cab_end, cab_top = (1.65, height * 0.82) if light else (2.1, min(height, 3.3) * 0.9)
    radius = 0.38 if light else 0.5
    bed = 0.95 if light else 1.2
    start = 3.4 if long else cab_end + 0.12
    cab = _cab(vehicle, paint, cab_end, cab_top)
    kind = (
        chance.choice(("container", "container", "container", "tank"))
        if long
        else chance.choice(("box", "box", "box", "bed", "bed", "bed", "canvas", "canvas", "tank"))
    )
    load = Part(1)
    back = -length
    match kind:
        case "bed":
            _open_bed(load, chance, paint, back, -start, half, bed, 0.55 if light else 0.9)
        case "canvas":
            cloth = jitter(chance, chance.choice(CANVAS))
            load.box((back, -half, bed), (-start, half, height * 0.92), cloth, MATT)
            _ribs(load, back, -start, half, bed, height * 0.92, darker(cloth, 0.82))
        case "tank":
            skin = jitter(chance, chance.choice((BODY["silver"], BODY["white"], (60, 60, 170))))
            _tank(load, back, -start, half, bed, height * 0.95, skin)
        case _:
            skins = (paint, (226, 228, 228), BODY["silver"], (60, 140, 200))
            skin = jitter(chance, chance.choice(_CONTAINERS if kind == "container" else skins))
            _closed(load, chance, back, -start, half, bed, height, skin)
    frame = Part(0)
    under(frame, vehicle, radius)
    chassis = Part(0)
    chassis.box((back, -half * 0.82, radius * 0.9), (-0.4, half * 0.82, bed), CHASSIS, MATT)
    chassis.decal(end_quad(back - 0.02, 0, bed * 0.58, half * 1.8, 0.2), (40, 44, 150), MATT)
    lamp_pair(chassis, back - 0.02, half * 0.78, bed * 0.82, (0.3, 0.16), RED_LAMP, -1)
    side_wheels(chassis, vehicle, radius, 0.02)
    plates = [
        *plate_at(vehicle.plate.front, "front", 0.05, 0.56),
        *plate_at(vehicle.plate.rear, "rear", back - 0.06, bed * 0.72),
    ]
    lamps = usual_lamps(vehicle, 0.75, bed * 0.82, 0.3)
    return Solid([frame, chassis, cab, load], lamps, plates)


def _cab(vehicle: Vehicle, paint: Colour, end: float, top: float) -> Part:
    half = vehicle.width / 2 * 0.96
    line, foot = top * 0.56, 0.45
    cab = Part(1)

    def ring(x: float, high: float) -> list[Place]:
        return [
            (x, -half, foot), (x, -half, line), (x, -half * 0.94, high),
            (x, half * 0.94, high), (x, half, line), (x, half, foot),
        ]  # fmt: skip

    cab.loft(
        [ring(0.0, line), ring(-0.16, top * 0.98), ring(-0.5, top), ring(-end, top)],
        [paint, paint, paint, paint, paint, DARK],
    )
    glass = [(0.02, -half * 0.9, line), (0.02, half * 0.9, line)]
    glass += [(-0.12, half * 0.86, top * 0.94), (-0.12, -half * 0.86, top * 0.94)]
    cab.decal(glass, GLASS_TINT, GLASS, (-1, 0, 1))
    for side in (-1, 1):
        window: list[Place] = [
            (-0.35, side * (half + 0.01), line), (-end * 0.72, side * (half + 0.01), line),
            (-end * 0.72, side * half * 0.96, top * 0.9), (-0.45, side * half * 0.96, top * 0.9),
        ]  # fmt: skip
        cab.decal(window, GLASS_TINT, GLASS, (-1, 0, line))
        cab.limbs.append(
            (
                (-0.1, side * half, line * 1.1),
                (-0.05, side * (half + 0.16), line * 1.16),
                0.07,
                DARK,
            )
        )
    cab.decal(end_quad(0.015, 0, line * 0.74, half * 1.3, line * 0.2), DARK, 0.1)
    cab.decal(end_quad(0.015, 0, foot + 0.12, half * 1.96, 0.22), CHROME, 0.1)
    lamp_pair(cab, 0.0, half * 0.78, 0.78, (0.3, 0.18), WHITE_LAMP, 1)
    lamp_pair(cab, 0.0, half * 0.95, 0.78, (0.08, 0.16), AMBER, 1)
    return cab


def _open_bed(
    load: Part,
    chance: Random,
    paint: Colour,
    back: float,
    front: float,
    half: float,
    bed: float,
    wall: float,
) -> None:
    """A bed with sides and a heap of something in it."""
    sides = jitter(chance, chance.choice((paint, (130, 90, 40), (60, 110, 70))))
    heap = jitter(chance, chance.choice(((84, 110, 138), (96, 98, 100), (60, 84, 110))))
    top = bed + wall
    load.box((back, -half, bed), (front, half, top), sides)
    inner = [(x, y, top + 0.01) for x, y in _corners(back + 0.1, front - 0.1, half - 0.08)]
    load.decal(inner, heap, MATT)
    _ribs(load, back, front, half, bed, top, darker(sides, 0.75))


def _tank(
    load: Part, back: float, front: float, half: float, low: float, high: float, skin: Colour
) -> None:
    """A lying cylinder."""
    middle, radius = (low + high) / 2, (high - low) / 2
    turns = [2 * pi * index / 14 for index in range(14)]
    rings: list[list[Place]] = [
        [(x, half * share * cos(turn), middle + radius * share * sin(turn)) for turn in turns]
        for x, share in ((front, 0.86), (front - 0.25, 1.0), (back + 0.25, 1.0), (back, 0.86))
    ]
    load.loft(rings, skin)


def _closed(
    load: Part,
    chance: Random,
    back: float,
    front: float,
    half: float,
    bed: float,
    height: float,
    skin: Colour,
) -> None:
    """A box or a container, often with its owner's name in a band along it."""
    load.box((back, -half, bed), (front, half, height), skin)
    _ribs(load, back, front, half, bed, height, darker(skin, 0.86))
    door = end_quad(back - 0.015, 0, (bed + height) / 2, 0.05, (height - bed) * 0.94)
    load.decal(door, darker(skin, 0.5))
    if chance.random() < 0.5:
        band = jitter(chance, chance.choice((*_CONTAINERS, (228, 230, 230), (228, 230, 230))))
        low, high = (bed + share * (height - bed) for share in (0.5, 0.78))
        long = front - back
        for side in (-1, 1):
            y = side * (half + 0.02)
            x1, x2 = front - 0.12 * long, front - chance.uniform(0.4, 0.8) * long
            load.decal([(x1, y, low), (x2, y, low), (x2, y, high), (x1, y, high)], band, MATT)


def _corners(back: float, front: float, half: float) -> list[tuple[float, float]]:
    return [(back, -half), (back, half), (front, half), (front, -half)]


def _ribs(
    part: Part, back: float, front: float, half: float, low: float, high: float, colour: Colour
) -> None:
    """Uprights on the sides."""
    count = max(3, round((front - back) / 1.3))
    for index in range(1, count):
        x = back + (front - back) * index / count
        for side in (-1, 1):
            y = side * (half + 0.015)
            quad = [
                (x - 0.06, y, low),
                (x + 0.06, y, low),
                (x + 0.06, y, high),
                (x - 0.06, y, high),
            ]
            part.decal(quad, colour)
