"""Letters and digits as strokes, in the shapes that Vietnamese plates wear.

They start from those of the simulated road and add the shapes seen on real metal: an open 4, a
straight-tailed 6 and 9, a short-waisted M. A glyph lies in a box of width 1 and height 2, y down.
"""

import math
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render.glyphs import STROKES, Arc, Point, Stroke

Coverage = NDArray[np.uint8]

CELL = (40, 80)
"""Width and height of a glyph's cell, pixels; the ink touches all four sides."""

_FINE = 3
_SHIFT = 4


def _arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> Arc:
    return ("arc", cx, cy, rx, ry, start, end)


_TALL_BOWLS: tuple[Stroke, ...] = (
    (_arc(0.5, 0.38, 0.5, 0.38, 180, 360), _arc(0.5, 1.62, 0.5, 0.38, 0, 180), (0, 0.38)),
)
_BAR: Stroke = ((-0.16, 0.98), (0.42, 0.98))

ON_METAL: dict[str, tuple[tuple[Stroke, ...], ...]] = {
    "0": (_TALL_BOWLS,),
    "1": ((((0, 0.5), (0.62, 0), (0.62, 2)),), (((0, 0.34), (0.8, 0), (0.8, 2)),)),
    "2": (
        ((_arc(0.5, 0.46, 0.48, 0.46, 185, 360), (0.98, 0.6), (0, 2), (1, 2)),),
        ((_arc(0.5, 0.4, 0.5, 0.4, 180, 400), (0, 1.86), (0, 2), (1, 2)),),
    ),
    "3": (
        (
            (
                _arc(0.5, 0.44, 0.46, 0.44, 190, 430),
                (0.42, 0.94),
                _arc(0.48, 1.46, 0.52, 0.54, -70, 170),
            ),
        ),
        (((0.04, 0), (0.96, 0), (0.42, 0.84), _arc(0.46, 1.42, 0.54, 0.58, -80, 165)),),
    ),
    "4": (
        (((0.58, 0), (0, 1.52), (1, 1.52)), ((0.7, 1.1), (0.7, 2))),
        (((0.5, 0), (0, 1.46), (1, 1.46)), ((0.66, 0.86), (0.66, 2))),
    ),
    "5": ((((0.96, 0), (0.1, 0), (0.06, 0.92), _arc(0.48, 1.4, 0.5, 0.6, -125, 165)),),),
    "6": (
        (
            (_arc(0.5, 1.42, 0.5, 0.58, 0, 360),),
            ((0, 1.42), (0, 0.5), _arc(0.48, 0.44, 0.48, 0.44, 180, 340)),
        ),
        (((0.66, 0), (0.1, 1.08), _arc(0.5, 1.42, 0.5, 0.58, 205, 565)),),
    ),
    "7": ((((0, 0), (1, 0), (0.3, 2)),), (((0, 0), (1, 0), (0.46, 1.1), (0.4, 2)),)),
    "9": (
        (
            (_arc(0.5, 0.58, 0.5, 0.58, 0, 360),),
            ((1, 0.58), (1, 1.5), _arc(0.52, 1.56, 0.48, 0.44, 0, 160)),
        ),
        (((0.34, 2), (0.9, 0.92), _arc(0.5, 0.58, 0.5, 0.58, 25, 385)),),
    ),
    "A": ((((0, 2), (0.4, 0), (0.6, 0), (1, 2)), ((0.14, 1.45), (0.86, 1.45))),),
    "G": (
        (
            (
                _arc(0.5, 0.46, 0.5, 0.46, -15, -180),
                _arc(0.5, 1.54, 0.5, 0.46, 180, 0),
                (1, 1.05),
                (0.56, 1.05),
            ),
        ),
    ),
    "M": (
        (((0, 2), (0, 0), (0.5, 0.9), (1, 0), (1, 2)),),
        (((0, 2), (0, 0), (0.5, 1.7), (1, 0), (1, 2)),),
    ),
    "R": (
        (
            ((0, 2), (0, 0), (0.5, 0), _arc(0.5, 0.53, 0.48, 0.53, -90, 90), (0, 1.06)),
            ((0.5, 1.06), (0.9, 1.4), (0.98, 2)),
        ),
    ),
}


def shapes(letter: str) -> tuple[tuple[Stroke, ...], ...]:
    """All shapes in which a letter is drawn, the simulated road's first."""
    if letter == "Đ":
        plain = tuple((*shape, _BAR) for shape in shapes("D"))
        return (STROKES["Đ"], *plain)
    return (STROKES[letter], *ON_METAL.get(letter, ()))


def draw(shape: tuple[Stroke, ...], thick: float, chance: Random) -> Coverage:
    """One glyph that fills its cell.

    Args:
        shape: Its strokes.
        thick: Thickness as a share of the height.
        chance: Moves the corners a little, as no two presses are alike.

    Returns:
        Coverage of the cell, 0…255, height by width.
    """
    wide, tall = CELL[0] * _FINE, CELL[1] * _FINE
    room = np.zeros((round(tall * 1.3), round(wide * 1.3)), np.uint8)
    heavy = max(1, round(thick * tall))
    span = np.array((wide - heavy - 1, (tall - heavy - 1) / 2))
    for stroke in shape:
        corners = _corners(stroke)
        corners = corners + np.array([chance.gauss(0, 0.015), chance.gauss(0, 0.02)])
        fixed = np.round((corners * span + heavy / 2 + wide * 0.15) * (1 << _SHIFT))
        cv2.polylines(room, [fixed.astype(np.int32)], False, 255, heavy, cv2.LINE_8, _SHIFT)
    return fill(room)


def fill(glyph: Coverage) -> Coverage:
    """Cut a glyph to its ink and stretch it over the cell; a bare bar keeps its shape."""
    rows = np.flatnonzero(glyph.max(axis=1) > 127)
    columns = np.flatnonzero(glyph.max(axis=0) > 127)
    if rows.size == 0:
        raise ValueError("a glyph without ink")
    cut = glyph[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.asarray(cv2.resize(cut, CELL, interpolation=cv2.INTER_AREA), np.uint8)


def _corners(stroke: Stroke) -> NDArray[np.float64]:
    found: list[Point] = []
    for piece in stroke:
        match piece:
            case (x, y):
                found.append((x, y))
            case (_, cx, cy, rx, ry, start, end):
                steps = 16
                for step in range(steps + 1):
                    turn = math.radians(start + (end - start) * step / steps)
                    found.append((cx + rx * math.cos(turn), cy + ry * math.sin(turn)))
    return np.array(found)
