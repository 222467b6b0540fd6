"""A street small enough for a unit test: houses, a kerb, lane marks, traffic, day and night."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.frame import Grey

SIZE = (320, 180)
Levels = NDArray[np.float64]


@cache
def _still() -> Levels:
    draw = np.random.default_rng(1)
    picture = np.full((SIZE[1], SIZE[0]), 200.0)
    x = 0
    while x < SIZE[0]:
        wide, top = (int(draw.integers(*ends)) for ends in ((22, 60), (6, 60)))
        floor, window = (int(draw.integers(*ends)) for ends in ((11, 24), (7, 17)))
        picture[top:90, x : x + wide] = draw.uniform(70, 170)
        for row in range(top + 6, 84, floor):
            for column in range(x + 5, x + wide - 6, window):
                picture[row : row + floor // 2, column : column + 5] = draw.uniform(20, 90)
        x += wide + 2
    picture[90:] = 100
    picture[90:96] = 170
    for x in range(-20, SIZE[0], 36):
        for row in (118, 146):
            cv2.line(picture, (x, row), (x + 18, row + 4), 210.0, 2)
    cv2.line(picture, (0, 172), (SIZE[0], 160), 220.0, 3)
    for x in (60, 170, 280):
        cv2.line(picture, (x, 20), (x, 110), 30.0, 3)
    return np.asarray(picture + draw.normal(0, 4, picture.shape), float)


@cache
def _lamps() -> Levels:
    rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    pools = [
        np.exp(-(((columns - x) / 55) ** 2) - ((rows - 110) / 60) ** 2) for x in (60, 170, 280)
    ]
    return np.asarray(np.sum(pools, axis=0), float)


def street(second: float, *, night: bool = False, busy: bool = True) -> Grey:
    """The picture at a second."""
    draw = np.random.default_rng(round(second * 10))
    picture = _still().copy()
    if busy:
        for lane, (row, speed, level) in enumerate(((104, 70, 60), (130, -90, 180), (152, 55, 30))):
            x = (second * speed + 90 * lane) % (SIZE[0] + 120) - 60
            _vehicle(picture, x, row, level)
    if night:
        picture = picture * (0.12 + 0.5 * _lamps())
    noisy = picture + draw.normal(0, 4 if night else 2, picture.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def queue(second: float) -> Grey:
    """Everybody waits at red, right in front of the camera."""
    draw = np.random.default_rng([7, round(second * 10)])
    picture = _still().copy()
    for row in (96, 122, 146):
        for place, x in enumerate(range(4, SIZE[0], 46)):
            _vehicle(picture, x, row, 40 + (37 * place + row) % 180)
    return np.asarray(np.clip(picture + draw.normal(0, 2, picture.shape), 0, 255), np.uint8)


def _vehicle(picture: Levels, x: float, row: int, level: float) -> None:
    at = round(x)
    for left, top, wide, high, shade in (
        (0, 0, 42, 24, level),
        (6, 2, 30, 9, 25),
        (4, 20, 8, 6, 15),
        (30, 20, 8, 6, 15),
        (12, 12, 14, 4, 230),
    ):
        x1, x2 = max(0, at + left), min(SIZE[0], at + left + wide)
        if x1 < x2:
            picture[row + top : row + top + high, x1:x2] = shade
