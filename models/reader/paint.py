"""A plate flat and square on, in grey, with the centre of every character."""

from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.models.reader.glyphs import Bank, Face
from edge_agent.models.reader.texts import Print

Grey = NDArray[np.uint8]

_DASH, _DOT, _SPACE = 0.24, 0.13, 0.16
_SPREAD = 0.6
"""Share of lines that use up the room they have; long plates mostly do."""
_SLIM = {"1": (0.5, 0.8), "I": (0.24, 0.36), "J": (0.75, 1.0), "M": (1.0, 1.15), "Đ": (1.0, 1.12)}


@dataclass(frozen=True, slots=True)
class Plate:
    """A painted plate: the picture, and where its characters are.

    Attributes:
        picture: Grey, height by width.
        centres: Middle of each character in reading order, x and y, pixels.
    """

    picture: Grey
    centres: NDArray[np.float32]


def paint(what: Print, bank: Bank, height: int, chance: Random) -> Plate:
    """Print a plate on metal ``height`` pixels tall; dirt and light come later."""
    face = bank.face(chance)
    width = round(height * what.aspect)
    ink = np.zeros((height, width), np.uint8)
    if chance.random() < 0.85:
        _rim(ink, chance)
    tall = what.tall * height
    centres = []
    for line, middle in zip(what.lines, _middles(what, chance), strict=True):
        top = round(middle * height - tall / 2)
        centres += _write(ink, line, top, round(tall), what.wide, (face, bank), chance)
    _trifles(ink, height, chance)
    return Plate(_coloured(ink, chance), np.array(centres, np.float32))


def _middles(what: Print, chance: Random) -> tuple[float, ...]:
    if len(what.lines) == 1:
        return (0.5 + chance.uniform(-0.03, 0.03),)
    edge = chance.uniform(0.45, 0.62) * (1 - 2 * what.tall) / 2
    return (max(0.045, edge) + what.tall / 2, 1 - max(0.045, edge) - what.tall / 2)


def _rim(ink: Grey, chance: Random) -> None:
    height, width = ink.shape
    edge = round(height * chance.uniform(0, 0.035))
    thick = max(1, round(height * chance.uniform(0.008, 0.03)))
    cv2.rectangle(
        ink, (edge, edge), (width - 1 - edge, height - 1 - edge), chance.randrange(90, 256), thick
    )


def _write(
    ink: Grey,
    line: str,
    top: int,
    tall: int,
    wide: float,
    source: tuple[Face, Bank],
    chance: Random,
) -> list[tuple[float, float]]:
    """One line, centred; what is too broad for the plate is squeezed."""
    face, bank = source
    gap = chance.uniform(0.07, 0.2)
    slim = {letter: chance.uniform(*span) for letter, span in _SLIM.items()}
    punctuation = {
        "-": _DASH * chance.uniform(0.8, 1.3),
        ".": _DOT * chance.uniform(0.8, 1.25),
        " ": _SPACE,
    }
    shares = [punctuation.get(sign, wide * slim.get(sign, 1.0)) for sign in line]
    total = (sum(shares) + gap * (len(line) - 1)) * tall
    room = ink.shape[1] * chance.uniform(0.86, 0.955)
    loose = min(room / tall - total / tall, 0.3 * (len(line) - 1))
    if loose > 0 and chance.random() < _SPREAD:
        loose *= chance.random()
        gap += 0.6 * loose / (len(line) - 1)
        wider = 1 + 0.4 * loose / sum(shares)
        shares = [share * wider for share in shares]
        total += loose * tall
    scale = min(1.0, room / total)
    x = (ink.shape[1] - total * scale) / 2 + chance.uniform(-0.02, 0.02) * ink.shape[1] * (
        scale == 1
    )
    centres = []
    for sign, share in zip(line, shares, strict=True):
        broad = share * tall * scale
        left, right = round(x), max(round(x) + 2, round(x + broad))
        if sign == "-":
            middle, thick = (
                top + round(tall * chance.uniform(0.46, 0.54)),
                max(1, round(0.05 * tall)),
            )
            cv2.rectangle(ink, (left, middle - thick), (right - 1, middle + thick), 255, -1)
        elif sign == ".":
            radius = max(1, round(broad / 2))
            cv2.circle(
                ink, ((left + right) // 2, top + tall - radius), radius, 255, -1, cv2.LINE_AA
            )
        elif sign != " ":
            single = bank.singles.get(sign)
            known = single if single and chance.random() < 0.15 else face.glyphs[sign]
            cover = cv2.resize(
                chance.choice(known), (right - left, tall), interpolation=cv2.INTER_AREA
            )
            _stamp(ink, np.asarray(cover, np.uint8), left, top)
            centres.append((x + broad / 2, top + tall / 2))
        x += (share + gap) * tall * scale
    return centres


def _stamp(ink: Grey, cover: Grey, left: int, top: int) -> None:
    cover = cover[max(0, -top) :, max(0, -left) :]
    room = ink[
        max(0, top) : max(0, top) + cover.shape[0], max(0, left) : max(0, left) + cover.shape[1]
    ]
    np.maximum(room, cover[: room.shape[0], : room.shape[1]], out=room)


def _trifles(ink: Grey, height: int, chance: Random) -> None:
    """Screws between the lines or at the sides, a police seal, a coloured band at the left."""
    width = ink.shape[1]
    if chance.random() < 0.25:
        radius = max(1, round(height * chance.uniform(0.015, 0.045)))
        y = round(height * chance.choice((0.1, 0.48, 0.5, 0.52, 0.9)))
        for x in (0.2 + chance.uniform(-0.1, 0.1), 0.8 + chance.uniform(-0.1, 0.1)):
            cv2.circle(
                ink, (round(x * width), y), radius, chance.randrange(80, 256), -1, cv2.LINE_AA
            )
    if chance.random() < 0.05:
        band = ink[:, : round(width * chance.uniform(0.06, 0.16))]
        np.maximum(band, chance.randrange(60, 160), out=band)


def _coloured(ink: Grey, chance: Random) -> Grey:
    """Ink and ground in grey: white, yellow, or light characters on blue and red."""
    if chance.random() < 0.1:
        ground, dark = chance.uniform(25, 120), 0.0
        letters = min(255.0, ground + chance.uniform(60, 150))
    else:
        ground, dark = chance.uniform(130, 245), chance.random()
        letters = ground * (0.05 + 0.5 * dark**2)
    table = np.linspace(ground, letters, 256).astype(np.uint8)
    return np.asarray(cv2.LUT(ink, table), np.uint8)
