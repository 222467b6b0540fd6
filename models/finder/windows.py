"""Windows of 256×256 that the finder learns from, cut out of scenes at all sizes and angles."""

from dataclasses import dataclass, replace
from math import exp, log
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.models.finder.clutter import litter
from edge_agent.models.finder.faces import FlatPlate, paste, weathered
from edge_agent.models.finder.scenes import Box, Scene, Target, corners_of

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]

SIDE = 256
NARROWEST, WIDEST = 12.0, 236.0
"""Plates outside this are neither right nor wrong in a window."""

EXACT, BOXED, IGNORED = 0, 1, 2
"""What is known of a plate of a window: its corners, the box around them, only that it is there."""

_UPSCALE = 3.0
_SMALLEST_PLATE_OF_VEHICLE = 0.27
_SEEN = 0.9
_MANY = 8
_CENTRED = np.array(((1, 0, 0.5), (0, 1, 0.5), (0, 0, 1)))
_CENTRED_BACK = np.array(((1, 0, -0.5), (0, 1, -0.5), (0, 0, 1)))
"""OpenCV counts from the middle of the first pixel, boxes from its corner."""


@dataclass(frozen=True)
class Window:
    """What one step of training sees.

    Attributes:
        picture: 256×256.
        quads: K×4×2, pixels of the window.
        kinds: K of EXACT, BOXED, IGNORED.
        lines: K, 0 when unknown.
    """

    picture: Grey
    quads: Floats
    kinds: NDArray[np.uint8]
    lines: NDArray[np.uint8]


class Cutter:
    """Makes windows.

    Args:
        scenes: Where from.
        faces: What is pasted over and between the plates of the scenes.
        seed: Of everything it chooses.
    """

    def __init__(self, scenes: list[Scene], faces: list[FlatPlate], seed: int) -> None:
        self._by_source: dict[str, list[Scene]] = {}
        for scene in scenes:
            self._by_source.setdefault(scene.source, []).append(scene)
        self._faces = faces
        self._shares = [len(found) ** 0.5 for found in self._by_source.values()]
        self._chance = Random(f"{seed}/windows")

    def cut(self) -> Window:
        """The next window."""
        chance = self._chance
        (source,) = chance.choices(list(self._by_source.values()), self._shares)
        scene = chance.choice(source)
        if scene.plates and not any(one.exact for one in scene.plates) and chance.random() < 0.5:
            scene = self._swapped(scene)
        loose = any(not one.exact for one in scene.plates or ())
        move, share = self._move(scene, loose=loose)
        picture = _warp(scene.picture, move, share, chance)
        targets, ignored = _moved(scene, move, share)
        if chance.random() < 0.3:
            litter(picture, chance, [one.quad for one in targets])
        wanted = 0.6 if scene.plates is None else 0.12
        while len(targets) < _MANY and chance.random() < wanted:
            self._add(picture, targets, chance)
            wanted *= 0.5
        return _window(picture, targets, ignored)

    def _swapped(self, scene: Scene) -> Scene:
        """With drawn plates over all of its own, whose corners are then known."""
        chance = self._chance
        picture = scene.picture.copy()
        plates = []
        for one in scene.plates or ():
            low, high = one.quad.min(axis=0), one.quad.max(axis=0)
            broad = float((high[0] - low[0]) / max(1.0, high[1] - low[1]))
            face = weathered(self._face_like(broad, one.lines), chance)
            margin = (high - low) * chance.uniform(0.02, 0.07) + 0.5
            inwards = np.array(((1, 1), (-1, 1), (-1, -1), (1, -1)), np.float32)
            jitter = np.array([[chance.random(), chance.random()] for _ in range(4)])
            quad = corners_of((*(low - margin), *(high + margin)))
            quad += (inwards * jitter * (high - low) * 0.05).astype(np.float32)
            paste(picture, face, quad)
            plates.append(Target(quad, face.exact, face.lines))
        return replace(scene, picture=picture, plates=tuple(plates))

    def _face_like(self, broad: float, lines: int) -> FlatPlate:
        """A drawn face about as broad, or of one line as there: many pictures are squeezed."""
        for _ in range(30):
            face = self._chance.choice(self._faces)
            alike = face.lines == 1 if lines == 1 else 0.75 < face.broad / broad < 1.35
            if face.exact and alike:
                return face
        return next(face for face in self._faces if face.exact)

    def _move(self, scene: Scene, *, loose: bool) -> tuple[Floats, float]:
        """From the scene to the window: a projective 3×3 and about how much it enlarges."""
        chance = self._chance
        height, width = scene.picture.shape
        plates = [one for one in scene.plates or () if not one.hidden]
        if plates and chance.random() < 0.85:
            quad = chance.choice(plates).quad
            wide = float(np.hypot(*(quad[1] - quad[0])))
            share = min(_UPSCALE, exp(chance.uniform(log(13), log(225))) / max(wide, 1.0))
            middle = quad.mean(axis=0)
            reach = SIDE / 2 - min(0.5 * wide * share, SIDE * 0.45)
        else:
            share = min(_UPSCALE, exp(chance.uniform(log(180), log(1600))) / max(width, height))
            middle = np.array((chance.uniform(0, width), chance.uniform(0, height)))
            reach = 20.0
        turn = chance.gauss(0, 1.2) if loose else chance.gauss(0, 7)
        if not loose and chance.random() < 0.25:
            turn = chance.uniform(-40, 40)
        wide, tall = exp(chance.gauss(0, 0.12)), exp(chance.gauss(0, 0.12))
        if not loose and chance.random() < 0.3:
            wide *= chance.uniform(0.5, 1)
        angle = np.radians(turn)
        cos, sin = np.cos(angle), np.sin(angle)
        linear = np.array(((cos * wide, -sin * tall), (sin * wide, cos * tall)))
        linear *= share
        at = SIDE / 2 + np.array((chance.uniform(-reach, reach), chance.uniform(-reach, reach)))
        move = np.eye(3)
        move[:2, :2] = linear
        move[:2, 2] = at - linear @ middle
        tilt = 0.0 if loose else 0.0006
        lean = np.eye(3)
        lean[2, :2] = chance.gauss(0, tilt), chance.gauss(0, tilt)
        shift = np.eye(3)
        shift[:2, 2] = SIDE / 2, SIDE / 2
        found = shift @ lean @ np.linalg.inv(shift) @ move
        return found.astype(np.float32), share

    def _add(self, picture: Grey, targets: list[Target], chance: Random) -> None:
        """A plate where there was none, on a patch like a bumper."""
        face = weathered(chance.choice(self._faces), chance)
        wide = exp(chance.uniform(log(13), log(150)))
        tall = wide / face.broad
        turn = np.radians(chance.gauss(0, 1.5 if not face.exact else 9))
        if face.exact and chance.random() < 0.2:
            tall, turn = tall * chance.uniform(1, 2), np.radians(chance.uniform(-45, 45))
        cos, sin = np.cos(turn), np.sin(turn)
        half = np.array(((-wide, -tall), (wide, -tall), (wide, tall), (-wide, tall))) / 2
        if face.exact:
            half[:, 1] += half[:, 0] * chance.gauss(0, 0.1)
            half[:, 0] += half[:, 1] * chance.gauss(0, 0.1)
            half *= 1 + np.array([[chance.gauss(0, 0.02)] for _ in range(4)])
        middle = np.array((chance.uniform(8, SIDE - 8), chance.uniform(8, SIDE - 8)))
        quad = (half @ np.array(((cos, sin), (-sin, cos))) + middle).astype(np.float32)
        if any(_overlap(quad * 1.0, one.quad) for one in targets):
            return
        patch = ((quad - middle) * (chance.uniform(1.1, 1.8), chance.uniform(1.15, 2.2))) + middle
        if chance.random() < 0.6:
            tone = chance.randrange(10, 230)
            cv2.fillConvexPoly(picture, np.round(patch).astype(np.int32), tone, cv2.LINE_AA)
        paste(picture, face, quad)
        targets.append(Target(quad, face.exact, face.lines))


