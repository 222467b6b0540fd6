"""Vehicles on four wheels and more, by class."""

from random import Random

from edge_agent.simulators.render.looks import (
    BODY,
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
    "mpv": (0.2, 0.36, 0.94, 0.985),
    "van": (0.1, 0.24, 0.97, 0.99),
    "pickup": (0.28, 0.41, 0.6, 0.64),
}


_CAR_KINDS = (
    "sedan",
    "sedan",
    "sedan",
    "hatch",
    "hatch",
    "suv",
    "suv",
    "mpv",
    "mpv",
    "van",
    "pickup",
)
_CAR_HEIGHTS = {"suv": 1.12, "mpv": 1.14, "van": 1.28, "pickup": 1.15}
_TAXI = 0.12


def car(vehicle: Vehicle, chance: Random) -> Solid:
    """A sedan, a hatchback, an SUV, a van, a pickup or a taxi."""
    kind = chance.choice(_CAR_KINDS)
    height = vehicle.height * _CAR_HEIGHTS.get(kind, 0.98)
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
    middle = (head + back) / 2 - 0.03 * length
    pillars = [(middle, middle, 0.09), (tail, back, 0.16), (foot - 0.09, head - 0.07, 0.07)]
    if kind in ("suv", "mpv", "van"):
        pillars.append(((tail + middle) / 2, (back + middle) / 2, 0.1))
    for side in (-1, 1):
        for x, x_top, wide in pillars:
            quad = [
                (x, side * base, belt), (x + wide, side * base, belt),
                (x_top + wide, side * roof, height), (x_top, side * roof, height),
            ]  # fmt: skip
            cabin.decal(quad, paint, PAINT)
        for x in (foot - 0.06, middle):  # joints of the doors
            y = side * half
            edge = [
                (x, y, 0.3),
                (x - 0.03, y, 0.3),
                (x - 0.03, y * 0.96, belt),
                (x, y * 0.96, belt),
            ]
            body.decal(edge, darker(paint, 0.55), MATT, (x, 0.0, 0.5))
        body.limbs.append(
            ((foot - 0.1, side * base, belt), (foot - 0.08, side * (half + 0.12), belt + 0.06),
             0.06, low)
        )  # fmt: skip
    if chance.random() < _TAXI and kind in ("sedan", "hatch", "mpv"):
        cabin.box(
            (middle - 0.1, -0.26, height), (middle + 0.1, 0.26, height + 0.14),
            jitter(chance, (200, 225, 235)), MATT,
        )  # fmt: skip
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
