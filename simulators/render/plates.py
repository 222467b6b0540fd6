"""Faces of number plates, flat and square on, with the proportions of QCVN 08:2024/BCA.

Sizes come with the plate; shares of its height are those seen on real ones: a character of a line
is 0.44 of its height wide on cars and on two wheels narrower, a 1 is narrower still.
"""

from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render.glyphs import glyph
from edge_agent.simulators.world.plates import Face, Plate

Picture = NDArray[np.uint8]

_GROUND = {
    "white": (232, 236, 236),
    "yellow": (40, 190, 240),
    "blue": (160, 70, 20),
    "red": (35, 30, 190),
}
_INK = {
    "white": (28, 26, 26),
    "yellow": (24, 26, 28),
    "blue": (238, 240, 240),
    "red": (236, 240, 240),
}
_RED_INK = (40, 30, 190)
_RIM = 0.02
_DASH, _DOT = 0.3, 0.17


@dataclass(frozen=True)
class _Layout:
    """Shares of a line's height, and of the plate's."""

    rows: tuple[tuple[float, float], ...]
    wide: float
    gap: float


_ONE = _Layout(((0.15, 0.85),), 0.52, 0.13)
_TWO_CAR = _Layout(((0.09, 0.475), (0.535, 0.92)), 0.64, 0.14)
_TWO_BIKE = _Layout(((0.1, 0.46), (0.53, 0.91)), 0.46, 0.12)
_BROAD = 1.7
"""Two-line plates broader than this are those of cars, of the series of 2020."""


def face_picture(plate: Plate, face: Face, seed: int, height: int = 128) -> Picture:
    """A face as it was made, plus the dirt of its vehicle, BGR.

    Args:
        plate: Whose face it is: colour and state.
        face: Lines and size.
        seed: Of the dirt.
        height: Pixels; the width follows from the face.
    """
    width = round(height * face.width / face.height)
    picture = np.full((height, width, 3), _GROUND[plate.colour], np.uint8)
    ink = _ink(plate)
    rim = max(1, round(_RIM * height))
    cv2.rectangle(picture, (rim, rim), (width - 1 - rim, height - 1 - rim), ink, rim)
    layout = _layout(face)
    for line, (top, foot) in zip(face.lines, layout.rows, strict=True):
        _write(picture, line, round(top * height), round(foot * height), layout, ink)
    if plate.state == "dirty":
        _soil(picture, Random(f"{seed}/dirt/{plate.text}"))
    return picture


def _layout(face: Face) -> _Layout:
    if len(face.lines) == 1:
        return _ONE
    return _TWO_CAR if face.width / face.height > _BROAD else _TWO_BIKE


def _ink(plate: Plate) -> tuple[int, int, int]:
    foreign = plate.text[2:5].isdigit() and plate.text[5:7] in {"NG", "QT"}
    return _RED_INK if foreign else _INK[plate.colour]


def _write(
    picture: Picture, line: str, top: int, foot: int, layout: _Layout, ink: tuple[int, int, int]
) -> None:
    height = foot - top
    widths = [_width(letter, layout.wide) for letter in line]
    total = sum(widths) + layout.gap * (len(line) - 1)
    scale = min(1.0, 0.93 * picture.shape[1] / (total * height))
    unit = height * scale
    x = (picture.shape[1] - total * unit) / 2
    for letter, share in zip(line, widths, strict=True):
        left, right = round(x), round(x + share * unit)
        if letter == "-":
            middle, thick = round(top + 0.5 * height), max(1, round(0.05 * height))
            cv2.rectangle(picture, (left, middle - thick), (right - 1, middle + thick), ink, -1)
        elif letter == ".":
            radius = max(1, round(share * unit / 2))
            cv2.circle(picture, ((left + right) // 2, foot - radius), radius, ink, -1, cv2.LINE_AA)
        else:
            cover = glyph(letter, max(2, right - left), height).astype(np.uint16)[:, :, None]
            room = picture[top:foot, left : left + cover.shape[1]]
            cover = cover[:, : room.shape[1]]
            room[:] = ((255 - cover) * room + cover * np.array(ink, np.uint16)) // 255
        x += (share + layout.gap) * unit


def _width(letter: str, wide: float) -> float:
    if letter == "-":
        return _DASH
    if letter == ".":
        return _DOT
    return wide * 0.62 if letter == "1" else wide


def _soil(picture: Picture, chance: Random) -> None:
    """Mud from below and splashes: it hides a part of the contrast, seldom a whole letter."""
    height, width = picture.shape[:2]
    mud = np.zeros((height, width), np.uint8)
    for _ in range(26):
        centre = (chance.randrange(width), round(height * (1 - chance.random() ** 2 * 0.9)))
        radius = max(2, round(height * (0.04 + 0.12 * chance.random())))
        cv2.circle(mud, centre, radius, chance.randrange(60, 190), -1)
    mud = np.asarray(cv2.GaussianBlur(mud, (0, 0), height * 0.05), np.uint8)
    share = (mud.astype(np.float32) / 255 * 0.8 + 0.12)[:, :, None]
    picture[:] = picture * (1 - share) + np.array((70, 88, 104), np.float32) * share
