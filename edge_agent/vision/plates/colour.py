"""The colour of a plate: white, yellow, blue or red, by Law 36/2024/QH15, Art. 36 (2).

Judged by the ground's colour against its letters, not by the picture's: lamps and white balance
tint both. A picture without colour, as infrared makes it, or too dark says nothing.
"""

from typing import Literal

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

PlateColour = Literal["white", "yellow", "blue", "red"]

_SEEN = (64, 32)
_EDGE = 0.12
"""Share of the crop on each side that may be rim or road."""
_GREY = 5.0
"""Levels by which channels differ, at most, in a picture without colour."""
_DIM = 26.0
"""Level of the brighter of ground and letters below which colour is noise."""
_FLAT = 12.0
"""Levels between ground and letters below which there are no letters."""
_DARK_GROUND = 0.53
"""Share of dark pixels from which the ground is the dark part: letters cover a third."""
_YELLOW, _WHITE = 0.6, 0.7
"""Blue over the mean of red and green: yellow below the first, white above the second."""
_PALE = 0.5
"""Share of their strongest channel that all channels of light letters have, whatever the lamp."""
_TINTED = 1.3
"""Times by which the ground's own colour outweighs the letters', in blue and red plates."""

_Pixels = NDArray[np.float32]


def plate_colour(picture: MatLike) -> tuple[PlateColour | None, float]:
    """The colour of the plate that a crop shows.

    Args:
        picture: BGR, uint8, H×W×3: the plate and little else.

    Returns:
        The colour and how sure it is, 0–1; None and 0 when it cannot be told.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or min(picture.shape) < 3:  # noqa: PLR2004
        return None, 0.0
    pixels = _middle(picture)
    spread = pixels.max(axis=1) - pixels.min(axis=1)
    light = pixels @ np.array((0.114, 0.587, 0.299), np.float32)
    level, _ = cv2.threshold(
        np.asarray(light, np.uint8), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU
    )
    dark = light <= level
    if not dark.any() or dark.all() or float(np.percentile(spread, 95)) < _GREY:
        return None, 0.0
    low, high = _typical(pixels[dark]), _typical(pixels[~dark])
    if high.max() < _DIM or float((high - low).max()) < _FLAT:
        return None, 0.0
    if float(dark.mean()) >= _DARK_GROUND and high.min() > _PALE * high.max():
        coloured = _light_on_dark(low, high)
        if coloured[0] is not None:
            return coloured
    return _dark_on_light(high)


def _middle(picture: MatLike) -> _Pixels:
    height, width = picture.shape[:2]
    dy, dx = round(height * _EDGE), round(width * _EDGE)
    inner = picture[dy : height - dy, dx : width - dx]
    small = cv2.resize(inner, _SEEN, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.medianBlur(small, 3), np.float32).reshape(-1, 3)


def _typical(pixels: _Pixels) -> _Pixels:
    return np.asarray(np.median(pixels, axis=0), np.float32)


def _dark_on_light(ground: _Pixels) -> tuple[PlateColour | None, float]:
    """White or yellow: how much blue its light has."""
    blue, green, red = (float(value) for value in ground)
    share = blue / max(1.0, (green + red) / 2)
    middle, half = (_YELLOW + _WHITE) / 2, (_WHITE - _YELLOW) / 2
    away = abs(share - middle) / half
    if away < 1:
        return None, 0.0
    return ("yellow" if share < middle else "white"), min(1.0, 0.5 + 0.15 * away)


def _light_on_dark(ground: _Pixels, letters: _Pixels) -> tuple[PlateColour | None, float]:
    """Blue or red: the channel in which the ground gives back most of what its letters do."""
    blue, green, red = (float(value) for value in (ground + 2) / (letters + 2))
    best = max(blue, red)
    rest = (blue + green + red - best) / 2
    ratio = best / max(rest, 1e-3)
    if ratio < _TINTED:
        return None, 0.0
    return ("blue" if blue > red else "red"), min(1.0, 0.5 + 0.25 * (ratio - _TINTED))
