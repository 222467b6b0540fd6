"""Colours that nobody registers: of paint, cloth, helmets and goods, BGR."""

from random import Random

from edge_agent.simulators.render.solid import Colour

BODY: dict[str, Colour] = {
    "white": (228, 232, 232),
    "black": (34, 32, 32),
    "silver": (178, 180, 182),
    "grey": (108, 106, 104),
    "red": (38, 34, 170),
    "blue": (140, 70, 30),
    "brown": (44, 62, 92),
    "green": (70, 110, 46),
    "yellow": (50, 170, 215),
}
DARK: Colour = (26, 25, 24)
TYRE: Colour = (30, 29, 28)
RIM: Colour = (130, 132, 134)
GLASS_TINT: Colour = (58, 50, 44)
CHROME: Colour = (150, 152, 154)
WHITE_LAMP: Colour = (225, 232, 235)
RED_LAMP: Colour = (36, 26, 150)
AMBER: Colour = (30, 130, 230)
CHASSIS: Colour = (44, 44, 46)
SKIN: Colour = (106, 138, 182)
CANVAS: tuple[Colour, ...] = ((92, 98, 58), (150, 96, 40), (70, 84, 96), (60, 110, 60))
SHIRTS: tuple[Colour, ...] = (
    (210, 214, 214), (60, 58, 54), (150, 80, 40), (50, 50, 170), (90, 140, 60), (60, 160, 210),
    (160, 120, 170), (120, 150, 190), (120, 60, 90), (160, 160, 60),
)  # fmt: skip
TROUSERS: tuple[Colour, ...] = ((60, 50, 44), (96, 74, 52), (44, 42, 42), (120, 124, 128))
HELMETS: tuple[Colour, ...] = (
    (220, 224, 224), (40, 38, 36), (40, 40, 190), (160, 90, 40), (70, 160, 220), (150, 110, 190),
    (140, 150, 150),
)  # fmt: skip


def jitter(chance: Random, colour: Colour, by: float = 0.12) -> Colour:
    """The same colour as another maker mixes it."""
    all_of_it = 1 + chance.uniform(-by, by)
    blue, green, red = (
        min(250.0, max(12.0, value * all_of_it * (1 + chance.uniform(-by, by) / 3)))
        for value in colour
    )
    return blue, green, red


def darker(colour: Colour, share: float) -> Colour:
    """The colour with this share of its light."""
    return colour[0] * share, colour[1] * share, colour[2] * share
