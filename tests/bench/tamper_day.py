"""A camera's day, second by second, from rendered pictures and what lenses and lamps do.

The renderer paints a few minutes of traffic in every light and an empty road; between them a day
is made: dawn and dusk glide, rain sets in, clouds pass, exposure jumps, lamps flicker, headlights
shine into the lens, queues stand for a whole red, a pole trembles, infrared light goes on and off.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render.renderer import Renderer
from edge_agent.simulators.world.sites import build
from edge_agent.simulators.world.world import World
from edge_agent.vision.frame import Grey

SIZE = (320, 180)
"""Half of what is analysed of most cameras: quicker to make, and the watch looks no closer."""
HOUR_S = 3600
_LIGHTS = {
    "day": ("day", False),
    "dusk": ("dusk", False),
    "night": ("night", False),
    "day-rain": ("day", True),
    "night-rain": ("night", True),
}
_WARM_MS = 200_000
_STEP_MS = 2000
_NOISES = 16

Mixed = NDArray[np.float32]
Film = NDArray[np.uint8]
"""Pictures of the same moments: N × height × width."""


@dataclass(frozen=True)
class Reel:
    """What one camera sees of the same traffic in every light, and the road without it."""

    busy: dict[str, Film]
    empty: dict[str, Film]
    crowd: int
    """Index of the moment with most vehicles."""


@cache
def reel(site: str, camera: str, seed: int, count: int) -> Reel:
    """Render it; the same world in every light, so that one light can glide into another."""
    busy: dict[str, list[Grey]] = {}
    empty: dict[str, Film] = {}
    place = next(one for one in build(site).cameras if one.name == camera)
    painters = {
        name: Renderer(build(site), place, seed, scene, rain=rain, size=SIZE)
        for name, (scene, rain) in _LIGHTS.items()
    }
    world = World(site, seed, 0)
    most, crowd = -1.0, 0
    for index in range(count):
        moment = _WARM_MS + index * _STEP_MS
        world.advance_to(moment)
        poses = world.vehicles()
        signals = {one.name: world.signals(one.name) for one in world.site.controllers}
        for name, painter in painters.items():
            shot = painter.render(poses, signals, moment)
            busy.setdefault(name, []).append(cv2.cvtColor(shot.picture, cv2.COLOR_BGR2GRAY))
        standing = sum(one.box[3] - one.box[1] for one in shot.seen)
        if standing > most:
            most, crowd = standing, index
    for name, painter in painters.items():
        shots = [painter.render([], signals, moment).picture for moment in range(3)]
        empty[name] = np.array([cv2.cvtColor(one, cv2.COLOR_BGR2GRAY) for one in shots])
    return Reel({name: np.array(film) for name, film in busy.items()}, empty, crowd)


@dataclass(frozen=True)
class Sky:
    """What hangs over the road in one second.

    Attributes:
        lights: Shares of the lights that a picture is mixed from.
        infrared: The camera's own lamp is on and the picture is black and white.
        empty: Nobody is on the road.
    """

    lights: dict[str, float]
    infrared: bool = False
    empty: bool = False


def sky(second: float) -> Sky:
    """The usual day: two showers, dawn at five, dusk at half past five, nobody about at night."""
    hour = second / HOUR_S % 24
    up = _ramp(hour, 5.0, 5.7) - _ramp(hour, 17.5, 18.2)
    # Half way the lamps are on and the sky still gives light.
    dusk = 1 - abs(2 * up - 1)
    day, night = max(0.0, 2 * up - 1), max(0.0, 1 - 2 * up)
    wet = max(_shower(hour, 14.0, 15.0), _shower(hour, 21.5, 22.2))
    lights = {
        "day": day * (1 - wet),
        "day-rain": day * wet,
        "dusk": dusk,
        "night": night * (1 - wet),
        "night-rain": night * wet,
    }
    return Sky(lights, infrared=hour < 5.2 or hour > 18.1, empty=1.0 <= hour < 4.0)


def _ramp(hour: float, begins: float, ends: float) -> float:
    return min(1.0, max(0.0, (hour - begins) / (ends - begins)))


def _shower(hour: float, begins: float, ends: float) -> float:
    """Heavy rain sets in within two minutes."""
    edge = 1 / 30
    return _ramp(hour, begins, begins + edge) - _ramp(hour, ends, ends + edge)


@dataclass
class _Spell:
    """Something that lasts a while: what, until when, how strong, where."""

    what: str
    until: float
    strength: float
    at: tuple[float, float]


_CHANCE = {
    # An hour, how long, s, and how strong: gain, levels, pixels.
    "exposure": (4.0, (4, 20), (0.55, 1.7)),
    "cloud": (3.0, (40, 300), (0.6, 0.85)),
    "headlights": (8.0, (5, 80), (90, 230)),
    "red": (12.0, (30, 95), (1, 1)),
    "wind": (2.0, (60, 300), (0.4, 0.7)),
    "flicker": (2.0, (30, 300), (0.1, 0.35)),
    "sun": (0.3, (300, 900), (120, 230)),
}


class Day:
    """Pictures of a camera, a second apart.

    Args:
        shown: What there is to see.
        seed: Of everything up to chance.
        infrared: Whether the camera has a lamp of its own.
    """

    def __init__(self, shown: Reel, seed: int, *, infrared: bool = True) -> None:
        self._reel = shown
        self._chance = Random(seed)
        self._infrared = infrared
        draw = np.random.default_rng(seed)
        self._noise = [
            draw.normal(0, 1.5, (SIZE[1], SIZE[0])).astype(np.float32) for _ in range(_NOISES)
        ]
        self._spells: list[_Spell] = []
        rows = np.linspace(0.15, 1.0, SIZE[1], dtype=np.float32)[:, None]
        columns = np.linspace(-1, 1, SIZE[0], dtype=np.float32)[None]
        self._lamp = rows**1.5 * (1 - 0.5 * columns**2)

    def at(self, second: float) -> Grey:
        """The picture; seconds must not go back."""
        above = sky(second)
        self._cast(second, dark=above.lights["night"] + above.lights["night-rain"] > 0.5)
        held = {spell.what: spell for spell in self._spells}
        picture = self._mixed(second, above, queue="red" in held)
        picture = self._seen(picture, held, above)
        return self._sensed(picture, held)

    def _cast(self, second: float, *, dark: bool) -> None:
        self._spells = [spell for spell in self._spells if spell.until > second]
        running = {spell.what for spell in self._spells}
        for what, (per_hour, lasts, strong) in _CHANCE.items():
            if what in running or (what in _LAMPS and not dark):
                continue
            if self._chance.random() < per_hour / HOUR_S:
                until = second + self._chance.uniform(*lasts)
                place = self._chance.random(), self._chance.uniform(0.3, 1.0)
                self._spells.append(_Spell(what, until, self._chance.uniform(*strong), place))

    def _mixed(self, second: float, above: Sky, *, queue: bool) -> Mixed:
        films = self._reel.empty if above.empty else self._reel.busy
        count = len(films["day"])
        index = (self._reel.crowd if queue else int(1000 * second / _STEP_MS)) % count
        picture: Mixed = np.zeros((SIZE[1], SIZE[0]), np.float32)
        for name, share in above.lights.items():
            if share > 0:
                cv2.accumulate(films[name][index] * np.float32(share), picture)
        if above.infrared and self._infrared:
            bright = films["day"][index].astype(np.float32)
            picture = np.asarray(0.35 * picture + 0.8 * bright * self._lamp, np.float32)
        return picture

    def _seen(self, picture: Mixed, held: dict[str, _Spell], above: Sky) -> Mixed:
        for what, spell in held.items():
            x, y = round(spell.at[0] * SIZE[0]), round(spell.at[1] * SIZE[1])
            if what == "exposure":
                picture *= spell.strength
            elif what == "cloud" and not above.infrared:
                picture[:, x:] *= spell.strength
            elif what == "headlights" and not above.empty:
                strength = self._chance.uniform(0.9, 1.1) * spell.strength
                picture += _glare(x, y, 9.0) * np.float32(strength)
                picture *= 1 - spell.strength / 700
            elif what == "sun" and not above.infrared:
                picture += _glare(x, 10, 30.0) * np.float32(spell.strength)
            elif what == "flicker":
                picture *= 1 - _glare(x, y, 45.0) * np.float32(
                    self._chance.choice((0.0, spell.strength))
                )
        return picture

    def _sensed(self, picture: Mixed, held: dict[str, _Spell]) -> Grey:
        chance = self._chance
        sway = held["wind"].strength if "wind" in held else 0.12
        shift = np.array([[1, 0, chance.gauss(0, sway)], [0, 1, chance.gauss(0, sway)]])
        shaken = cv2.warpAffine(picture, shift, SIZE, borderMode=cv2.BORDER_REFLECT)
        noisy = shaken + np.roll(chance.choice(self._noise), chance.randrange(99), axis=0)
        return np.asarray(np.clip(noisy, 0, 255), np.uint8)


_LAMPS = {"headlights", "flicker"}


@cache
def _glare_of(wide: float) -> Mixed:
    rows, columns = np.mgrid[-SIZE[1] : SIZE[1], -SIZE[0] : SIZE[0]].astype(np.float32)
    far = np.hypot(rows, columns)
    return np.asarray(np.exp(-far / wide) + np.exp(-((far / wide) ** 2)), np.float32)


def _glare(x: int, y: int, wide: float) -> Mixed:
    """A light shining into the lens: a bright core and a veil around it."""
    whole = _glare_of(wide)
    return whole[SIZE[1] - y : 2 * SIZE[1] - y, SIZE[0] - x : 2 * SIZE[0] - x]


def seconds(*, short: bool) -> Iterator[float]:
    """Of a whole day, all or without most of the hours in which nothing begins or ends."""
    eventful: Sequence[tuple[float, float]] = ((4.9, 5.8), (17.4, 18.3))
    for second in range(24 * HOUR_S):
        hour = second / HOUR_S
        near = any(begins <= hour <= ends for begins, ends in eventful)
        if not short or near or hour % 1 < 1 / 12 or 0.48 < hour % 1 < 0.54:
            yield float(second)
