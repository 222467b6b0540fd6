"""Vehicles on four wheels and more, by class."""

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
from edge_agent.simulators.render.solid import (
    GLASS,
    MATT,
    PAINT,
    Colour,
    Part,
    Place,
    PlateAt,
    Solid,
)
from edge_agent.simulators.render.wheels import (
    end_quad,
    lamp_pair,
    plate_at,
    side_wheels,
    under,
    usual_lamps,
)
from edge_agent.simulators.world.vehicles import Vehicle

_CAR_SHAPES = {
    # windscreen's foot and head, rear window's head and foot, as shares of the length
    "sedan": (0.27, 0.43, 0.72, 0.86),
    "hatch": (0.24, 0.4, 0.86, 0.96),
    "suv": (0.27, 0.4, 0.9, 0.975),
}


def car(vehicle: Vehicle, chance: Random) -> Solid:
    """A sedan, a hatchback or an SUV."""
    kind = chance.choice(("sedan", "sedan", "hatch", "suv", "suv"))
    height = vehicle.height * (1.1 if kind == "suv" else 0.98)
    length, half = vehicle.length, vehicle.width / 2
    paint = jitter(chance, BODY[vehicle.body])
    low = darker(paint, 0.8)
    belt = height * 0.6
    nose = height * 0.5
    foot, head, back, tail = (-share * length for share in _CAR_SHAPES[kind])
    deck = belt * 1.04
    body = Part(1)

    def ring(x: float, top: float, pinch: float) -> list[Place]:
        wide = half * pinch
        return [
            (x, -wide * 0.94, 0.2), (x, -wide, belt * 0.62), (x, -wide * 0.93, top),
            (x, wide * 0.93, top), (x, wide, belt * 0.62), (x, wide * 0.94, 0.2),
        ]  # fmt: skip

    body.loft(
        [
            ring(0.0, nose * 0.86, 0.86),
            ring(-0.22, nose, 0.98),
            ring(foot, belt, 1.0),
            ring(-0.62 * length, belt, 1.0),
            ring(-length + 0.25, deck, 0.98),
            ring(-length, deck * 0.93, 0.88),
        ],
        [low, paint, paint, paint, low, DARK],
    )
    _car_ends(body, vehicle, nose, deck, half)
    side_wheels(body, vehicle, 0.32, 0.01)
    cabin = Part(2)

    def upper(x: float, z: float, wide: float) -> list[Place]:
        return [(x, -wide, z), (x, wide, z)]

    base, roof = half * 0.9, half * 0.7
    lower = [*upper(foot, belt, base), *reversed(upper(tail, deck, base))]
    top = [*upper(head, height, roof), *reversed(upper(back, height, roof))]
    cabin.loft([lower, top], GLASS_TINT, GLASS, caps=(None, paint))
    for side in (-1, 1):  # pillars
        for x, x_top, wide in ((-0.56 * length, -0.57 * length, 0.09), (tail, back, 0.16)):
            quad = [
                (x, side * base, belt), (x + wide, side * base, belt),
                (x_top + wide, side * roof, height), (x_top, side * roof, height),
            ]  # fmt: skip
            cabin.decal(quad, paint, PAINT)
    ground = Part(0)
    under(ground, vehicle, 0.32)
    lamps = usual_lamps(vehicle, nose * 0.78, deck * 0.82, 0.25)
    return Solid([ground, body, cabin], lamps, _car_plates(vehicle, nose, deck))


def _car_ends(body: Part, vehicle: Vehicle, nose: float, deck: float, half: float) -> None:
    inner = (-0.5, 0.0, nose / 2)
    body.decal(end_quad(0.012, 0, nose * 0.64, half * 0.95, nose * 0.2), DARK, 0.1, inner)
    body.decal(end_quad(0.012, 0, 0.3, half * 1.5, 0.14), DARK, MATT, inner)
    lamp_pair(body, 0.0, half * 0.64, nose * 0.72, (0.36, 0.14), WHITE_LAMP, 1)
    lamp_pair(body, -vehicle.length, half * 0.64, deck * 0.78, (0.34, 0.16), RED_LAMP, -1)
    rear = (-vehicle.length + 0.5, 0.0, deck / 2)
    body.decal(
        end_quad(-vehicle.length - 0.012, 0, 0.34, half * 1.5, 0.16), darker(DARK, 1.3), MATT, rear
    )


def _car_plates(vehicle: Vehicle, nose: float, deck: float) -> list[PlateAt]:
    plate = vehicle.plate
    return [
        *plate_at(plate.front, "front", 0.03, nose * 0.4),
        *plate_at(plate.rear, "rear", -vehicle.length - 0.03, deck * 0.72, 0.03),
    ]


