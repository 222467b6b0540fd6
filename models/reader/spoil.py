"""What stands between a plate and its crop: dirt, light, pose, a lens, a sensor, a codec."""

from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.models.reader.paint import Grey, Plate

SIZE = (128, 64)
"""Width and height of what the net is given, pixels."""

Float = NDArray[np.float32]


class Spoiler:
    """Makes crops of plates, mild to hard; one generator of noise for speed."""

    def __init__(self, seed: int) -> None:
        self._noise = np.random.default_rng(seed)

    def crop(
        self, plate: Plate, native: tuple[int, int], hard: float, chance: Random
    ) -> tuple[Grey, Float]:
        """See a plate through a camera.

        Args:
            plate: Flat and square on.
            native: Width and height of the crop on the sensor, pixels.
            hard: 0 mild … 1 hard.
            chance: Everything but pixel noise.

        Returns:
            The crop at :data:`SIZE`, and the characters' centres in it.
        """
        lit = self._lit(plate.picture, hard, chance)
        corners = _pose(lit.shape[1] / lit.shape[0], hard, chance)
        seen, turn = self._seen(lit, corners, native, chance)
        crop = _coded(self._sensed(seen, hard, chance), hard, chance)
        how = cv2.INTER_AREA if crop.shape[1] > SIZE[0] else cv2.INTER_LINEAR
        small = np.asarray(cv2.resize(crop, SIZE, interpolation=how), np.uint8)
        scale = np.array((SIZE[0] / native[0], SIZE[1] / native[1]), np.float32)
        centres = cv2.perspectiveTransform(plate.centres[None], turn)[0] * scale
        return small, np.asarray(centres, np.float32)

    def _cloud(self, shape: tuple[int, ...], grain: tuple[int, int]) -> Float:
        """Smooth noise around 0, deviation about 1."""
        rough = self._noise.standard_normal(grain).astype(np.float32)
        return np.asarray(
            cv2.resize(rough, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32
        )

    def _lit(self, picture: Grey, hard: float, chance: Random) -> Float:
        """Dirt, a gradient of light, shadow, glare, worn ink."""
        lit = picture.astype(np.float32)
        height, width = lit.shape
        if chance.random() < 0.5:
            lit += self._cloud(lit.shape, (3, 4)) * (4 + 14 * hard * chance.random())
        if chance.random() < 0.25 * (0.4 + hard):
            speck = self._cloud(lit.shape, (10, 18))
            lit += np.maximum(speck - 1.0, 0) * chance.uniform(-70, 60) * hard
        if chance.random() < 0.15:
            edge = chance.uniform(0.1, 0.9) * width + (
                np.arange(height, dtype=np.float32)[:, None] * chance.uniform(-2, 2)
            )
            lit[np.arange(width)[None, :] > edge] *= chance.uniform(0.45, 0.8)
        if chance.random() < 0.32:
            self._glare(lit, hard, chance)
        if chance.random() < 0.08 * (0.5 + hard):
            low = chance.uniform(0.02, 0.13) * height
            lit[round(height - low) if chance.random() < 0.5 else 0 :][: round(low)] = (
                chance.uniform(20, 130)
            )
        return lit

    def _glare(self, lit: Float, hard: float, chance: Random) -> None:
        height, width = lit.shape
        spot = np.zeros((height, width), np.uint8)
        for _ in range(chance.choice((1, 1, 2))):
            centre = (round(chance.uniform(0, 1) * width), round(chance.uniform(0, 1) * height))
            axes = (
                max(2, round(height * chance.uniform(0.05, 0.4))),
                max(2, round(height * chance.uniform(0.04, 0.2))),
            )
            cv2.ellipse(spot, centre, axes, chance.uniform(0, 180), 0, 360, 255, -1)
        soft = chance.uniform(0.3, 4.0) * height / 64
        veil = cv2.GaussianBlur(spot, (0, 0), max(0.4, soft)).astype(np.float32)
        lit += veil * (chance.uniform(0.15, 0.35 + 0.75 * hard) * 0.8)

    def _seen(
        self, picture: Float, corners: Float, native: tuple[int, int], chance: Random
    ) -> tuple[Float, NDArray[np.float64]]:
        """Project the plate before a background; small ones in twice the pixels, then binned."""
        width, height = native
        fine = (width * 2, height * 2) if width < 180 else native
        frame = np.array(native, np.float32)
        flat_h, flat_w = picture.shape
        flat = np.array(((0, 0), (flat_w, 0), (flat_w, flat_h), (0, flat_h)), np.float32)
        turn = cv2.getPerspectiveTransform(flat, (corners * frame).astype(np.float32))
        zoom = np.diag((fine[0] / width, fine[1] / height, 1.0))
        if chance.random() < 0.12:
            behind = np.full((fine[1], fine[0]), chance.choice((0, 0, 114, 128)), np.float32)
        else:
            behind = chance.uniform(15, 150) + self._cloud(
                (fine[1], fine[0]), (4, 6)
            ) * chance.uniform(4, 40)
            for _ in range(chance.randrange(3)):
                a, b = (
                    (
                        round(chance.uniform(-0.2, 1.2) * fine[0]),
                        round(chance.uniform(-0.2, 1.2) * fine[1]),
                    )
                    for _ in range(2)
                )
                cv2.line(
                    behind,
                    a,
                    b,
                    chance.uniform(0, 255),
                    max(1, round(chance.uniform(0.01, 0.12) * fine[1])),
                )
        cv2.warpPerspective(
            picture,
            zoom @ turn,
            fine,
            dst=behind,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_TRANSPARENT,
        )
        if fine != native:
            behind = np.asarray(
                cv2.resize(behind, native, interpolation=cv2.INTER_AREA), np.float32
            )
        return behind, np.asarray(turn, np.float64)

    def _sensed(self, crop: Float, hard: float, chance: Random) -> Float:
        """Motion, defocus, exposure, noise of the sensor, sharpening."""
        height = crop.shape[0]
        if chance.random() < 0.12 + 0.2 * hard:
            crop = _moved(crop, 1 + chance.uniform(0, 0.08) * hard * height, chance)
        blur = chance.uniform(0, 0.012 + 0.02 * hard) * height
        if blur > 0.25:
            crop = np.asarray(cv2.GaussianBlur(crop, (0, 0), blur), np.float32)
        if chance.random() < 0.45:
            middle = float(crop.mean())
            dim = chance.uniform(0.25, 1.3) if chance.random() < 0.5 else chance.uniform(0.8, 1.9)
            crop = (crop - middle) * dim + middle * chance.uniform(0.3, 1.35)
        if chance.random() < 0.3:
            crop = np.asarray(
                255 * (np.clip(crop, 0, 255) / 255) ** chance.uniform(0.55, 1.7), np.float32
            )
        sigma = chance.uniform(0, 3 + 10 * hard**2)
        if sigma > 0.7:
            crop = crop + self._noise.standard_normal(crop.shape, np.float32) * sigma
        if chance.random() < 0.2:
            soft = cv2.GaussianBlur(crop, (0, 0), 1.0)
            crop = crop + (crop - soft) * chance.uniform(0.3, 1.6)
        return np.asarray(np.clip(crop, 0, 255), np.float32)


def _pose(aspect: float, hard: float, chance: Random) -> Float:
    """Where the plate's corners lie in a crop of unit size: TL TR BR BL."""
    if chance.random() < 0.35:
        loose = 0.02 + 0.06 * hard
        base = np.array(((0, 0), (1, 0), (1, 1), (0, 1)), np.float32)
        jitter = [(chance.gauss(0, loose * 0.7), chance.gauss(0, loose)) for _ in range(4)]
        return base + np.array(jitter, np.float32) + np.float32(0)
    slant = 12 if aspect < 2.5 else 7
    turn = np.radians(chance.gauss(0, slant * (0.25 + 0.45 * hard)))
    lean = chance.gauss(0, 0.03 + 0.11 * hard)
    rise = chance.gauss(0, 0.02 + 0.06 * hard) if chance.random() < 0.6 else 0.0
    narrow, keystone = chance.uniform(0.8, 1.05), chance.gauss(0, 0.02 + 0.05 * hard)
    quad = np.array(
        (
            (-0.5 * aspect * narrow, -0.5 * (1 + keystone)),
            (0.5 * aspect * narrow, -0.5 * (1 - keystone)),
            (0.5 * aspect * narrow, 0.5 * (1 - keystone)),
            (-0.5 * aspect * narrow, 0.5 * (1 + keystone)),
        )
    )
    quad[:, 0] += lean * quad[:, 1]
    quad[:, 1] += rise * quad[:, 0]
    cos, sin = np.cos(turn), np.sin(turn)
    quad = quad @ np.array(((cos, sin), (-sin, cos)))
    low, high = quad.min(axis=0), quad.max(axis=0)
    size = high - low
    margin = np.array([[chance.uniform(-0.035, 0.12) for _ in range(2)] for _ in range(2)])
    if chance.random() < 0.5:
        margin = np.maximum(margin * 0.6, -0.03)
    elif aspect > 2.5 and chance.random() < 0.3:
        margin[:, 0] -= 0.02
    low, high = low - size * margin[0], high + size * margin[1]
    return np.asarray((quad - low) / (high - low), np.float32)


def _moved(crop: Float, length: float, chance: Random) -> Float:
    size = max(3, round(length) | 1)
    kernel = np.zeros((size, size), np.float32)
    way = chance.uniform(0, np.pi) if chance.random() < 0.6 else 0.0
    reach = length / 2
    a = (
        round((size / 2 + np.cos(way) * reach) * 16 - 8),
        round((size / 2 + np.sin(way) * reach) * 16 - 8),
    )
    b = (
        round((size / 2 - np.cos(way) * reach) * 16 - 8),
        round((size / 2 - np.sin(way) * reach) * 16 - 8),
    )
    cv2.line(kernel, a, b, 1.0, 1, cv2.LINE_8, 4)
    total = float(kernel.sum())
    return crop if total == 0 else np.asarray(cv2.filter2D(crop, -1, kernel / total), np.float32)


def _coded(crop: Float, hard: float, chance: Random) -> Grey:
    """A codec, sometimes after scaling up, as pictures of pictures are."""
    plain = np.asarray(crop, np.uint8)
    if plain.shape[1] < 140 and chance.random() < 0.2:
        plain = np.asarray(
            cv2.resize(plain, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8
        )
    if chance.random() < 0.65:
        quality = round(chance.uniform(85 - 60 * hard, 95))
        _, coded = cv2.imencode(".jpg", plain, (cv2.IMWRITE_JPEG_QUALITY, quality))
        plain = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return plain
