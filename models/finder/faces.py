"""Number plates, flat and square on, as they are pasted into pictures; grey."""

from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render.plates import face_picture
from edge_agent.simulators.world.plates import Face, Plate, plate

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]

_TALL = 96
_OLD_BIKE_MM = (280, 200)
_BUSINESS = 0.25


@dataclass(frozen=True)
class FlatPlate:
    """A plate's face.

    Attributes:
        picture: Its pixels and nothing around it.
        lines: Lines of text.
        exact: Its corners are the picture's; False for a crop with a margin of unknown width.
    """

    picture: Grey
    lines: int
    exact: bool = True

    @property
    def broad(self) -> float:
        """Width over height."""
        return self.picture.shape[1] / self.picture.shape[0]


def drawn(count: int, seed: int) -> list[FlatPlate]:
    """Plates dealt by the grammar and drawn by the simulated road."""
    chance = Random(f"{seed}/faces")
    found: list[FlatPlate] = []
    while len(found) < count:
        dealt = plate(
            chance, chance.randrange(1 << 20), two_wheels=chance.random() < 0.45, business=_BUSINESS
        )
        face = dealt.rear if chance.random() < 0.5 else dealt.front or dealt.rear
        if face is not None:
            found.append(_draw(dealt, _reshaped(face, chance), chance))
    return found


def _reshaped(face: Face, chance: Random) -> Face:
    """Sizes vary over the years and the workshops."""
    width, height = face.width, face.height
    if len(face.lines) == 2 and width / height < 1.5 and chance.random() < 0.3:
        width, height = _OLD_BIKE_MM
    return Face(face.lines, round(width * chance.uniform(0.93, 1.08)), height)


def _draw(dealt: Plate, face: Face, chance: Random) -> FlatPlate:
    picture = face_picture(dealt, face, chance.randrange(1 << 20), _TALL)
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return FlatPlate(np.asarray(grey, np.uint8), len(face.lines))


def weathered(face: FlatPlate, chance: Random) -> FlatPlate:
    """The same under other light: exposure, faded paint, a gradient, glare, bolts, a frame."""
    picture = face.picture.astype(np.float32)
    height, width = picture.shape
    if chance.random() < 0.3:
        _bolts(picture, chance)
    middle = float(picture.mean())
    picture = middle + (picture - middle) * chance.uniform(0.45, 1.1)
    if chance.random() < 0.4:
        ramp = np.linspace(chance.uniform(0.5, 1), chance.uniform(0.5, 1), width, dtype=np.float32)
        picture *= ramp if chance.random() < 0.6 else _column(chance, height)
    if chance.random() < 0.2:
        _glare(picture, chance)
    picture = picture * chance.uniform(0.35, 1.15) + chance.uniform(-10, 25)
    if chance.random() < 0.25:
        rim = max(1, round(height * chance.uniform(0.02, 0.05)))
        cv2.rectangle(picture, (0, 0), (width - 1, height - 1), chance.uniform(10, 240), rim)
    return FlatPlate(np.clip(picture, 0, 255).astype(np.uint8), face.lines, face.exact)


def _column(chance: Random, height: int) -> Floats:
    ramp = np.linspace(chance.uniform(0.5, 1), chance.uniform(0.5, 1), height, dtype=np.float32)
    return ramp[:, None]


def _bolts(picture: Floats, chance: Random) -> None:
    height, width = picture.shape
    radius = max(1, round(height * chance.uniform(0.025, 0.05)))
    y, tone = round(height * chance.uniform(0.08, 0.5)), chance.uniform(30, 220)
    inset = chance.uniform(0.08, 0.3)
    for x in (inset, 1 - inset):
        cv2.circle(picture, (round(x * width), y), radius, tone, -1, cv2.LINE_AA)


def _glare(picture: Floats, chance: Random) -> None:
    height, width = picture.shape
    light = np.zeros_like(picture)
    centre = (chance.randrange(width), chance.randrange(height))
    axes = (round(width * chance.uniform(0.1, 0.3)), round(height * chance.uniform(0.15, 0.5)))
    cv2.ellipse(light, centre, axes, chance.uniform(0, 180), 0, 360, chance.uniform(80, 220), -1)
    picture += cv2.GaussianBlur(light, (0, 0), max(1.0, height * 0.06))


def paste(picture: Grey, face: FlatPlate, quad: Floats) -> None:
    """Lay a face over a picture, in place.

    Args:
        picture: H×W.
        face: What to lay.
        quad: 4×2, pixels: top left, top right, bottom right, bottom left.
    """
    low = np.floor(quad.min(axis=0)).astype(int) - 2
    high = np.ceil(quad.max(axis=0)).astype(int) + 3
    x1, y1 = max(0, low[0]), max(0, low[1])
    x2, y2 = min(picture.shape[1], high[0]), min(picture.shape[0], high[1])
    if x1 >= x2 or y1 >= y2:
        return
    tall = float(np.hypot(*(quad[3] - quad[0])))
    flat = face.picture
    if tall < 0.7 * flat.shape[0]:
        share = max(0.05, 1.2 * tall / flat.shape[0])
        flat = np.asarray(cv2.resize(flat, None, fx=share, fy=share, interpolation=cv2.INTER_AREA))
    height, width = flat.shape
    source = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32) - 0.5
    move = cv2.getPerspectiveTransform(source, (quad - (x1, y1) - 0.5).astype(np.float32))
    size = (x2 - x1, y2 - y1)
    laid = cv2.warpPerspective(flat, move, size, borderMode=cv2.BORDER_REPLICATE)
    cover = np.zeros((y2 - y1, x2 - x1), np.uint8)
    fixed = np.round((quad - (x1, y1) - 0.5) * 16).astype(np.int32)
    cv2.fillConvexPoly(cover, fixed, 255, cv2.LINE_AA, 4)
    room = picture[y1:y2, x1:x2]
    share16 = cover.astype(np.uint16)
    room[:] = ((255 - share16) * room + share16 * laid + 127) // 255