def _overlap(one: Floats, other: Floats) -> bool:
    low, high = one.min(axis=0) - 6, one.max(axis=0) + 6
    return bool((low < other.max(axis=0)).all() and (high > other.min(axis=0)).all())


def _warp(picture: Grey, move: Floats, share: float, chance: Random) -> Grey:
    if share < 0.7:
        height, width = picture.shape
        size = max(1, round(width * share)), max(1, round(height * share))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        picture = np.asarray(small, np.uint8)
        move = (move @ np.diag((width / size[0], height / size[1], 1.0))).astype(np.float32)
    border = cv2.BORDER_REPLICATE if chance.random() < 0.4 else cv2.BORDER_CONSTANT
    tone = chance.choice((0, 114, chance.randrange(256)))
    sharp = cv2.INTER_CUBIC if chance.random() < 0.3 else cv2.INTER_LINEAR
    found = cv2.warpPerspective(
        picture,
        _CENTRED_BACK @ move @ _CENTRED,
        (SIDE, SIDE),
        flags=sharp,
        borderMode=border,
        borderValue=tone,
    )
    return np.asarray(found, np.uint8)


def _moved(scene: Scene, move: Floats, share: float) -> tuple[list[Target], list[Floats]]:
    targets = []
    for one in scene.plates or ():
        quad = cv2.perspectiveTransform(one.quad[None], move)[0]
        if not one.exact:
            quad = corners_of((*quad.min(axis=0), *quad.max(axis=0)))
        targets.append(replace(one, quad=np.asarray(quad, np.float32)))
    ignored = []
    if scene.plates is None:
        for box in scene.vehicles:
            if (box[2] - box[0]) * share * _SMALLEST_PLATE_OF_VEHICLE >= NARROWEST * 0.75:
                quad = cv2.perspectiveTransform(corners_of(_plate_part(box))[None], move)[0]
                ignored.append(np.asarray(quad, np.float32))
    return targets, ignored


def _plate_part(box: Box) -> Box:
    x1, y1, x2, y2 = box
    return x1, y1 + 0.2 * (y2 - y1), x2, y2


def _window(picture: Grey, targets: list[Target], ignored: list[Floats]) -> Window:
    quads, kinds, lines = [], [], []
    for one in targets:
        low, high = one.quad.min(axis=0), one.quad.max(axis=0)
        inner = np.clip(high, 0, SIDE) - np.clip(low, 0, SIDE)
        if (inner <= 0).any():
            continue
        wide = float(np.hypot(*(one.quad[1] - one.quad[0])))
        seen = float(inner.prod() / (high - low).prod())
        kind = EXACT if one.exact else BOXED
        if one.hidden or not NARROWEST <= wide <= WIDEST or seen < _SEEN:
            kind = IGNORED
        quads.append(one.quad)
        kinds.append(kind)
        lines.append(one.lines)
    for quad in ignored:
        quads.append(quad)
        kinds.append(IGNORED)
        lines.append(0)
    return Window(
        picture,
        np.array(quads, np.float32).reshape(-1, 4, 2),
        np.array(kinds, np.uint8),
        np.array(lines, np.uint8),
    )
