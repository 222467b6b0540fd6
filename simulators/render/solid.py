"""What a vehicle is made of: flat faces, thick lines and balls, in parts.

In a vehicle's own frame x is metres ahead of its front bumper (its body is behind, x < 0), y to
the left and z up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from edge_agent.simulators.render.view import Floats

Colour = tuple[float, float, float]
Place = tuple[float, float, float]
Ring = Sequence[Place]

PAINT, GLASS, MATT, LAMP = 0.16, 0.34, 0.03, 0.0
"""Gloss of faces: how much of the sky they show."""


@dataclass(slots=True)
class Part:
    """A convex piece: what is behind its own surface never shows.

    Attributes:
        layer: Painted after all parts of lower layers; within one the farther first.
        faces: Corners, colour and gloss; decals follow the faces that they lie on.
        limbs: Two ends, radius and colour.
        balls: Centre, radius and colour.
    """

    layer: int = 0
    faces: list[tuple[Ring, Colour, float]] = field(default_factory=list)
    limbs: list[tuple[Place, Place, float, Colour]] = field(default_factory=list)
    balls: list[tuple[Place, float, Colour]] = field(default_factory=list)

    def loft(
        self,
        rings: Sequence[Ring],
        colours: Sequence[Colour] | Colour,
        gloss: Sequence[float] | float = PAINT,
        caps: tuple[Colour | None, Colour | None] | None = None,
    ) -> "Part":
        """Join rings of equally many corners; ``colours`` is by strip between two corners."""
        count = len(rings[0])
        strips = [colours] * count if isinstance(colours[0], float | int) else colours
        shine = [gloss] * count if isinstance(gloss, float | int) else gloss
        middle = np.mean([point for ring in rings for point in ring], axis=0)
        for one, other in pairwise(rings):
            for index in range(count):
                following = (index + 1) % count
                corners = (one[index], one[following], other[following], other[index])
                self._outward(corners, strips[index], shine[index], middle)  # type: ignore[arg-type]
        for ring, cap in zip((rings[0], rings[-1]), caps or (strips[0], strips[0]), strict=True):
            if cap is not None:
                self._outward(ring, cap, shine[0], middle)  # type: ignore[arg-type]
        return self

    def box(self, low: Place, high: Place, colour: Colour, gloss: float = PAINT) -> "Part":
        """An upright block between two corners."""
        return self.loft(
            [
                [(x, low[1], low[2]), (x, high[1], low[2]), (x, high[1], high[2]),
                 (x, low[1], high[2])]
                for x in (low[0], high[0])
            ],
            colour,
            gloss,
        )  # fmt: skip

    def decal(
        self, corners: Ring, colour: Colour, gloss: float = MATT, middle: Place | None = None
    ) -> "Part":
        """Something flat on the surface; it faces away from ``middle``, or the part's own."""
        own = middle or np.mean([point for ring, _, _ in self.faces for point in ring], axis=0)
        self._outward(corners, colour, gloss, np.asarray(own))
        return self

    def _outward(self, ring: Ring, colour: Colour, gloss: float, middle: Floats) -> None:
        points = np.asarray(ring, float)
        normal = np.cross(points[1] - points[0], points[2] - points[0])
        if normal @ (points.mean(axis=0) - middle) < 0:
            ring = tuple(reversed(ring))
        self.faces.append((ring, colour, gloss))


@dataclass(frozen=True)
class PlateAt:
    """A plate's place: corners from its top left as somebody who reads it sees them."""

    corners: Floats
    end: str


@dataclass(frozen=True)
class LampAt:
    """A lamp: where it is, where it shines (+1 ahead, −1 behind), and what it is for."""

    place: Place
    ahead: int
    kind: str
    side: str = ""


class Solid:
    """Parts as arrays, ready to be turned and projected in one go.

    ``low`` and ``high`` bound its points; ``foot`` (4, 2) and ``block`` (8, 3) are the corners of
    that on the ground and in space.
    """

    def __init__(
        self, parts: Sequence[Part], lamps: Sequence[LampAt], plates: Sequence[PlateAt]
    ) -> None:
        self.lamps, self.plates = tuple(lamps), tuple(plates)
        points: list[Place] = []
        corners: list[np.ndarray] = []
        normals, colours, gloss = [], [], []
        self.parts: list[tuple[int, range, range, range]] = []
        self.limbs: list[tuple[int, int, float, Colour]] = []
        self.balls: list[tuple[int, float, Colour]] = []
        self.hulls: list[np.ndarray] = []
        for part in parts:
            began = len(corners), len(self.limbs), len(self.balls)
            first = len(points)
            for ring, colour, shine in part.faces:
                corners.append(np.arange(len(points), len(points) + len(ring)))
                points += ring
                spread = np.asarray(ring, float)
                normal = np.cross(spread[1] - spread[0], spread[2] - spread[0])
                normals.append(normal / (np.linalg.norm(normal) or 1.0))
                colours.append(colour)
                gloss.append(shine)
            for end, other, radius, colour in part.limbs:
                self.limbs.append((len(points), len(points) + 1, radius, colour))
                points += [end, other]
            for centre, radius, colour in part.balls:
                self.balls.append((len(points), radius, colour))
                points.append(centre)
            self.hulls.append(np.arange(first, len(points)))
            ends = len(corners), len(self.limbs), len(self.balls)
            spans = tuple(range(*span) for span in zip(began, ends, strict=True))
            self.parts.append((part.layer, *spans))  # type: ignore[arg-type]
        self.points = np.array(points, float)
        self.low, self.high = self.points.min(axis=0), self.points.max(axis=0)
        (x1, y1, _), (x2, y2, top) = self.low, self.high
        self.foot = np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)])
        self.block = np.array([(x, y, z) for z in (0.0, top) for x, y in self.foot])
        self.corners = corners
        self.three = np.array([ring[:3] for ring in corners])
        self.normals = np.array(normals)
        self.colours = np.array(colours)
        self.mean_colour = self.colours.mean(axis=0)
        self.gloss = np.array(gloss)
        self.middles = np.array([self.points[hull].mean(axis=0) for hull in self.hulls])
        self.layers = np.array([layer for layer, _, _, _ in self.parts])
