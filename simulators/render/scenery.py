"""The picture of an empty street: painted once for each camera and light."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render.houses import paint_house, paint_tree
from edge_agent.simulators.render.layout import Layout
from edge_agent.simulators.render.light import Light
from edge_agent.simulators.render.view import Floats, View

Picture = NDArray[np.uint8]
Depths = NDArray[np.float32]

_TILE = 512
_LAMP_REACH_M = 11.0
_LAMP_HEIGHT_M = 9.0
_NEAR_TREE_M = 75.0


@dataclass(frozen=True)
class Scenery:
    """An empty street.

    Attributes:
        picture: As the camera sees it, BGR.
        bare: Its colours in full light, for headlights to fall on; black where it is not ground.
        wall: Depth of houses and trees, metres; 0 where the ground or the sky shows.
    """

    picture: Picture
    bare: Picture
    wall: Depths

    def hides(self, pixels: Floats, depth: Floats) -> bool:
        """Whether houses or trees stand before all of these pixels (n, 2) at these depths."""
        high, wide = self.wall.shape
        columns = np.clip(pixels[:, 0], 0, wide - 1).astype(int)
        rows = np.clip(pixels[:, 1], 0, high - 1).astype(int)
        walls = self.wall[rows, columns]
        return bool(((walls > 0) & (walls < depth - 1.0)).all())


def paint_scenery(view: View, made: Layout, lit: Light, seed: int, *, wet: bool) -> Scenery:
    """Everything that neither moves nor changes."""
    draw = np.random.default_rng([seed, 77])
    ys, xs = np.mgrid[0 : view.height, 0 : view.width]
    ground = view.ground(np.stack((xs, ys), axis=-1).astype(float))
    above = np.isnan(ground[..., 0])
    ground[above] = 1e6
    reach = np.hypot(ground[..., 0] - view.eye[0], ground[..., 1] - view.eye[1])
    picture = _ground(view, made, ground, draw)
    shine = np.zeros_like(picture)
    solid = np.zeros((view.height, view.width), np.float32)
    _stand(view, made, lit, picture, shine, solid)
    sky = above & (solid == 0)
    road = ~above & (solid == 0)
    bright = _brightness(made, lit, ground, road)
    full = picture.astype(np.float32)
    seen = full * bright + shine * (0.25 + 1.2 * lit.lamps) * (lit.lamps > 0)
    far = np.where(solid > 0, solid, reach)
    haze = np.clip(lit.haze * far / 300, 0, 0.85)[..., None]
    seen = seen * (1 - haze) + np.array(lit.sky[1], np.float32) * haze
    seen[sky] = _sky(view, lit, draw)[sky]
    if wet:
        seen = _wet(seen, road, ground, draw)
    bare = np.where(road[..., None], full * (1 - haze), 0)
    shown, plain = (np.clip(one, 0, 255).astype(np.uint8) for one in (seen, bare))
    return Scenery(shown, plain, solid)


def _ground(view: View, made: Layout, ground: Floats, draw: np.random.Generator) -> Picture:
    picture = np.full((view.height, view.width, 3), made.ground, np.uint8)
    for shape, colour in made.paint:
        points = np.array([(*point, 0.0) for point in shape])
        pixels = view.polygon(points)
        if pixels is None:
            continue
        fixed = np.clip(pixels, -1e6, 1e6)
        fixed = (fixed * 16).round().astype(np.int32)
        cv2.fillPoly(picture, [fixed], colour, cv2.LINE_AA, 4)
    grain = np.ones((view.height, view.width), np.float32)
    # Grit of centimetres, patches of metres, wear of tens of metres.
    for metres, depth in ((4.0, 0.07), (31.0, 0.035), (170.0, 0.05)):
        tile = draw.normal(0, 1, (_TILE, _TILE)).astype(np.float32)
        tile = _smooth(tile, 1.2)
        u, v = (
            (ground[..., axis] * (_TILE / metres)).astype(np.float32) % _TILE for axis in (0, 1)
        )
        looked = cv2.remap(tile, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        # A patch smaller than a pixel is only noise: let it fade with distance.
        step = np.abs(np.gradient(ground[..., 1], axis=0)) + np.abs(
            np.gradient(ground[..., 0], axis=1)
        )
        fade = np.clip(metres / 60 / np.maximum(step, 1e-6), 0, 1).astype(np.float32)
        grain += depth * looked * fade
    found: Picture = np.clip(picture * grain[..., None], 0, 255).astype(np.uint8)
    return found


def _stand(
    view: View, made: Layout, lit: Light, picture: Picture, shine: Picture, solid: Depths
) -> None:
    """Houses and trees, the far ones first."""
    eye = view.eye[:2]

    def away(point: tuple[float, float]) -> float:
        return float(np.hypot(point[0] - eye[0], point[1] - eye[1]))

    ahead = view.axes[2][:2]
    things: list[tuple[float, object]] = [
        (max(away(house.start), away(house.end)), house)
        for house in made.houses
        if (np.array(house.end) - eye) @ ahead > -2
    ]
    right = view.axes[0][:2]
    for tree in made.trees:
        place = np.array(tree[0]) - eye
        # Close by on the camera's own side it would stand before the traffic.
        if place @ ahead > 4 and not (place @ right > -2 and away(tree[0]) < _NEAR_TREE_M):
            things.append((away(tree[0]), tree))
    for _, thing in sorted(things, key=lambda one: -one[0]):
        if isinstance(thing, tuple):
            paint_tree(view, thing[0], thing[1], picture, solid)
        else:
            paint_house(view, lit, thing, picture, shine, solid)  # type: ignore[arg-type]


def _brightness(made: Layout, lit: Light, ground: Floats, road: NDArray[np.bool_]) -> Floats:
    level = np.array(lit.ambient) + np.array(lit.sun) * max(0.0, float(lit.sunwards[2]))
    found = np.ones((*road.shape, 3), np.float32) * level.astype(np.float32)
    if lit.lamps:
        found += (lamp_light(made, ground) * road)[..., None] * np.array(
            [lit.lamps * share for share in (0.62, 0.88, 1.0)], np.float32
        )
        found[~road] += 0.22 * lit.lamps
    return found


def lamp_light(made: Layout, ground: Floats) -> Floats:
    """Light of the street lamps at points (…, 2): 1 below one of them."""
    found = np.zeros(ground.shape[:-1])
    for x, y in lamp_spots(made).tolist():
        square = (ground[..., 0] - x) ** 2 + (ground[..., 1] - y) ** 2
        # Inverse square with the cosines of source and road.
        found += (1 + square / _LAMP_REACH_M**2) ** -2.0
    return np.minimum(found, 1.2)


def lamp_spots(made: Layout) -> Floats:
    """Points (n, 2) of the road below the lamps."""
    return np.array([(x + 2.2 * dx, y + 2.2 * dy) for (x, y), (dx, dy) in made.lamps])


def lamp_light_at(spots: Floats, point: Floats) -> float:
    """Light of the lamps over these spots at one point."""
    square = ((spots - point) ** 2).sum(axis=1)
    return min(1.2, float(((1 + square / _LAMP_REACH_M**2) ** -2.0).sum()))


def _sky(view: View, lit: Light, draw: np.random.Generator) -> Floats:
    horizon = float(view.centre[1] + view.focal * view.axes[2][2] / max(0.2, -view.axes[1][2]))
    share = np.clip(1 - np.arange(view.height) / max(horizon, 1.0), 0, 1)[:, None, None]
    top, low = (np.array(colour, np.float32) for colour in lit.sky)
    flat = low + (top - low) * np.minimum(1, share * 1.4)
    clouds = draw.normal(0, 1, (6, 12)).astype(np.float32)
    clouds = np.asarray(
        cv2.resize(clouds, (view.width, view.height), interpolation=cv2.INTER_CUBIC)
    )
    return np.asarray(flat * (1 + 0.05 * clouds[..., None]), float)


def _wet(
    seen: Floats, road: NDArray[np.bool_], ground: Floats, draw: np.random.Generator
) -> Floats:
    """Darker asphalt that mirrors what stands behind it, most where water lies."""
    height, width = road.shape
    base = np.where(road.any(axis=0), road.argmax(axis=0), height).astype(np.float32)
    rows = np.arange(height, dtype=np.float32)[:, None]
    up = np.maximum(0, base[None, :] - (rows - base[None, :]) * 0.8)
    columns = np.broadcast_to(np.arange(width, dtype=np.float32), up.shape)
    mirror = cv2.remap(seen.astype(np.float32), columns.copy(), up.astype(np.float32), 1)
    mirror = np.asarray(cv2.GaussianBlur(mirror, (0, 0), sigmaX=2.0, sigmaY=9.0))
    tile = _smooth(draw.normal(0, 1, (256, 256)).astype(np.float32), 5.0)
    u, v = (((ground[..., axis] * 9) % 256).astype(np.float32) for axis in (0, 1))
    puddle = cv2.remap(tile.astype(np.float32), u, v, 1, borderMode=cv2.BORDER_WRAP)
    share = np.clip(0.3 + puddle * 0.09, 0.16, 0.6)[..., None]
    wet = seen * 0.62 * (1 - share) + mirror * share * 0.8
    return np.asarray(np.where(road[..., None], wet, seen), float)


def _smooth(tile: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Blurred so that it still joins itself at its edges, with a deviation of 1."""
    edge = 32
    wide = np.pad(tile, edge, mode="wrap")
    soft = np.asarray(cv2.GaussianBlur(wide, (0, 0), sigma), np.float32)[edge:-edge, edge:-edge]
    return np.asarray(soft / soft.std(), np.float32)
