"""Solids at their place in the picture, painted face by face."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render.light import Light
from edge_agent.simulators.render.solid import Colour, Solid
from edge_agent.simulators.render.view import Floats, View

Picture = NDArray[np.uint8]

SHIFT = 4
_ONE = 1 << SHIFT
_NEAR_M = 1.0
_SMALL_PX, _TINY_PX = 26, 9
_FEWEST_PX = 2.0


@dataclass(slots=True)
class Cast:
    """A solid where the camera sees it.

    Attributes:
        points: Corners in the world, metres.
        pixels: The same in the picture.
        depth: Metres into the picture.
        box: x1, y1, x2, y2 of all of it, not clipped.
        heading: Unit vector of its x axis.
        foot: Corners of its rectangle on the ground.
        index: Place in the order of drawing, from 1.
    """

    solid: Solid
    points: Floats
    pixels: Floats
    depth: Floats
    box: tuple[float, float, float, float]
    heading: tuple[float, float]
    foot: Floats
    away: float
    index: int = 0
    own_area: int = 0
    extra: dict[str, Colour] = field(default_factory=dict)

    @property
    def tiny(self) -> bool:
        """Too small for anybody to see more of it than its outline."""
        return self.box[3] - self.box[1] < _TINY_PX

    @property
    def small(self) -> bool:
        return self.box[3] - self.box[1] < _SMALL_PX


def stand(view: View, solid: Solid, x: float, y: float, ux: float, uy: float) -> Cast | None:
    """Put a solid on the road; None when it is not in the picture."""
    place = np.array((x, y, 0.0))
    if float(view.depth(place)) < -20:
        return None
    turn = np.array(((ux, uy, 0.0), (-uy, ux, 0.0), (0.0, 0.0, 1.0)))
    block, depth = view.project(solid.block @ turn + place)
    if depth.min() >= _NEAR_M and not _shows(view, _box(block)):
        return None
    points = solid.points @ turn + place
    pixels, depth = view.project(points)
    seen = depth >= _NEAR_M
    if not seen.any():
        return None
    box = _box(pixels if seen.all() else pixels[seen])
    if not _shows(view, box):
        return None
    foot = solid.foot @ turn[:2, :2] + place[:2]
    middle = foot.mean(axis=0) - view.eye[:2]
    away = float(np.hypot(*middle))
    return Cast(solid, points, pixels, depth, box, (ux, uy), foot, away)


def _shows(view: View, box: tuple[float, float, float, float]) -> bool:
    """Whether it is in the picture, and larger than nothing."""
    x1, y1, x2, y2 = box
    outside = x2 < 0 or y2 < 0 or x1 >= view.width or y1 >= view.height
    return not outside and y2 - y1 >= _FEWEST_PX


def _box(pixels: Floats) -> tuple[float, float, float, float]:
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def silhouette(target: Picture, cast: Cast, lit: Light, local: Floats) -> None:
    """Paint something of a few pixels in one colour."""
    shade = np.array(lit.ambient) + 0.4 * np.array(lit.sun) + 0.6 * local
    haze = min(0.8, lit.haze * cast.away / 300)
    colour = np.minimum(255, cast.solid.mean_colour * shade) * (1 - haze)
    colour = colour + np.array(lit.sky[1]) * haze
    fixed = np.round(cast.pixels * _ONE).astype(np.int32)
    outline = cv2.convexHull(fixed)
    cv2.fillConvexPoly(target, outline, colour.tolist(), cv2.LINE_AA, SHIFT)


def colours(cast: Cast, view: View, lit: Light, local: Floats) -> Floats:
    """Colour of every face, 0…255; ``local`` is the light of lamps where it stands."""
    solid = cast.solid
    ux, uy = cast.heading
    turn = np.array(((ux, uy, 0.0), (-uy, ux, 0.0), (0.0, 0.0, 1.0)))
    normals = solid.normals @ turn
    up = normals[:, 2]
    facing = np.maximum(0.0, normals @ lit.sunwards)
    towards = np.maximum(0.0, -(normals @ view.axes[2]))
    shade = (
        np.array(lit.ambient) * (0.74 + 0.26 * up)[:, None]
        + np.array(lit.sun) * facing[:, None]
        + local * (0.35 + 0.3 * np.maximum(0, up) + 0.35 * towards)[:, None]
    )
    sky = np.array(lit.sky[1]) * 0.9
    shine = solid.gloss * np.clip(0.35 + 0.65 * up, 0, 1)
    haze = min(0.8, lit.haze * cast.away / 300)
    found = (solid.colours * shade) * (1 - shine * 0.6)[:, None] + sky * shine[:, None]
    found = found * (1 - haze) + np.array(lit.sky[1]) * haze
    return np.asarray(np.clip(found, 0, 255), float)


def paint(target: Picture, cast: Cast, view: View, shades: Floats, origin: tuple[int, int]) -> None:
    """Paint all parts; ``target`` has 3 channels, or 4 with coverage in the last."""
    solid = cast.solid
    exact = np.round((cast.pixels - origin) * _ONE)
    fixed = np.clip(exact, -(1 << 24), 1 << 24).astype(np.int32)
    three = cast.pixels[solid.three]
    one, other = three[:, 1] - three[:, 0], three[:, 2] - three[:, 1]
    # Corners run counter-clockwise seen from outside; the picture's y runs down.
    shows = (one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0] < 0).tolist()
    near = cast.depth < _NEAR_M
    if near.any():
        shows = [
            show and not near[ring].any() for show, ring in zip(shows, solid.corners, strict=True)
        ]
    plain = shades.tolist()
    ux, uy = cast.heading
    turn = np.array(((ux, uy, 0.0), (-uy, ux, 0.0), (0.0, 0.0, 1.0)))
    middles = solid.middles @ turn + cast.points[0] - (solid.points[0] @ turn)
    order = np.lexsort((-view.depth(middles), solid.layers)).tolist()
    line = cv2.LINE_8 if cast.small else cv2.LINE_AA
    level = min(1.05, float(shades.mean()) / max(1.0, float(solid.colours.mean())))
    for index in order:
        _, faces, limbs, balls = solid.parts[index]
        for number in limbs:
            _limb(target, cast, fixed, solid.limbs[number], view, level)
        for number in faces:
            if shows[number]:
                colour = (*plain[number], 255.0)
                cv2.fillConvexPoly(target, fixed[solid.corners[number]], colour, line, SHIFT)
        for number in balls:
            _ball(target, cast, fixed, solid.balls[number], view, level)


def _limb(
    target: Picture,
    cast: Cast,
    fixed: NDArray[np.int32],
    limb: tuple[int, int, float, Colour],
    view: View,
    level: float,
) -> None:
    end, other, radius, colour = limb
    if cast.depth[end] < _NEAR_M or cast.depth[other] < _NEAR_M:
        return
    thick = max(1, round(2 * radius * view.focal / float(cast.depth[end])))
    shade = (*(min(255.0, value * level) for value in colour), 255.0)
    cv2.line(target, fixed[end].tolist(), fixed[other].tolist(), shade, thick, cv2.LINE_AA, SHIFT)


def _ball(
    target: Picture,
    cast: Cast,
    fixed: NDArray[np.int32],
    ball: tuple[int, float, Colour],
    view: View,
    level: float,
) -> None:
    centre, size, colour = ball
    if cast.depth[centre] < _NEAR_M:
        return
    radius = size * view.focal / float(cast.depth[centre])
    at = fixed[centre].tolist()
    shade = (*(min(255.0, value * level * 0.88) for value in colour), 255.0)
    cv2.circle(target, at, round(radius * _ONE), shade, -1, cv2.LINE_AA, SHIFT)
    if radius > 3:
        shine = (*(min(255.0, value * level * 1.12 + 8 * level) for value in colour), 255.0)
        up = [at[0] - round(radius * 4), at[1] - round(radius * 5)]
        cv2.circle(target, up, round(radius * 0.55 * _ONE), shine, -1, cv2.LINE_AA, SHIFT)
