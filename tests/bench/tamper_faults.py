"""What is done to a camera: each turns good pictures into those of a camera that had it done."""

import itertools
from collections.abc import Callable
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.frame import Grey

Fault = Callable[[Grey], Grey]


def frozen(chance: Random) -> Fault:
    """One picture for ever; each key picture trembles, and they come one to five seconds apart."""
    kept: list[Grey] = []
    rhythm, count = chance.randint(5, 25), itertools.count(1)

    def fault(picture: Grey) -> Grey:
        kept.append(picture)
        del kept[1:]
        trembles = np.uint8(next(count) % rhythm == 0)
        return np.minimum(kept[0], 254) + trembles  # white must not turn black

    return fault


def black(chance: Random) -> Fault:
    """No light; some noise."""
    level = chance.uniform(0, 8)
    draw = np.random.default_rng(chance.randrange(1 << 30))
    return lambda picture: np.asarray(
        np.clip(draw.normal(level, 1.5, picture.shape), 0, 255), np.uint8
    )


def defocused(chance: Random) -> Fault:
    """The focus ring turned."""
    share = chance.uniform(0.0044, 0.014)  # of the width: 3 to 9 pixels of 640
    return lambda picture: np.asarray(
        cv2.GaussianBlur(picture, (0, 0), share * picture.shape[1]), np.uint8
    )


def fogged(chance: Random) -> Fault:
    """Dew on the glass: a veil, and some softness."""
    veil, level = chance.uniform(0.65, 0.9), chance.uniform(70, 170)

    def fault(picture: Grey) -> Grey:
        soft = cv2.GaussianBlur(picture, (0, 0), 0.8).astype(np.float32)
        lit = level * min(1.0, float(picture.mean()) / 100 + 0.2)
        return np.asarray(soft * (1 - veil) + lit * veil, np.uint8)

    return fault


def dirty(chance: Random) -> Fault:
    """Mud and drops on the glass: soft patches that dim and smear."""
    mask: list[NDArray[np.float32]] = []
    seed, level = chance.randrange(1 << 30), chance.uniform(40, 90)

    def fault(picture: Grey) -> Grey:
        if not mask:
            draw = np.random.default_rng(seed)
            coarse = draw.random((6, 10)).astype(np.float32)
            smooth = cv2.resize(coarse, picture.shape[::-1], interpolation=cv2.INTER_CUBIC)
            mask.append(np.clip((smooth - 0.25) * 3, 0, 0.92).astype(np.float32))
        smeared = cv2.GaussianBlur(picture, (0, 0), 3.0).astype(np.float32)
        mixed = picture * (1 - mask[0]) + (0.5 * smeared + 0.5 * level) * mask[0]
        return np.asarray(np.clip(mixed, 0, 255), np.uint8)

    return fault


def covered(chance: Random) -> Fault:
    """A hand, a leaf, a bag: nearer than the lens can focus, over a part or all of it."""
    share = chance.choice((1.0, chance.uniform(0.3, 0.9)))
    level = chance.choice((chance.uniform(8, 40), chance.uniform(40, 190)))
    turn, soft = chance.uniform(0, 6.28), chance.uniform(1, 7)
    waves, draw = chance.uniform(0, 0.25), np.random.default_rng(chance.randrange(1 << 30))

    def fault(picture: Grey) -> Grey:
        height, width = picture.shape
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        along = np.cos(turn) * columns / width + np.sin(turn) * rows / height
        edge = np.quantile(along[::8, ::8], share) if share < 1 else along.max() + 1
        mask = cv2.GaussianBlur((along < edge).astype(np.float32), (0, 0), soft)
        shade = level * (1 + waves * np.sin(9 * along))
        noisy = shade + draw.normal(0, 1.0, picture.shape)
        return np.asarray(np.clip(picture * (1 - mask) + noisy * mask, 0, 255), np.uint8)

    return fault


def knocked(chance: Random) -> Fault:
    """Shifted, and rolled a little, by a ladder or a lorry: most of the view is still there."""
    way, far = chance.uniform(0, 6.28), chance.uniform(0.02, 0.12)
    return _warp(far * np.cos(way), far * np.sin(way), chance.uniform(-3, 3), 1.0)


def turned(chance: Random) -> Fault:
    """Turned away: a third of the view is left at most."""
    side = chance.choice((-1, 1))
    return _warp(side * chance.uniform(0.6, 0.9), chance.uniform(-0.1, 0.1), 0.0, 1.0)


def rolled(chance: Random) -> Fault:
    """Hanging askew."""
    roll = chance.choice((-1, 1)) * chance.uniform(3, 12)
    return _warp(0.0, chance.uniform(0, 0.05), roll, chance.uniform(0.95, 1.1))


def _warp(dx: float, dy: float, roll: float, zoom: float) -> Fault:
    def fault(picture: Grey) -> Grey:
        height, width = picture.shape
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), roll, zoom)
        matrix[:, 2] += (dx * width, dy * width)
        size = (width, height)
        return np.asarray(
            cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REFLECT_101), np.uint8
        )

    return fault


FAULTS: dict[str, tuple[tuple[str, ...], Callable[[Random], Fault]]] = {
    "frozen": (("picture-frozen",), frozen),
    "black": (("picture-black",), black),
    "defocused": (("picture-blurred",), defocused),
    "fogged": (("picture-blurred",), fogged),
    "dirty": (("picture-covered", "picture-blurred"), dirty),
    "covered": (("picture-covered", "picture-black"), covered),
    "knocked": (("picture-moved",), knocked),
    "turned": (("picture-moved",), turned),
    "rolled": (("picture-moved",), rolled),
}
"""What happens, and the conditions that rightly tell of it: patches of mud cover a part and blur
it, and a black bag leaves nothing but black."""
