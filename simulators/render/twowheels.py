"""Motorbikes and bicycles with those who ride them."""

from math import cos, pi, sin
from random import Random

from edge_agent.simulators.render.looks import (
    BODY,
    CHROME,
    DARK,
    HELMETS,
    RED_LAMP,
    SHIRTS,
    SKIN,
    TROUSERS,
    TYRE,
    WHITE_LAMP,
    darker,
    jitter,
)
from edge_agent.simulators.render.solid import MATT, Colour, LampAt, Part, Place, Solid
from edge_agent.simulators.render.wheels import disc, end_quad, plate_at
from edge_agent.simulators.world.vehicles import Vehicle

_TYRE_M = 0.055
_PILLION, _TWO_BEHIND = 0.34, 0.05
_LOADED, _HUGE = 0.16, 0.3
_PACKED, _STRAW, _PONCHO = 0.12, 0.03, 0.06

_GOODS: tuple[Colour, ...] = (
    (60, 160, 60), (60, 130, 170), (40, 60, 190), (90, 150, 190), (200, 205, 205), (50, 50, 50),
)  # fmt: skip


def motorbike(vehicle: Vehicle, chance: Random) -> Solid:
    """A scooter or an underbone with one to three on it, some with a box behind."""
    length = vehicle.length
    scale = vehicle.height / 1.55
    paint = jitter(chance, BODY[vehicle.body])
    front, rear = (-axle.offset_cm / 100 for axle in vehicle.load.axles[:2])
    radius = 0.27
    wheels = [_wheel(front, radius), _wheel(rear, radius)]
    frame = Part(1)
    narrow, wide = 0.1, 0.19
    frame.loft(
        [
            _slice(front - 0.1, 0.62, 0.95, narrow),
            _slice(front - 0.24, 0.3, 0.9, wide),
            _slice(front - 0.36, 0.28, 0.5, wide),
            _slice(rear + 0.45, 0.28, 0.55, wide),
        ],
        [paint, paint, darker(paint, 0.9), paint],
    )
    seat = Part(2)
    seat.loft(
        [
            _slice(rear + 0.5, 0.32, 0.74, 0.17),
            _slice(rear + 0.1, 0.42, 0.76, 0.2),
            _slice(-length + 0.12, 0.56, 0.8, 0.1),
        ],
        [darker(paint, 0.95), paint, (38, 36, 36), paint],
    )
    tail = (-length + 0.11, 0.0, 0.68)
    seat.decal(end_quad(-length + 0.1, 0, 0.68, 0.2, 0.1), RED_LAMP, 0.1, (rear, 0, 0.7))
    seat.limbs.append(((-length + 0.14, 0, 0.56), (-length + 0.06, 0, 0.36), 0.05, DARK))
    nose = Part(2)
    nose.limbs.append(((front - 0.05, 0.0, radius), (front - 0.22, 0.0, 0.98), 0.06, CHROME))
    nose.limbs.append(((front - 0.22, -0.3, 1.0), (front - 0.22, 0.3, 1.0), 0.03, DARK))
    for side in (-1, 1):
        nose.limbs.append(
            ((front - 0.2, side * 0.24, 1.0), (front - 0.16, side * 0.32, 1.14), 0.02, DARK)
        )
        nose.balls.append(((front - 0.16, side * 0.33, 1.16), 0.055, DARK))
    nose.balls.append(((front - 0.1, 0.0, 0.93), 0.1, WHITE_LAMP))
    riders = _riders(chance, front, rear, scale)
    parts = [*wheels, frame, seat, nose, *riders]
    if len(riders) == 1 and chance.random() < _LOADED:
        parts.append(_parcel(chance, rear))
    lamps = [
        LampAt((front, 0.0, 0.93), 1, "head"),
        LampAt(tail, -1, "tail"),
        LampAt((front - 0.05, 0.18, 0.85), 1, "turn", "left"),
        LampAt((front - 0.05, -0.18, 0.85), 1, "turn", "right"),
        LampAt((-length + 0.1, 0.14, 0.66), -1, "turn", "left"),
        LampAt((-length + 0.1, -0.14, 0.66), -1, "turn", "right"),
    ]
    plates = plate_at(vehicle.plate.rear, "rear", -length, 0.54, -0.04)
    return Solid(parts, lamps, plates)


def bicycle(vehicle: Vehicle, chance: Random) -> Solid:
    """A bicycle and who rides it."""
    front, rear = (-axle.offset_cm / 100 for axle in vehicle.load.axles[:2])
    paint = jitter(chance, BODY[vehicle.body])
    radius = 0.33
    cycle = Part(1)
    for x in (front, rear):
        rim = [
            (x + radius * cos(2 * pi * i / 12), 0.0, radius + radius * sin(2 * pi * i / 12))
            for i in range(12)
        ]
        for index, place in enumerate(rim):
            cycle.limbs.append((rim[index - 1], place, 0.02, TYRE))
    crank: Place = ((front + rear) / 2, 0.0, 0.3)
    saddle: Place = (rear + 0.35, 0.0, 0.85)
    bar: Place = (front - 0.18, 0.0, 0.95)
    for one, other in (
        ((rear, 0.0, radius), crank), (crank, saddle), (crank, bar), (saddle, (rear, 0.0, radius)),
        ((front, 0.0, radius), bar),
    ):  # fmt: skip
        cycle.limbs.append((one, other, 0.022, paint))
    cycle.limbs.append(((front - 0.2, -0.26, 1.0), (front - 0.2, 0.26, 1.0), 0.02, DARK))
    rider = _rider(chance, saddle[0] - 0.02, 0.86, bar, 1.0, feet=(crank[0], 0.25))
    return Solid([cycle, rider], [], [])


