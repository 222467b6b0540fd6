"""Things that are not plates and look a little like them: grilles, signs, stickers, lamps."""

from collections.abc import Sequence
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]

_LETTERS = "ABCDEFGHIKLMNOPQRSTUVXY0123456789"
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
)


def litter(picture: Grey, chance: Random, spared: Sequence[Floats]) -> None:
    """Put one to three such things into a picture, in place, beside the plates."""
    for _ in range(chance.randrange(1, 4)):
        wide, tall = round(2 ** chance.uniform(3.5, 7.5)), round(2 ** chance.uniform(3, 6.5))
        x, y = chance.randrange(-8, picture.shape[1]), chance.randrange(-8, picture.shape[0])
        if any(_meets((x - 8, y - 8, x + wide + 8, y + tall + 8), quad) for quad in spared):
            continue
        x1, y1 = max(0, x), max(0, y)
        room = picture[y1 : y + tall, x1 : x + wide]
        if min(room.shape) > 5:
            chance.choice((_grille, _sign, _lamp, _writing, _writing, _checks))(room, chance)


def scribbled(chance: Random, side: int) -> Grey:
    """A picture of nothing: slopes of grey, shapes, lines."""
    down = np.linspace(chance.uniform(0, 255), chance.uniform(0, 255), side)[:, None]
    across = np.linspace(chance.uniform(-60, 60), chance.uniform(-60, 60), side)[None]
    picture = np.clip(down + across, 0, 255).astype(np.uint8)
    for _ in range(chance.randrange(4, 30)):
        points = np.array([[chance.randrange(side), chance.randrange(side)] for _ in range(4)])
        if chance.random() < 0.5:
            points = points[:1] + (points - points[:1]) // 4
        if chance.random() < 0.7:
            cv2.fillPoly(picture, [points.astype(np.int32)], chance.randrange(256), cv2.LINE_AA)
        else:
            thick = chance.randrange(1, 9)
            cv2.polylines(picture, [points.astype(np.int32)], False, chance.randrange(256), thick)
    return picture


def _meets(box: tuple[int, int, int, int], quad: Floats) -> bool:
    low, high = quad.min(axis=0), quad.max(axis=0)
    return bool(box[0] < high[0] and box[2] > low[0] and box[1] < high[1] and box[3] > low[1])


def _grille(room: Grey, chance: Random) -> None:
    step = chance.randrange(3, 12)
    bars = (np.arange(room.shape[0]) % step < step * chance.uniform(0.3, 0.7))[:, None]
    if chance.random() < 0.3:
        bars = bars | (np.arange(room.shape[1]) % step < step // 2)[None]
    room[:] = np.where(bars, chance.randrange(256), chance.randrange(256))


def _checks(room: Grey, chance: Random) -> None:
    step = chance.randrange(4, 14)
    rows, columns = np.indices(room.shape) // step
    room[:] = np.where((rows + columns) % 2 == 0, chance.randrange(256), chance.randrange(256))


def _sign(room: Grey, chance: Random) -> None:
    """A bright board without a word: a plate is not just a bright rectangle."""
    room[:] = chance.randrange(120, 256)
    if chance.random() < 0.5:
        cv2.rectangle(room, (1, 1), (room.shape[1] - 2, room.shape[0] - 2), chance.randrange(256))


def _lamp(room: Grey, chance: Random) -> None:
    height, width = room.shape
    axes = (max(1, width // 2), max(1, height // 2))
    cv2.ellipse(room, (width // 2, height // 2), axes, 0, 0, 360, chance.randrange(150, 256), -1)


def _writing(room: Grey, chance: Random) -> None:
    """Words as on shops, lorries and time stamps: unlike a plate in length, lines or ground."""
    height = room.shape[0]
    if chance.random() < 0.4:
        room[:] = chance.randrange(256)
    rows = 1 if height < 14 else chance.choice((1, 1, 3, 4))
    scale = height / rows / 30
    tone, font = chance.randrange(256), chance.choice(_FONTS)
    for row in range(rows):
        count = chance.randrange(2, 5) if rows == 1 and chance.random() < 0.3 else 16
        words = "".join(chance.choice(_LETTERS + "   ") for _ in range(count))
        foot = round((row + 0.8) * height / rows)
        cv2.putText(
            room, words, (2, foot), font, scale, tone, max(1, round(scale * 2)), cv2.LINE_AA
        )
