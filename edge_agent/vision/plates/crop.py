"""From a found plate to the picture that the reader is given, and how sharp that is."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.plates.finder import PlateBox

Grey = NDArray[np.uint8]

MARGIN = 0.04
"""Of the plate's width and height, kept on each side: the reader was taught −3…+12 %."""
WIDEST = 512
"""A crop is no wider than this: the reader looks at 128×64."""

_SEEN_AS = (128, 64)
_TINY = 1e-3


def crop(picture: Grey, plate: PlateBox, *, margin: float = MARGIN) -> Grey:
    """The plate, straightened: text runs level, edges are the picture's edges but for a margin.

    Args:
        picture: Where it was found, at full resolution.
        plate: Its corners.
        margin: On each side, share of its width and height.

    Returns:
        About as many pixels as the picture has of it; 1×1 at least. What lies outside the picture
        repeats its edge.
    """
    one, two, three, four = plate.corners.astype(np.float64)
    wide = (np.hypot(*(two - one)) + np.hypot(*(three - four))) / 2
    tall = (np.hypot(*(four - one)) + np.hypot(*(three - two))) / 2
    scale = min(1.0, WIDEST / max(wide, tall, 1.0))
    width = max(1, round(wide * scale * (1 + 2 * margin)))
    height = max(1, round(tall * scale * (1 + 2 * margin)))
    x, y = margin / (1 + 2 * margin) * width, margin / (1 + 2 * margin) * height
    flat = np.array(((x, y), (width - x, y), (width - x, height - y), (x, height - y)))
    move = cv2.getPerspectiveTransform(
        (plate.corners - 0.5).astype(np.float32), (flat - 0.5).astype(np.float32)
    )
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    found = cv2.warpPerspective(
        picture, move, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found, np.uint8)


def sharpness(picture: Grey) -> float:
    """How much of a crop's contrast is in fine detail, 0–1; light and contrast do not change it.

    Measured on 128×64, as the reader sees it: a crop that was enlarged to that counts as blurred.
    """
    if picture.size == 0:
        return 0.0
    small = picture.shape[0] < _SEEN_AS[1]
    how = cv2.INTER_LINEAR if small else cv2.INTER_AREA
    seen = cv2.resize(picture, _SEEN_AS, interpolation=how).astype(np.float32)
    spread = float(seen.var())
    if spread < _TINY:
        return 0.0
    fine = seen - cv2.GaussianBlur(seen, (0, 0), 1.5)
    return min(1.0, float(fine.var()) / spread)
