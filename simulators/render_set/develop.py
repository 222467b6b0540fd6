"""What cameras, codecs and people in front of them do to a picture, by chance."""

from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

_LETTERS = "ABCDEGHIKLMNOPQRSTUVXY "


@dataclass(frozen=True)
class Film:
    """How a camera's pictures come out; every picture of a scene alike.

    Attributes:
        gain: By channel, BGR.
        level: Mean brightness that the automatic exposure aims at, 0…255.
        most: Times at most that it brightens a picture.
        gamma: Exponent.
        saturation: 0 is grey.
        soft: Deviation of the blur, pixels.
        shrink: The picture was once this much smaller.
        sharpen: Strength of the camera's own sharpening.
        quality: Of JPEG.
        caption: Text laid over a corner; "" for none.
    """

    gain: tuple[float, float, float]
    level: float
    most: float
    gamma: float
    saturation: float
    soft: float
    shrink: float
    sharpen: float
    quality: int
    caption: str


def film(chance: Random, *, dark: bool, plates: bool) -> Film:
    """A camera's taste.

    Args:
        chance: Of everything.
        dark: It exposes for what light there is at night.
        plates: It exposes for plates, whatever the rest becomes.
    """
    cast = chance.choice((0.05, 0.05, 0.18))
    blue = chance.uniform(-cast, cast)
    caption = ""
    if chance.random() < 0.4:
        letters = (chance.choice(_LETTERS) for _ in range(chance.randrange(5, 22)))
        day, month = chance.randrange(1, 29), chance.randrange(1, 13)
        hour, minute, second = (chance.randrange(most) for most in (24, 60, 60))
        caption = f"{''.join(letters)} {day:02}/{month:02}/2025 {hour:02}:{minute:02}:{second:02}"
    return Film(
        gain=(1 + blue, 1 + chance.uniform(-0.03, 0.03), 1 - blue),
        level=chance.uniform(32, 85) if dark else chance.uniform(70, 135),
        most=1.25 if dark and plates else 2.6,
        gamma=chance.uniform(0.8, 1.25),
        saturation=0.0 if chance.random() < (0.2 if dark else 0.03) else chance.uniform(0.6, 1.4),
        soft=chance.choice((0.0, 0.0, chance.uniform(0.3, 1.3))),
        shrink=chance.choice((1.0, 1.0, chance.uniform(1.2, 2.2))),
        sharpen=chance.choice((0.0, chance.uniform(0.2, 1.2))),
        quality=chance.choice((chance.randrange(30, 60), chance.randrange(60, 95))),
        caption=caption,
    )


def develop(picture: Picture, how: Film) -> Picture:
    """The picture as it would be stored, before JPEG."""
    height, width = picture.shape[:2]
    if how.shrink > 1:
        small = (round(width / how.shrink), round(height / how.shrink))
        picture = np.asarray(cv2.resize(picture, small, interpolation=cv2.INTER_AREA), np.uint8)
        picture = np.asarray(
            cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8
        )
    if how.soft:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), how.soft), np.uint8)
    if how.sharpen:
        blurred = cv2.GaussianBlur(picture, (0, 0), 1.4)
        sharp = cv2.addWeighted(picture, 1 + how.sharpen, blurred, -how.sharpen, 0)
        picture = np.asarray(sharp, np.uint8)
    if how.saturation != 1:
        grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        mixed = cv2.addWeighted(picture, how.saturation, grey, 1 - how.saturation, 0)
        picture = np.asarray(mixed, np.uint8)
    ramp = np.arange(256) / 255
    exposure = min(how.most, max(0.6, how.level / max(8.0, float(picture.mean()))))
    table = np.stack(
        [255 * np.clip(ramp * gain * exposure, 0, 1) ** how.gamma for gain in how.gain], axis=-1
    )
    picture = np.asarray(cv2.LUT(picture, table[None].astype(np.uint8)), np.uint8)
    if how.caption:
        size = width / 1700
        at = round(0.01 * width), round(0.035 * height)
        for colour, thick in (((20, 20, 20), 3), ((240, 240, 240), 1)):
            cv2.putText(picture, how.caption, at, cv2.FONT_HERSHEY_DUPLEX, size, colour, thick,
                        cv2.LINE_AA)  # fmt: skip
    return picture
