"""Shadows, mirrors in water, and the smear of a moving thing."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render.cast import Cast
from edge_agent.simulators.render.glow import mirrored
from edge_agent.simulators.render.light import Light
from edge_agent.simulators.render.view import Floats, View
from edge_agent.simulators.world.world import Pose

Picture = NDArray[np.uint8]

_HALF = 2
_CONTACT = 0.5
_LONGEST_PX = 40.0


def cast_shadows(picture: Picture, view: View, lit: Light, casts: list[Cast]) -> None:
    """Darken the road below and beside everything."""
    room = np.zeros((-(-view.height // _HALF), -(-view.width // _HALF)), np.uint8)
    if lit.shadow:
        slant = -lit.sunwards[:2] / max(0.25, float(lit.sunwards[2]))
        for cast in casts:
            if cast.tiny:
                continue
            top = float(cast.solid.high[2]) * 0.92
            _fill(room, view, np.vstack((cast.foot, cast.foot + slant * top)), lit.shadow)
    for cast in casts:
        if not cast.small:
            middle = cast.foot.mean(axis=0)
            _fill(room, view, middle + (cast.foot - middle) * 1.04, max(lit.shadow, _CONTACT))
    soft = cv2.blur(room, (5, 5))
    keep = cv2.bitwise_not(cv2.resize(soft, (view.width, view.height)))
    cv2.multiply(picture, cv2.merge((keep, keep, keep)), picture, 1 / 255)


def _fill(room: Picture, view: View, ground: Floats, share: float) -> None:
    hull = cv2.convexHull(ground.astype(np.float32))[:, 0]
    pixels = view.polygon(np.column_stack((hull, np.zeros(len(hull)))))
    if pixels is not None and len(pixels):
        fixed = np.clip(pixels / _HALF, -4000, 4000).round().astype(np.int32)
        cv2.fillConvexPoly(room, cv2.convexHull(fixed), 255 * share)


def mirror(picture: Picture, view: View, lit: Light, casts: list[Cast]) -> None:
    """Dim likenesses of vehicles in the wet road, seen a quarter as sharp."""
    high, wide = -(-view.height // 4), -(-view.width // 4)
    likeness = np.zeros((high, wide, 3), np.uint8)
    where = np.zeros((high, wide), np.uint8)
    level = np.array(lit.ambient) + 0.25 * lit.lamps
    for cast in sorted(casts, key=lambda one: -one.away):
        if cast.small:
            continue
        pixels, depth = view.project(mirrored(cast.points))
        if (depth < 1.0).any():
            continue
        hull = cv2.convexHull(np.clip(pixels / 4, -4000, 4000).round().astype(np.int32))
        colour = (cast.solid.colours.mean(axis=0) * level).tolist()
        cv2.fillConvexPoly(likeness, hull, colour)
        cv2.fillConvexPoly(where, hull, 100)
    size = (view.width, view.height)
    soft = cv2.resize(cv2.GaussianBlur(likeness, (5, 9), 0), size)
    cover = cv2.resize(cv2.GaussianBlur(where, (7, 13), 0), size)
    share = cv2.merge((cover, cover, cover))
    rest = cv2.multiply(picture, cv2.bitwise_not(share), scale=1 / 255)
    cv2.add(rest, cv2.multiply(soft, share, scale=1 / 255), picture)


def blur_step(view: View, cast: Cast, pose: Pose, exposure_s: float) -> tuple[float, float]:
    """How far a vehicle moves in the picture while the shutter is open, pixels."""
    ahead = np.array((pose.ux, pose.uy, 0.0)) * pose.speed * exposure_s
    middle = np.array((*cast.foot.mean(axis=0), 0.7))
    ends, depth = view.project(np.stack((middle, middle + ahead)))
    if (depth < 1.0).any():
        return 0.0, 0.0
    dx, dy = (float(value) for value in ends[1] - ends[0])
    longest = max(abs(dx), abs(dy), _LONGEST_PX)
    return dx * _LONGEST_PX / longest, dy * _LONGEST_PX / longest


@contextmanager
def smeared(
    picture: Picture, box: tuple[float, float, float, float], step: tuple[float, float]
) -> Iterator[tuple[Picture | None, tuple[int, int]]]:
    """A patch to paint on, with coverage, that is smeared along ``step`` into the picture."""
    reach = ceil(max(abs(step[0]), abs(step[1]))) // 2 + 2
    x1, y1 = max(0, int(box[0]) - reach), max(0, int(box[1]) - reach)
    x2 = min(picture.shape[1], int(box[2]) + reach + 1)
    y2 = min(picture.shape[0], int(box[3]) + reach + 1)
    if x1 >= x2 or y1 >= y2:
        yield None, (0, 0)
        return
    patch = np.zeros((y2 - y1, x2 - x1, 4), np.uint8)
    yield patch, (x1, y1)
    size = 2 * reach + 1
    kernel = np.zeros((size, size), np.float32)
    half = (size - 1) / 2
    ends = [
        (round((half + sign * step[0] / 2) * 16), round((half + sign * step[1] / 2) * 16))
        for sign in (-1, 1)
    ]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_8, 4)
    kernel /= kernel.sum()
    soft = cv2.filter2D(patch, -1, kernel)
    cover = cv2.bitwise_not(soft[..., 3])
    area = picture[y1:y2, x1:x2]
    rest = cv2.multiply(area, cv2.merge((cover, cover, cover)), scale=1 / 255)
    cv2.add(rest, np.ascontiguousarray(soft[..., :3]), area)