def bus(vehicle: Vehicle, chance: Random) -> Solid:
    """A bus or a minibus: one volume with a band of windows."""
    small = vehicle.cls == "minibus"
    length, half, height = vehicle.length, vehicle.width / 2, vehicle.height
    paint = jitter(chance, BODY[vehicle.body])
    stripe = jitter(chance, chance.choice(list(BODY.values())))
    sill, line, head = 0.34, height * 0.42, height * 0.84
    radius = 0.34 if small else 0.5
    wide = half * 0.97

    def ring(x: float, top: float, pinch: float) -> list[Place]:
        y = half * pinch
        return [
            (x, -y, sill), (x, -y, line), (x, -y * 0.97, head), (x, -y * 0.86, top),
            (x, y * 0.86, top), (x, y * 0.97, head), (x, y, line), (x, y, sill),
        ]  # fmt: skip

    front = 0.55 if small else 0.12
    body = Part(1)
    strips = [stripe, GLASS_TINT, paint, paint, paint, GLASS_TINT, stripe, DARK]
    shine = [PAINT, GLASS, PAINT, PAINT, PAINT, GLASS, PAINT, MATT]
    stations = [
        -front,
        *(-front - (length - front) * share for share in (0.25, 0.5, 0.75)),
        -length,
    ]
    body.loft([ring(x, height, 1.0) for x in stations], strips, shine, caps=(None, paint))
    slant = [ring(0.0, line * 1.05, 0.94), ring(-front, height, 1.0)]
    slant[0] = [(x, y, min(z, line * 1.08 if small else head * 1.02)) for x, y, z in slant[0]]
    body.loft(slant, strips, shine, caps=(paint, None))
    count = 4 if small else 8
    for index in range(count + 1):
        x = -front - (length - front - 0.15) * index / count
        for side in (-1, 1):
            quad = [
                (x, side * half, line), (x - 0.12, side * half, line),
                (x - 0.12, side * wide, head), (x, side * wide, head),
            ]  # fmt: skip
            body.decal(quad, paint)
    glass_low = line * 1.12
    if not small:
        quad = [(0.0, -half * 0.84, line), (0.0, half * 0.84, line)]
        quad += [(0.0, half * 0.82, head * 0.98), (0.0, -half * 0.82, head * 0.98)]
        body.decal([(0.02, y, z) for _, y, z in quad], GLASS_TINT, GLASS, (-1, 0, line))
        body.decal(end_quad(0.02, 0, height * 0.915, half * 1.1, 0.24), (20, 60, 90), MATT)
    else:
        edge = [(-0.02, -half * 0.84, glass_low), (-0.02, half * 0.84, glass_low)]
        edge += [(-front * 0.9, half * 0.8, head), (-front * 0.9, -half * 0.8, head)]
        body.decal([(x + 0.03, y, z) for x, y, z in edge], GLASS_TINT, GLASS, (-1.5, 0, 0.5))
    body.decal(
        end_quad(-length - 0.02, 0, height * 0.66, half * 1.5, height * 0.28), GLASS_TINT, GLASS
    )
    body.decal(end_quad(0.02, 0, 0.42, half * 1.7, 0.2), DARK, MATT, (-1, 0, 1))
    body.decal(end_quad(-length - 0.02, 0, 0.45, half * 1.8, 0.2), DARK, MATT)
    lamp_pair(body, 0.0, half * 0.7, line * 0.66, (0.36, 0.2), WHITE_LAMP, 1)
    lamp_pair(body, -length, half * 0.84, line * 0.8, (0.2, 0.4), RED_LAMP, -1)
    side_wheels(body, vehicle, radius)
    ground = Part(0)
    under(ground, vehicle, radius)
    plates = [
        *plate_at(vehicle.plate.front, "front", 0.05, 0.62),
        *plate_at(vehicle.plate.rear, "rear", -length - 0.05, 0.82),
    ]
    return Solid([ground, body], usual_lamps(vehicle, line * 0.66, line * 0.8, 0.3), plates)


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
    kind = "container" if long else chance.choice(("box", "bed", "canvas"))
    load = Part(1)
    back = -length
    match kind:
        case "bed":
            wall = jitter(chance, chance.choice((paint, (130, 90, 40), (60, 110, 70))))
            heap = jitter(chance, chance.choice(((84, 110, 138), (96, 98, 100), (60, 84, 110))))
            top = bed + (0.55 if light else 0.9)
            load.box((back, -half, bed), (-start, half, top), wall)
            load.decal(
                [(x, y, top + 0.01) for x, y in _corners(back + 0.1, -start - 0.1, half - 0.08)],
                heap,
                MATT,
            )
            _ribs(load, back, -start, half, bed, top, darker(wall, 0.75))
        case "canvas":
            cloth = jitter(chance, chance.choice(CANVAS))
            load.box((back, -half, bed), (-start, half, height * 0.92), cloth, MATT)
            _ribs(load, back, -start, half, bed, height * 0.92, darker(cloth, 0.82))
        case _:
            skin = jitter(chance, chance.choice((paint, (226, 228, 228), BODY["silver"])))
            if kind == "container":
                skin = jitter(chance, chance.choice(((120, 70, 30), (40, 60, 140), (60, 110, 60),
                                                     (40, 110, 180), (140, 140, 142))))  # fmt: skip
            load.box((back, -half, bed), (-start, half, height), skin)
            _ribs(load, back, -start, half, bed, height, darker(skin, 0.86))
            door = end_quad(back - 0.015, 0, (bed + height) / 2, 0.05, (height - bed) * 0.94)
            load.decal(door, darker(skin, 0.5))
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
