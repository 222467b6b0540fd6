"""Light: what the sun, the sky and the street lamps do to a picture."""

from dataclasses import dataclass

import numpy as np

from edge_agent.simulators.render.view import Floats

SCENES = ("day", "dusk", "night")


@dataclass(frozen=True)
class Light:
    """Shares of full daylight by channel (BGR) unless said otherwise.

    Attributes:
        ambient: Of the sky from all around.
        sun: Of the sun on what faces it.
        to_sun: Unit vector.
        sky: Colours of the sky, 0…255: above and at the horizon.
        lamps: Strength of the street lamps.
        heads: Strength of headlights; 0 while they are off.
        shadow: How dark a shadow is, 0…1.
        exposure_s: Shutter of a camera that watches; one that reads plates has a short one.
        noise: Deviation of the sensor's noise, 0…255.
        haze: How much of the horizon's colour lies over what is 300 m away.
    """

    name: str
    ambient: tuple[float, float, float]
    sun: tuple[float, float, float]
    to_sun: tuple[float, float, float]
    sky: tuple[tuple[float, float, float], tuple[float, float, float]]
    lamps: float = 0.0
    heads: float = 0.0
    shadow: float = 0.0
    exposure_s: float = 1 / 500
    noise: float = 2.0
    haze: float = 0.45

    @property
    def sunwards(self) -> Floats:
        vector = np.array(self.to_sun)
        found: Floats = vector / np.linalg.norm(vector)
        return found


_LIGHTS = {
    "day": Light(
        "day", (0.66, 0.63, 0.6), (0.5, 0.56, 0.6), (-0.55, -0.45, 0.75),
        ((214, 178, 138), (232, 226, 214)), shadow=0.46,
    ),
    "dusk": Light(
        "dusk", (0.42, 0.35, 0.34), (0.03, 0.07, 0.11), (-0.9, 0.2, 0.2),
        ((122, 86, 70), (112, 140, 196)), lamps=0.26, heads=0.6, shadow=0.12,
        exposure_s=1 / 120, noise=4.0, haze=0.35,
    ),
    "night": Light(
        "night", (0.14, 0.12, 0.11), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0),
        ((26, 18, 14), (52, 44, 44)), lamps=0.62, heads=1.0,
        exposure_s=1 / 60, noise=6.5, haze=0.25,
    ),
}  # fmt: skip
_RAIN_SKY = {
    "day": ((168, 164, 158), (196, 194, 190)),
    "dusk": ((92, 80, 74), (112, 104, 108)),
    "night": ((30, 26, 24), (50, 46, 46)),
}


def light(name: str, *, rain: bool = False) -> Light:
    """The light of ``day``, ``dusk`` or ``night``; under clouds when it rains.

    Raises:
        ValueError: Another name.
    """
    if name not in _LIGHTS:
        raise ValueError(f"no light {name!r}; there are {', '.join(SCENES)}")
    fair = _LIGHTS[name]
    if not rain:
        return fair
    dim = [0.72 * (a + 0.45 * s) for a, s in zip(fair.ambient, fair.sun, strict=True)]
    return Light(
        fair.name, (dim[0], dim[1], dim[2]), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0),
        _RAIN_SKY[name], fair.lamps, max(fair.heads, 0.35), fair.shadow * 0.25,
        max(fair.exposure_s, 1 / 250), fair.noise + 1.0, 0.8,
    )  # fmt: skip