def _wheel(x: float, radius: float) -> Part:
    sides = [disc(x, y, radius, radius) for y in (-_TYRE_M, _TYRE_M)]
    wheel = Part(0).loft(sides, TYRE, MATT)
    for side in (-1, 1):
        hub = disc(x, side * (_TYRE_M + 0.005), radius, radius * 0.6)
        wheel.decal(hub, (70, 70, 72), 0.1, (x, 0.0, radius))
    return wheel


def _slice(x: float, low: float, high: float, half: float) -> list[Place]:
    return [(x, -half, low), (x, -half * 0.8, high), (x, half * 0.8, high), (x, half, low)]


def _riders(chance: Random, front: float, rear: float, scale: float) -> list[Part]:
    bar: Place = (front - 0.24, 0.0, 1.02)
    draw = chance.random()
    behind = 2 if draw < _TWO_BEHIND else 1 if draw < _PILLION else 0
    seat = rear + (0.5 if behind else 0.34)
    found = [_rider(chance, seat, 0.76, bar, scale, feet=(seat + 0.32, 0.3))]
    for index in range(behind):
        x = seat - 0.34 * (index + 1)
        small = chance.uniform(0.85, 1.0)
        hold: Place = (x + 0.3, 0.0, 1.05)
        found.append(_rider(chance, x, 0.78, hold, scale * small, feet=(x + 0.2, 0.35)))
    return found


def _rider(
    chance: Random, x: float, seat: float, hands: Place, scale: float, feet: tuple[float, float]
) -> Part:
    """Somebody who sits at ``x`` and holds on at ``hands``; some below a wide raincoat."""
    shirt = jitter(chance, chance.choice(SHIRTS), 0.2)
    wide = 1.35 if chance.random() < _PONCHO else 1.0
    legs = shirt if wide > 1 else jitter(chance, chance.choice(TROUSERS), 0.2)
    rider = Part(3)
    hip, shoulder = 0.17 * scale * wide, 0.21 * scale * wide
    neck = seat + 0.54 * scale
    lean = 0.08
    for side in (-1, 1):
        knee: Place = (x + 0.34, side * 0.2, seat - 0.04)
        rider.limbs.append(((x + 0.02, side * hip * 0.7, seat + 0.06), knee, 0.085, legs))
        rider.limbs.append((knee, (feet[0], side * 0.17, feet[1]), 0.065, legs))
        rider.limbs.append(
            ((feet[0] - 0.04, side * 0.17, feet[1]), (feet[0] + 0.12, side * 0.17, feet[1]), 0.05,
             DARK)
        )  # fmt: skip
    torso = Part()
    torso.loft(
        [
            [(x - 0.11, -hip, seat), (x + 0.11, -hip, seat), (x + 0.11, hip, seat),
             (x - 0.11, hip, seat)],
            [(x - 0.08, -shoulder, neck - 0.1), (x + lean + 0.1, -shoulder, neck - 0.1),
             (x + lean + 0.1, shoulder, neck - 0.1), (x - 0.08, shoulder, neck - 0.1)],
            [(x - 0.02, -0.1, neck), (x + lean, -0.1, neck), (x + lean, 0.1, neck),
             (x - 0.02, 0.1, neck)],
        ],
        shirt,
        MATT,
    )  # fmt: skip
    rider.faces = torso.faces
    for side in (-1, 1):
        elbow: Place = (
            (x + hands[0]) / 2, side * (shoulder + 0.1), (neck + hands[2]) / 2 - 0.14
        )  # fmt: skip
        rider.limbs.append(((x + lean / 2, side * shoulder, neck - 0.12), elbow, 0.06, shirt))
        rider.limbs.append((elbow, (hands[0], side * 0.26, hands[2]), 0.045, SKIN))
    _head(rider, chance, x + lean, neck + 0.15 * scale)
    if chance.random() < _PACKED:
        pack = jitter(chance, chance.choice(SHIRTS), 0.3)
        rider.box((x - 0.3, -0.17, seat + 0.12), (x - 0.1, 0.17, neck - 0.06), pack, MATT)
    return rider


def _head(rider: Part, chance: Random, x: float, crown: float) -> None:
    """A head in a helmet, now and then with a mask before it or a conical hat on it."""
    mask = jitter(chance, chance.choice(SHIRTS)) if chance.random() < 0.4 else SKIN
    rider.balls.append(((x - 0.005, 0.0, crown - 0.02), 0.104, SKIN))
    rider.balls.append(((x + 0.035, 0.0, crown - 0.045), 0.088, mask))
    if chance.random() < _STRAW:
        rings = [
            [(x + r * cos(pi * i / 4), r * sin(pi * i / 4), crown + z) for i in range(8)]
            for r, z in ((0.26, 0.0), (0.02, 0.17))
        ]
        hat = Part().loft(rings, jitter(chance, (150, 200, 220)), MATT)
        rider.faces = [*rider.faces, *hat.faces]
        return
    helmet = jitter(chance, chance.choice(HELMETS))
    rider.balls.append(((x - 0.012, 0.0, crown + 0.018), 0.13, helmet))


def _parcel(chance: Random, rear: float) -> Part:
    """A box behind the rider; some goods are broader than the road is patient."""
    colour: Colour = jitter(chance, chance.choice(_GOODS), 0.25)
    huge = chance.random() < _HUGE
    wide = chance.uniform(0.32, 0.5) if huge else chance.uniform(0.2, 0.3)
    size = chance.uniform(0.6, 0.95) if huge else chance.uniform(0.4, 0.55)
    low, x = (0.62 if huge else 0.8), rear - 0.12
    return Part(3).box((x - 0.26, -wide, low), (x + 0.24, wide, low + size), colour, MATT)
