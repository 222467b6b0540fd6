"""Other light, other weather, other cameras, out of the same picture."""

from functools import cache

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.random import Generator


def change(picture: MatLike, chance: Generator) -> MatLike:
    """A picture as another camera might have taken it at another hour; BGR."""
    picture = _tone(picture, chance)
    if chance.random() < 0.07:
        picture = _rain(picture, chance)
    if chance.random() < 0.25:
        picture = _blur(picture, chance)
    if chance.random() < 0.35:
        picture = _grain(picture, chance)
    if chance.random() < 0.25:
        quality = int(chance.integers(25, 85))
        coded = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))[1]
        again = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        picture = picture if again is None else again
    return picture


def _tone(picture: MatLike, chance: Generator) -> MatLike:
    """Exposure, contrast, colour cast, saturation; in one table a channel where possible."""
    steps = np.arange(256) / 255.0
    gamma = np.exp(chance.normal(0, 0.28))
    contrast = np.exp(chance.normal(0, 0.18))
    shift = chance.normal(0, 0.06)
    cast = np.exp(chance.normal(0, 0.06, 3))
    dark = chance.random()
    if dark < 0.12:  # dusk and night: little light, bluish or sodium, lamps stay bright
        gamma *= chance.uniform(1.3, 2.4)
        cast *= np.array((1.15, 1.0, 0.85)) if chance.random() < 0.5 else np.array((0.7, 0.95, 1.1))
    tables = []
    for channel in range(3):
        curve = ((steps**gamma - 0.5) * contrast + 0.5 + shift) * cast[channel]
        tables.append(np.clip(curve * 255, 0, 255).astype(np.uint8))
    picture = cv2.LUT(picture, np.stack(tables, -1)[None])
    colour = chance.uniform(0.3, 1.5) if chance.random() < 0.5 else 1.0
    if chance.random() < 0.06:
        colour = 0.0
    if colour != 1.0:
        grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        picture = cv2.addWeighted(picture, colour, grey, 1 - colour, 0)
    if chance.random() < 0.1:  # haze, or a wet lens against the light
        veil = chance.uniform(0.1, 0.4)
        picture = cv2.addWeighted(picture, 1 - veil, np.full_like(picture, 200), veil, 0)
    return picture


def _blur(picture: MatLike, chance: Generator) -> MatLike:
    kind = chance.random()
    if kind < 0.4:
        return cv2.GaussianBlur(picture, (0, 0), chance.uniform(0.4, 1.2))
    if kind < 0.6:
        size = int(chance.integers(3, 6))
        kernel = np.zeros((size, size), np.float32)
        kernel[size // 2] = 1 / size
        turn = cv2.getRotationMatrix2D(((size - 1) / 2, (size - 1) / 2), chance.uniform(0, 180), 1)
        return cv2.filter2D(picture, -1, cv2.warpAffine(kernel, turn, (size, size)))
    height, width = picture.shape[:2]
    share = chance.uniform(0.3, 0.9)
    small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def _grain(picture: MatLike, chance: Generator) -> MatLike:
    height, width = picture.shape[:2]
    field = _field(height + 64, width + 64)
    x, y = chance.integers(64, size=2)
    strength = float(chance.uniform(0.1, 0.7))
    noise = field[y : y + height, x : x + width]
    return cv2.addWeighted(picture, 1.0, noise, strength, -128 * strength)


@cache
def _field(height: int, width: int) -> MatLike:
    """Noise of deviation 20 around 128, made once: drawing it anew costs more than a view."""
    noise = np.random.default_rng(0).normal(128, 20, (height, width, 3))
    return np.clip(noise, 0, 255).astype(np.uint8)


def _rain(picture: MatLike, chance: Generator) -> MatLike:
    height, width = picture.shape[:2]
    streaks = np.zeros((height, width), np.uint8)
    lean = chance.uniform(-0.3, 0.3)
    for _ in range(int(chance.integers(30, 150))):
        x, y = int(chance.integers(width)), int(chance.integers(height))
        long = int(chance.integers(6, 30))
        end = (int(x + lean * long), y + long)
        cv2.line(streaks, (x, y), end, int(chance.integers(40, 140)), 1, cv2.LINE_AA)
    return cv2.add(picture, cv2.merge((streaks, streaks, streaks)))
