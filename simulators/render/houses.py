"""House fronts and trees, painted once."""

from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render.layout import House
from edge_agent.simulators.render.light import Light
from edge_agent.simulators.render.looks import darker, jitter
from edge_agent.simulators.render.solid import Colour
from edge_agent.simulators.render.view import Floats, View

Picture = NDArray[np.uint8]
Depths = NDArray[np.float32]

_WALLS: tuple[Colour, ...] = (
    (176, 204, 216), (150, 190, 222), (196, 206, 196), (206, 212, 214), (150, 176, 150),
    (188, 178, 150), (140, 160, 196), (120, 168, 208), (190, 190, 196), (200, 188, 172),
)  # fmt: skip
_SIGNS: tuple[Colour, ...] = (
    (40, 40, 190), (150, 70, 30), (60, 150, 60), (40, 170, 225), (120, 40, 130), (200, 205, 205),
)  # fmt: skip
_PX_M = 22


def _wall(house: House) -> tuple[Random, Colour]:
    chance = Random(house.seed)
    return chance, jitter(chance, chance.choice(_WALLS))


def front(house: House, wide: float) -> tuple[Picture, Picture]:
    """A front and what shines from it at night, square on."""
    chance, wall = _wall(house)
    width, height = max(8, round(wide * _PX_M)), max(8, round(house.height * _PX_M))
    picture = np.full((height, width, 3), wall, np.uint8)
    shine = np.zeros_like(picture)
    trim = darker(wall, chance.choice((0.8, 1.12)))
    floors = max(1, round(house.height / 3.5))
    each = height / floors
    columns = max(1, round(wide / 2.4))
    for floor in range(1, floors):
        foot = height - floor * each
        cv2.rectangle(picture, (0, round(foot - 5)), (width, round(foot + 3)), trim, -1)
        for column in range(columns):
            left, right = (round((column + share) * width / columns) for share in (0.16, 0.84))
            top, low = round(foot - each * 0.84), round(foot - each * 0.26)
            _window(picture, shine, chance, (left, top, right, low), wall, trim)
        if chance.random() < 0.6:
            _balcony(picture, round(foot - each * 0.34), round(foot - 4), wall)
    _shop(picture, shine, chance, each, wide)
    grain = np.random.default_rng(house.seed).normal(0, 5, (height // 6 + 1, width // 6 + 1, 1))
    smooth = np.asarray(cv2.resize(grain, (width, height))).reshape(height, width, 1)
    return np.clip(picture + smooth, 0, 255).astype(np.uint8), shine


def _window(
    picture: Picture,
    shine: Picture,
    chance: Random,
    box: tuple[int, int, int, int],
    wall: Colour,
    trim: Colour,
) -> None:
    x1, y1, x2, y2 = box
    glass = jitter(chance, (86, 74, 66), 0.3)
    cv2.rectangle(picture, (x1 - 2, y1 - 2), (x2 + 2, y2 + 2), darker(wall, 0.7), -1)
    cv2.rectangle(picture, (x1, y1), (x2, y2), glass, -1)
    cv2.line(picture, ((x1 + x2) // 2, y1), ((x1 + x2) // 2, y2), trim, 2)
    if chance.random() < 0.3:
        warm = chance.choice(((90, 160, 210), (150, 190, 210), (190, 200, 200)))
        cv2.rectangle(shine, (x1, y1), (x2, y2), jitter(chance, warm, 0.3), -1)


def _balcony(picture: Picture, top: int, low: int, wall: Colour) -> None:
    width = picture.shape[1]
    for x in range(0, width, 4):
        cv2.line(picture, (x, top), (x, low), darker(wall, 0.5), 1)
    cv2.rectangle(picture, (0, top - 2), (width, top), darker(wall, 0.45), -1)


def _shop(picture: Picture, shine: Picture, chance: Random, each: float, wide: float) -> None:
    """The ground floor: a shutter or an open shop, and the sign over it."""
    height, width = picture.shape[:2]
    shop = height - round(each * 0.72)
    open_door = chance.random() < 0.7
    inside = jitter(chance, (70, 78, 84) if open_door else (128, 134, 138), 0.25)
    cv2.rectangle(picture, (6, shop), (width - 6, height), inside, -1)
    if open_door:
        for _ in range(5):
            x, y = chance.randrange(6, max(7, width)), chance.randrange(shop, height)
            goods = jitter(chance, chance.choice(_SIGNS), 0.4)
            cv2.rectangle(picture, (x, y), (x + 14, y + 18), darker(goods, 0.7), -1)
        cv2.rectangle(shine, (8, shop + 2), (width - 8, height), (110, 150, 170), -1)
    else:
        for y in range(shop, height, 5):
            cv2.line(picture, (6, y), (width - 6, y), darker(inside, 0.8), 1)
    sign = jitter(chance, chance.choice(_SIGNS))
    top = height - round(each * 0.98)
    cv2.rectangle(picture, (3, top), (width - 3, shop), sign, -1)
    marks = max(3, round(wide * 1.5))
    step = (width - 20) // marks
    y1, y2 = (round(top + share * (shop - top)) for share in (0.3, 0.72))
    for x in range(10, 10 + step * marks, max(1, step)):
        cv2.rectangle(picture, (x, y1), (x + step - 4, y2), (225, 228, 228), -1)
    if chance.random() < 0.6:
        shine[top:shop] = picture[top:shop] // 2


def paint_house(
    view: View, lit: Light, house: House, picture: Picture, shine: Picture, solid: Depths
) -> None:
    """Put a house into the picture, its light into ``shine``, its distance into ``solid``."""
    start, end, back = (np.array(point) for point in (house.start, house.end, house.back))
    depth = back - start
    for one, other, shows in ((start, end, True), (start, back, False), (end, end + depth, False)):
        normal = np.array((other[1] - one[1], one[0] - other[0]))
        inside = (start + end + depth) / 2
        middle = (one + other) / 2
        if normal @ (inside - middle) > 0:
            normal = -normal
        normal /= np.linalg.norm(normal)
        if normal @ (view.eye[:2] - middle) <= 0:
            continue
        wall = np.array([(*one, house.height), (*other, house.height), (*other, 0.0), (*one, 0.0)])
        if (view.depth(wall) < 2.0).any():
            continue
        bright = 0.72 + 0.38 * max(0.0, float(normal @ lit.sunwards[:2]))
        pixels = view.project(wall)[0]
        if (pixels.max(axis=0) < 0).any() or (
            pixels.min(axis=0) >= (view.width, view.height)
        ).any():
            continue
        if shows:
            face, glow = front(house, float(np.linalg.norm(other - one)))
        else:
            face = np.full((4, 4, 3), _wall(house)[1], np.uint8)
            glow = np.zeros_like(face)
        face = np.clip(face * bright, 0, 255).astype(np.uint8)
        _warp(view, wall, face, glow, (picture, shine, solid))


def _warp(
    view: View, wall: Floats, face: Picture, glow: Picture, into: tuple[Picture, Picture, Depths]
) -> None:
    pixels, depth = view.project(wall)
    low = np.maximum(np.floor(pixels.min(axis=0)), 0).astype(int)
    size = np.minimum(np.ceil(pixels.max(axis=0)) + 1, (view.width, view.height)).astype(int) - low
    if (size <= 0).any():
        return
    own = (pixels - low).astype(np.float32)
    edges = np.hypot(*(np.roll(own, -1, axis=0) - own).T)
    high, wide = face.shape[:2]
    # Shrunk beforehand: else bars and shutters beat with the pixels.
    wide = max(2, min(wide, round(float(max(edges[0], edges[2])))))
    high = max(2, min(high, round(float(max(edges[1], edges[3])))))
    face, glow = (
        np.asarray(cv2.resize(one, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)
        for one in (face, glow)
    )
    flat = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, own)
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillConvexPoly(mask, np.clip(own, -20000, 20000).round().astype(np.int32), 255)
    area = slice(low[1], low[1] + size[1]), slice(low[0], low[0] + size[0])
    shown = mask > 0
    for source, target in ((face, into[0]), (glow, into[1])):
        seen = cv2.warpPerspective(
            source, matrix, (int(size[0]), int(size[1])), borderMode=cv2.BORDER_REPLICATE
        )
        target[area][shown] = seen[shown]
    into[2][area][shown] = float(depth.mean())


def paint_tree(
    view: View, place: tuple[float, float], height: float, picture: Picture, solid: Depths
) -> None:
    """A trunk and a crown of many leaves."""
    foot = np.array((*place, 0.0))
    pixels, depth = view.project(np.array((foot, foot + np.array((0, 0, height * 0.6)))))
    if (depth < 3.0).any():
        return
    scale = view.focal / float(depth[0])
    chance = Random(f"{place}")
    trunk = max(1, round(0.25 * scale))
    ends = [tuple(round(float(v)) for v in np.clip(end, -9000, 9000)) for end in pixels]
    cv2.line(picture, ends[0], ends[1], (52, 66, 78), trunk)
    cv2.line(solid, ends[0], ends[1], float(depth[0]), trunk)
    crown = pixels[1] - (0, height * 0.16 * scale)
    leaves = sorted(
        (chance.gauss(0, 0.3), chance.gauss(0, 0.2), chance.uniform(0.1, 0.24)) for _ in range(90)
    )
    leaves.sort(key=lambda leaf: -leaf[1])
    for dx, dy, size in leaves:
        x, y = (round(float(v)) for v in crown + np.array((dx, dy)) * height * scale * 0.55)
        if not (-2000 < x < view.width + 2000 and -2000 < y < view.height + 2000):
            continue
        bright = 0.72 - 0.7 * dy + chance.uniform(-0.12, 0.12)
        radius = max(1, round(size * height * 0.32 * scale))
        cv2.circle(picture, (x, y), radius, darker((52, 104, 66), max(0.35, bright)), -1)
        cv2.circle(solid, (x, y), radius, float(depth[0]), -1)
