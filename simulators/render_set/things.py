"""What stands at a street and is no vehicle: people, posts, signs, cones, stalls."""

from math import cos, sin
from random import Random

from edge_agent.simulators.render.furniture import Standing
from edge_agent.simulators.render.looks import DARK, SHIRTS, SKIN, TROUSERS, jitter
from edge_agent.simulators.render.solid import MATT, Colour, Part, Solid
from edge_agent.simulators.render_set.street import Street
from edge_agent.simulators.world.geometry import Point

_STEEL: Colour = (128, 130, 132)
_BRIGHT: tuple[Colour, ...] = (
    (40, 40, 190), (170, 90, 30), (60, 150, 60), (40, 170, 225), (40, 110, 235), (205, 208, 208),
)  # fmt: skip


def things(street: Street, near: Point, chance: Random) -> list[Standing]:
    """A handful or two, mostly beside the road."""
    found = []
    makers = (_person, _person, _sign, _cone, _stall, _cabinet, _person)
    for _ in range(chance.randrange(22)):
        side = chance.choice((-1, 1))
        x = side * (street.half + chance.uniform(0.5, 5.0))
        maker = chance.choice(makers)
        if maker is _cone or (maker is _person and chance.random() < 0.3):
            x = chance.uniform(-street.half, street.half)
        place = x, near[1] + chance.uniform(-35, 35)
        turn = chance.uniform(-3.2, 3.2)
        found.append(Standing(maker(chance), place, (cos(turn), sin(turn))))
    return found


def _person(chance: Random) -> Solid:
    """Somebody who walks or stands."""
    shirt = jitter(chance, chance.choice(SHIRTS), 0.25)
    legs = jitter(chance, chance.choice(TROUSERS), 0.25)
    size, step = chance.uniform(0.85, 1.05), chance.uniform(0.0, 0.3)
    body = Part(1)
    for side in (-1, 1):
        body.limbs.append(
            ((0, side * 0.1, 0.85 * size), (side * step, side * 0.1, 0.05), 0.08, legs)
        )
        body.limbs.append(
            ((0, side * 0.22, 1.35 * size), (-side * step, side * 0.27, 0.8 * size), 0.05, SKIN)
        )
    body.box((-0.12, -0.2, 0.8 * size), (0.12, 0.2, 1.42 * size), shirt, MATT)
    body.balls.append(((0.02, 0, 1.56 * size), 0.11, SKIN))
    hair = chance.choice(((30, 28, 28), (30, 28, 28), (120, 190, 215), (200, 204, 204)))
    body.balls.append(((-0.02, 0, 1.61 * size), 0.11, hair))
    return Solid([body], [], [])


def _sign(chance: Random) -> Solid:
    high = chance.uniform(2.0, 3.4)
    post = Part(0)
    post.limbs.append(((0, 0, 0), (0, 0, high), 0.04, _STEEL))
    board = Part(1)
    wide, tall = chance.uniform(0.3, 0.8), chance.uniform(0.3, 0.8)
    colour = jitter(chance, chance.choice(_BRIGHT))
    board.box((-0.02, -wide / 2, high - tall), (0.02, wide / 2, high), colour, MATT)
    return Solid([post, board], [], [])


def _cone(chance: Random) -> Solid:
    high = chance.uniform(0.5, 1.0)
    cone = Part(0)
    rings = [
        [(-r, -r, z), (r, -r, z), (r, r, z), (-r, r, z)]
        for r, z in ((0.17, 0.0), (0.11, high * 0.4), (0.03, high))
    ]
    cone.loft(rings, jitter(chance, (40, 90, 235)), MATT)
    return Solid([cone], [], [])


def _stall(chance: Random) -> Solid:
    """A table or a cart below an umbrella or an awning."""
    wide, long, high = chance.uniform(0.6, 1.5), chance.uniform(0.8, 2.4), chance.uniform(1.9, 2.5)
    cart = Part(0).box((-long / 2, -wide / 2, 0.3), (long / 2, wide / 2, 0.95),
                       jitter(chance, chance.choice(_BRIGHT), 0.4), MATT)  # fmt: skip
    post = Part(1)
    post.limbs.append(((0, 0, 0.9), (0, 0, high), 0.03, _STEEL))
    roof = Part(2)
    rings = [
        [(-r * long, -r * wide, z), (r * long, -r * wide, z), (r * long, r * wide, z),
         (-r * long, r * wide, z)]
        for r, z in ((0.9, high - 0.35), (0.1, high))
    ]  # fmt: skip
    roof.loft(rings, jitter(chance, chance.choice(_BRIGHT), 0.3), MATT)
    return Solid([cart, post, roof], [], [])


def _cabinet(chance: Random) -> Solid:
    colour = jitter(chance, chance.choice((_STEEL, DARK, (160, 170, 150), *_BRIGHT)), 0.3)
    wide, long, high = (chance.uniform(low, low * 2.5) for low in (0.3, 0.4, 0.6))
    box = Part(0).box((-long / 2, -wide / 2, 0), (long / 2, wide / 2, high), colour, MATT)
    return Solid([box], [], [])
