"""Cameras and light by chance."""

from dataclasses import dataclass, replace
from math import cos, hypot, sin
from random import Random
from typing import Literal

from edge_agent.simulators.render.light import Light, light
from edge_agent.simulators.render_set.street import Street
from edge_agent.simulators.world.site import CameraAt

Kind = Literal["vehicles", "plates"]
LIGHTS = ("day", "dusk", "night", "rain")


@dataclass(frozen=True)
class Mood:
    """Light and weather of a scene; ``drops``: rain is seen falling, not only what it wets."""

    name: str
    lit: Light
    wet: bool
    drops: bool


def mood(name: str, chance: Random) -> Mood:
    """One of ``LIGHTS``, as it may be: low or high sun, overcast, lit by lamps or hardly."""
    rain = name == "rain"
    hour = chance.choice(("day", "day", "day", "dusk", "night")) if rain else name
    base = light(hour, rain=rain)
    gain = chance.uniform(0.75, 1.2) * (chance.uniform(0.6, 1.6) if hour != "day" else 1.0)
    tint = [chance.uniform(0.96, 1.04) for _ in range(3)]
    ambient = [value * gain * by for value, by in zip(base.ambient, tint, strict=True)]
    sun = list(base.sun)
    shadow = base.shadow
    if hour == "day" and not rain:
        overcast = chance.random() < 0.45
        strength = 0.0 if overcast else chance.uniform(0.6, 1.4)
        sun = [value * strength for value in sun]
        if overcast:
            ambient = [value * 1.35 for value in ambient]
        shadow = 0.12 if overcast else min(0.75, base.shadow * strength)
    turn, high = chance.uniform(0, 6.3), chance.uniform(0.3, 1.4)
    lit = replace(
        base,
        ambient=(ambient[0], ambient[1], ambient[2]),
        sun=(sun[0], sun[1], sun[2]),
        to_sun=(cos(turn), sin(turn), high),
        shadow=shadow,
        lamps=base.lamps * chance.uniform(0.4, 1.5),
        heads=base.heads * chance.uniform(0.6, 1.2),
        haze=base.haze * chance.uniform(0.3, 1.5),
        exposure_s=base.exposure_s * chance.uniform(0.3, 1.3),
        noise=base.noise * chance.uniform(0.4, 2.0),
    )
    return Mood(name, lit, rain, rain and chance.random() < 0.5)


def mount(kind: Kind, street: Street, size: tuple[int, int], chance: Random) -> CameraAt:
    """A camera on a mast, a gantry or a house: one that watches, or one that reads plates."""
    width = size[0]
    y = chance.choice((-1, 1)) * (street.crossing + chance.uniform(0, 45)) * (chance.random() < 0.8)
    x = chance.uniform(-street.half, street.half)
    turn = chance.choice((0.0, 3.1416)) + chance.gauss(0, 0.45)
    if street.crossing and chance.random() < 0.35:
        turn = chance.uniform(-3.2, 3.2)
    if kind == "plates":
        away, high = chance.uniform(7, 20), chance.uniform(2.5, 7.0)
        reach = hypot(away, high)
        # A plate of 0.3 m shall be 30 to 140 pixels wide in a picture of 1280.
        focal = chance.uniform(30, 140) / 0.3 * reach * width / 1280
    else:
        away, high = chance.uniform(9, 42), chance.uniform(3.5, 13.0)
        focal = chance.uniform(0.45, 1.5) * width * max(1.0, away / 24)
    return CameraAt(
        "set", x - sin(turn) * away, y - cos(turn) * away, high, (x, y), max(200, round(focal)),
        size, plates=kind == "plates" and chance.random() < 0.75,
    )  # fmt: skip
