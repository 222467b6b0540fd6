"""Letters and digits of number plates, as strokes of our own.

A glyph lies in a box of width 1 and height 2, y down; ``(x, y)`` corners of polylines, and
``("arc", cx, cy, rx, ry, from, to)`` pieces of ellipses in degrees, clockwise from the right.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Arc = tuple[str, float, float, float, float, float, float]
Stroke = tuple[Point | Arc, ...]

STROKE = 0.135
"""Thickness of a stroke as a share of the height."""

_FINE = 8
_SHIFT = 4


def _arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> Arc:
    return ("arc", cx, cy, rx, ry, start, end)


_BOWL_TOP = _arc(0.5, 0.5, 0.5, 0.5, 180, 360)
_BOWL_FOOT = _arc(0.5, 1.5, 0.5, 0.5, 0, 180)

STROKES: dict[str, tuple[Stroke, ...]] = {
    "0": ((_BOWL_TOP, _BOWL_FOOT, (0, 0.5)),),
    "1": (((0.05, 0.45), (0.55, 0), (0.55, 2)),),
    "2": ((_arc(0.5, 0.5, 0.5, 0.5, 180, 385), (0, 2), (1, 2)),),
    "3": (
        (
            _arc(0.48, 0.5, 0.48, 0.5, 200, 430),
            (0.4, 0.94),
            _arc(0.48, 1.48, 0.52, 0.53, -75, 160),
        ),
    ),
    "4": (((0.72, 2), (0.72, 0), (0, 1.45), (1, 1.45)),),
    "5": (((0.92, 0), (0.14, 0), (0.06, 0.9), _arc(0.48, 1.38, 0.52, 0.62, -130, 150)),),
    "6": (((0.72, 0), _arc(0.5, 1.38, 0.5, 0.62, 200, 560), (0.03, 1.2)),),
    "7": (((0, 0), (1, 0), (0.36, 2)),),
    "8": (
        (_arc(0.5, 0.48, 0.44, 0.48, 0, 360),),
        (_arc(0.5, 1.48, 0.5, 0.52, 0, 360),),
    ),
    "9": (((0.28, 2), _arc(0.5, 0.62, 0.5, 0.62, 20, 380), (0.97, 0.8)),),
    "A": (((0, 2), (0.5, 0), (1, 2)), ((0.17, 1.35), (0.83, 1.35))),
    "B": (
        (
            (0, 2),
            (0, 0),
            (0.5, 0),
            _arc(0.5, 0.47, 0.42, 0.47, -90, 90),
            (0, 0.94),
            (0.5, 0.94),
            _arc(0.5, 1.47, 0.5, 0.53, -90, 90),
            (0, 2),
        ),
    ),
    "C": ((_arc(0.5, 0.52, 0.5, 0.52, -20, -180), _arc(0.5, 1.48, 0.5, 0.52, 180, 20)),),
    "D": (
        (
            (0, 0),
            (0.4, 0),
            _arc(0.4, 0.6, 0.6, 0.6, -90, 0),
            _arc(0.4, 1.4, 0.6, 0.6, 0, 90),
            (0, 2),
            (0, 0),
        ),
    ),
    "E": (((0.98, 0), (0, 0), (0, 2), (0.98, 2)), ((0, 0.96), (0.82, 0.96))),
    "F": (((0.98, 0), (0, 0), (0, 2)), ((0, 0.98), (0.82, 0.98))),
    "G": (
        (
            _arc(0.5, 0.52, 0.5, 0.52, -20, -180),
            _arc(0.5, 1.48, 0.5, 0.52, 180, 0),
            (1, 1.1),
            (0.55, 1.1),
        ),
    ),
    "H": (((0, 0), (0, 2)), ((1, 0), (1, 2)), ((0, 0.96), (1, 0.96))),
    "I": (((0.5, 0), (0.5, 2)),),
    "J": (((0.85, 0), _arc(0.42, 1.5, 0.43, 0.5, 0, 170)),),
    "K": (((0, 0), (0, 2)), ((0.98, 0), (0.02, 1.15)), ((0.36, 0.78), (1, 2))),
    "L": (((0, 0), (0, 2), (0.95, 2)),),
    "M": (((0, 2), (0, 0), (0.5, 1.2), (1, 0), (1, 2)),),
    "N": (((0, 2), (0, 0), (1, 2), (1, 0)),),
    "O": ((_BOWL_TOP, _BOWL_FOOT, (0, 0.5)),),
    "P": (((0, 2), (0, 0), (0.5, 0), _arc(0.5, 0.55, 0.5, 0.55, -90, 90), (0, 1.1)),),
    "Q": ((_BOWL_TOP, _BOWL_FOOT, (0, 0.5)), ((0.55, 1.45), (1.02, 2.05))),
    "R": (
        ((0, 2), (0, 0), (0.5, 0), _arc(0.5, 0.53, 0.48, 0.53, -90, 90), (0, 1.06)),
        ((0.45, 1.06), (1, 2)),
    ),
    "S": ((_arc(0.5, 0.5, 0.48, 0.5, -25, -270), _arc(0.5, 1.48, 0.5, 0.52, -90, 160)),),
    "T": (((0, 0), (1, 0)), ((0.5, 0), (0.5, 2))),
    "U": (((0, 0), (0, 1.45), _arc(0.5, 1.48, 0.5, 0.52, 180, 0), (1, 0)),),
    "V": (((0, 0), (0.5, 2), (1, 0)),),
    "W": (((0, 0), (0.25, 2), (0.5, 0.7), (0.75, 2), (1, 0)),),
    "X": (((0, 0), (1, 2)), ((1, 0), (0, 2))),
    "Y": (((0, 0), (0.5, 1), (1, 0)), ((0.5, 1), (0.5, 2))),
    "Z": (((0.02, 0), (1, 0), (0, 2), (1, 2)),),
}
STROKES["Đ"] = (*STROKES["D"], ((-0.12, 0.98), (0.46, 0.98)))


@lru_cache(maxsize=512)
def glyph(letter: str, width: int, height: int) -> NDArray[np.uint8]:
    """Coverage of a letter, 0…255, in a box of these pixels.

    Raises:
        KeyError: No such letter is drawn.
    """
    fine_width, fine_height = width * _FINE, height * _FINE
    thick = max(1, round(STROKE * fine_height))
    room = np.zeros((fine_height, fine_width), np.uint8)
    wide, tall = fine_width - thick - 1, fine_height - thick - 1
    for stroke in STROKES[letter]:
        corners = _corners(stroke) * (wide, tall / 2) + thick / 2
        fixed = np.round(corners * (1 << _SHIFT)).astype(np.int32)
        cv2.polylines(room, [fixed], False, 255, thick, cv2.LINE_8, _SHIFT)
    made: NDArray[np.uint8] = np.asarray(
        cv2.resize(room, (width, height), interpolation=cv2.INTER_AREA), np.uint8
    )
    made.setflags(write=False)
    return made


def _corners(stroke: Stroke) -> NDArray[np.float64]:
    found: list[Point] = []
    for piece in stroke:
        match piece:
            case (x, y):
                found.append((x, y))
            case (_, cx, cy, rx, ry, start, end):
                turn = np.radians(np.linspace(start, end, 20))
                found += zip(cx + rx * np.cos(turn), cy + ry * np.sin(turn), strict=True)
    return np.array(found)
