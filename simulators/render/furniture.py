"""What stands at the road and may hide traffic: signal heads, lamp posts, gantries."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from edge_agent.simulators.render.layout import Layout
from edge_agent.simulators.render.looks import DARK
from edge_agent.simulators.render.solid import MATT, Colour, Part, Place, Solid
from edge_agent.simulators.world.network import Link
from edge_agent.simulators.world.signal_state import SignalState
from edge_agent.simulators.world.site import Site

_STEEL: Colour = (128, 130, 132)
_BESIDE_M = 1.3
_ARM_M = 5.5
_LAMP_M = 0.17
_LIT: dict[str, Colour] = {"r": (40, 40, 255), "y": (40, 190, 255), "g": (150, 255, 70)}
_UNLIT: dict[str, Colour] = {"r": (24, 22, 60), "y": (22, 48, 62), "g": (40, 60, 24)}
_BLINK_MS = 500


@dataclass(frozen=True)
class Standing:
    """A solid at its place: x, y and the direction of its x axis."""

    solid: Solid
    place: tuple[float, float]
    heading: tuple[float, float]
    lit: tuple[tuple[Place, Colour], ...] = ()


@dataclass(frozen=True)
class Head:
    """A signal head over its lane, and whose it is."""

    controller: str
    group: str
    number: int
    place: tuple[float, float]
    heading: tuple[float, float]
    left_m: float

    def at(self, signals: Mapping[str, SignalState], utc_ms: int) -> Standing:
        """The head with the lamps that burn now."""
        state = signals[self.controller]
        aspects = state.phases if self.group == "phase" else state.overlaps
        aspect: str = aspects.get(self.number, "d")
        out = {lamp for phase, lamp in state.lamps_out if phase == self.number}
        if aspect == "fy":
            aspect = "y" if utc_ms // _BLINK_MS % 2 else "d"
        if self.group == "phase" and aspect in out:
            aspect = "d"
        solid, lit = _head(round(self.left_m, 2), aspect)
        return Standing(solid, self.place, self.heading, lit)


def heads(site: Site) -> list[Head]:
    """Every head of a site, facing the traffic that it stops."""
    return [_of_link(link) for link in site.network.links if link.head is not None]


def _of_link(link: Link) -> Head:
    head = link.head
    assert head is not None  # noqa: S101 - the caller chose those that have one
    # The frame of d puts the kerb at 0; the post stands beyond it, to the right.
    x, y, ux, uy = link.path.at(0.0, -link.path_d - _BESIDE_M)
    middle = link.path_d + _BESIDE_M
    left = 0.0 if middle < 5 else middle
    return Head(head.controller, head.group, head.number, (x, y), (ux, uy), left)


@lru_cache(maxsize=256)
def _head(left: float, aspect: str) -> tuple[Solid, tuple[tuple[Place, Colour], ...]]:
    high = 3.0 if left == 0.0 else 5.3
    post = Part(0)
    post.limbs.append(((0.0, 0.0, 0.0), (0.0, 0.0, high + 0.9), 0.08, _STEEL))
    if left:
        post.limbs.append(((0.0, 0.0, high + 0.8), (0.0, left, high + 0.8), 0.06, _STEEL))
    box = Part(1)
    box.box((-0.14, left - 0.2, high - 0.25), (0.14, left + 0.2, high + 0.9), DARK, MATT)
    lamps = Part(2)
    lit: list[tuple[Place, Colour]] = []
    # Heads face those who come: against the direction of travel.
    for index, lamp in enumerate("gyr"):
        place: Place = (-0.17, left, high - 0.05 + index * 0.37)
        burns = lamp == aspect
        lamps.balls.append((place, _LAMP_M, _UNLIT[lamp]))
        if burns:
            lit.append((place, _LIT[lamp]))
    return Solid([post, box, lamps], [], []), tuple(lit)


def standing(made: Layout) -> list[Standing]:
    """Lamp posts and gantries."""
    found = []
    post = Part(0)
    post.limbs.append(((0.0, 0.0, 0.0), (0.0, 0.0, 8.6), 0.07, _STEEL))
    post.limbs.append(((0.0, 0.0, 8.6), (2.2, 0.0, 9.1), 0.05, _STEEL))
    post.limbs.append(((1.7, 0.0, 9.0), (2.5, 0.0, 9.1), 0.09, (170, 174, 176)))
    # A face gives a solid its normals; here a plate with the number of the post.
    post.box((-0.09, -0.09, 1.5), (0.09, 0.09, 1.8), (200, 200, 200), MATT)
    lamp = Solid([post], [], [])
    found += [Standing(lamp, place, arm) for place, arm in made.lamps]
    for (x1, y1), (x2, y2), high in made.gantries:
        span = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        gantry = Part(0)
        for y in (0.0, -span):
            gantry.limbs.append(((0.0, y, 0.0), (0.0, y, high + 0.8), 0.16, _STEEL))
        beam = Part(1).box((-0.3, -span, high), (0.3, 0.0, high + 0.8), (150, 152, 154), MATT)
        for index in range(1, 5):
            y = -span * index / 5
            beam.box((-0.5, y - 0.3, high - 0.45), (-0.1, y + 0.3, high), DARK, MATT)
        heading = ((y1 - y2) / span * -1.0, (x2 - x1) / span * -1.0)
        found.append(Standing(Solid([gantry, beam], [], []), (x1, y1), heading))
    return found
