"""Shapes and words on a picture: see-through panels, framed corners, labels, arrows."""

from itertools import pairwise
from math import hypot

import cv2
import numpy as np

from edge_agent.vision.frame import Bgr

Colour = tuple[int, int, int]
"""Blue, green, red."""
Spot = tuple[int, int]

WHITE: Colour = (250, 250, 250)
INK: Colour = (38, 32, 28)
_FONT, _BOLD = cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX
_PIXELS = 30.0
"""Height of a line of text at scale 1."""


def panel(picture: Bgr, a: Spot, b: Spot, colour: Colour = INK, strength: float = 0.62) -> None:
    """A see-through rectangle from ``a`` to ``b``."""
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = max(0, a[0]), max(0, a[1]), min(width, b[0]), min(height, b[1])
    if x1 >= x2 or y1 >= y2:
        return
    part = picture[y1:y2, x1:x2]
    shade = np.full_like(part, colour)
    cv2.addWeighted(shade, strength, part, 1 - strength, 0, dst=part)


def width_of(text: str, size: float, *, bold: bool = False) -> int:
    """Pixels that a text takes; ``size`` is the height of its line."""
    (width, _), _ = cv2.getTextSize(text, _BOLD if bold else _FONT, size / _PIXELS, 1)
    return int(width)


def write(
    picture: Bgr, text: str, at: Spot, size: float, colour: Colour = WHITE, *, bold: bool = False
) -> None:
    """Text whose line begins at ``at`` (lower left) and is ``size`` pixels high."""
    font = _BOLD if bold else _FONT
    cv2.putText(picture, text, at, font, size / _PIXELS, colour, 1, cv2.LINE_AA)


def label(picture: Bgr, text: str, at: Spot, size: float, colour: Colour) -> None:
    """A filled tag with dark or light text, its lower left corner at ``at``."""
    width, height = width_of(text, size) + 8, round(size * 1.05)
    x = min(max(0, at[0]), max(0, picture.shape[1] - width))
    y = max(height, at[1])
    panel(picture, (x, y - height), (x + width, y), colour, 0.88)
    ink = INK if sum(colour) > 380 else WHITE  # noqa: PLR2004 - half of three channels
    write(picture, text, (x + 4, y - round(height * 0.26)), size, ink)


def corners(picture: Bgr, a: Spot, b: Spot, colour: Colour, thick: int = 2) -> None:
    """A box told by its four corners, so that what is in it stays to be seen."""
    (x1, y1), (x2, y2) = a, b
    arm = max(4, min(x2 - x1, y2 - y1) // 4)
    for x, y, dx, dy in ((x1, y1, 1, 1), (x2, y1, -1, 1), (x2, y2, -1, -1), (x1, y2, 1, -1)):
        cv2.line(picture, (x, y), (x + dx * arm, y), colour, thick, cv2.LINE_AA)
        cv2.line(picture, (x, y), (x, y + dy * arm), colour, thick, cv2.LINE_AA)


def trail(picture: Bgr, spots: list[Spot], colour: Colour) -> None:
    """A path that fades towards its beginning."""
    for number, (a, b) in enumerate(pairwise(spots), 1):
        share = number / len(spots)
        faded = tuple(round((0.45 + 0.55 * share) * value) for value in colour)
        cv2.line(picture, a, b, faded, 1 + round(2 * share), cv2.LINE_AA)


def line_of_sight(picture: Bgr, a: Spot, b: Spot, colour: Colour, *, lit: bool) -> None:
    """A counting line with its ends marked; bright for a moment when somebody crosses."""
    if lit:
        cv2.line(picture, a, b, WHITE, 7, cv2.LINE_AA)
    cv2.line(picture, a, b, INK, 4, cv2.LINE_AA)
    cv2.line(picture, a, b, colour, 2, cv2.LINE_AA)
    for end in (a, b):
        cv2.circle(picture, end, 5, INK, -1, cv2.LINE_AA)
        cv2.circle(picture, end, 4, colour, -1, cv2.LINE_AA)


def arrow(picture: Bgr, at: Spot, towards: tuple[float, float], colour: Colour) -> None:
    """A short arrow from ``at``."""
    far = hypot(*towards) or 1.0
    tip = round(at[0] + 26 * towards[0] / far), round(at[1] + 26 * towards[1] / far)
    cv2.arrowedLine(picture, at, tip, INK, 4, cv2.LINE_AA, tipLength=0.4)
    cv2.arrowedLine(picture, at, tip, colour, 2, cv2.LINE_AA, tipLength=0.4)


def inset(picture: Bgr, small: Bgr, at: Spot, height: int) -> int:
    """A small picture at ``at`` (upper left), scaled to ``height``; its width."""
    width: int = max(1, round(small.shape[1] * height / max(1, small.shape[0])))
    x, y = at
    room = picture[y : y + height, x : x + width]
    if room.shape[:2] == (height, width):
        room[:] = cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA)
    return width
