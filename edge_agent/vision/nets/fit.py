"""A picture of any size made into what a network takes, and the way back for its boxes."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge_agent.vision.frame import Floats
from edge_agent.vision.nets.entry import Fit, Input

GREY = 114
"""Of the borders: what YOLOX, YOLOv8 and fast-plate-ocr were trained with."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Pixels for a network, and where they came from.

    Attributes:
        tensor: As the network takes it, batch 1.
        scale: Pixels of the network for one of the picture, along x and y.
        offset: Where the picture's corner lies in the network's pixels.
        size: Width and height of the picture.
    """

    tensor: NDArray[Any]
    scale: tuple[float, float]
    offset: tuple[float, float]
    size: tuple[int, int]

    def back(self, boxes: Floats) -> Floats:
        """N×4 boxes (x1 y1 x2 y2) of the network as pixels of the picture, cut at its edges."""
        lead = np.array([*self.offset, *self.offset])
        scale = np.array([*self.scale, *self.scale])
        width, height = self.size
        moved: Floats = np.clip((boxes - lead) / scale, 0, [width, height, width, height])
        return moved


def fitted(picture: MatLike, wanted: Input, fit: Fit, dtype: type[np.generic]) -> Fitted:
    """Scale, border, and order a picture.

    Args:
        picture: H×W luma or H×W×3 BGR, 8 bits, not empty.
        wanted: What the network takes.
        fit: How the shapes are brought together.
        dtype: ``float32`` or ``uint8``.
    """
    height, width = picture.shape[:2]
    across, down = wanted.size
    pixels = _coloured(picture, wanted.colour)
    if fit == "stretch":
        inner = (across, down)
    else:
        ratio = min(across / width, down / height)
        inner = (max(1, int(width * ratio)), max(1, int(height * ratio)))
    pixels = cv2.resize(pixels, inner, interpolation=cv2.INTER_LINEAR)
    left, above = ((across - inner[0]) // 2, (down - inner[1]) // 2) if fit == "centre" else (0, 0)
    right, below = across - inner[0] - left, down - inner[1] - above
    if fit != "stretch":
        pixels = cv2.copyMakeBorder(
            pixels, above, below, left, right, cv2.BORDER_CONSTANT, value=(GREY, GREY, GREY)
        )
    return Fitted(
        _tensor(pixels, wanted, dtype),
        (inner[0] / width, inner[1] / height),
        (left, above),
        (width, height),
    )


def _coloured(picture: MatLike, colour: str) -> MatLike:
    if picture.ndim == 2:  # noqa: PLR2004 - luma only
        return picture if colour == "grey" else cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    match colour:
        case "grey":
            return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        case "rgb":
            return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        case _:
            return picture


def _tensor(pixels: MatLike, wanted: Input, dtype: type[np.generic]) -> NDArray[Any]:
    cube = pixels[:, :, None] if pixels.ndim == 2 else pixels  # noqa: PLR2004 - luma only
    if wanted.layout == "NCHW":
        cube = cube.transpose(2, 0, 1)
    values = np.ascontiguousarray(cube[None]).astype(dtype, copy=False)
    match wanted.range:
        case "0-1":
            values = values / np.float32(255)
        case "standardised":
            values = (values - values.mean()) / max(1e-3, float(values.std()))
        case _:
            pass
    return values.astype(dtype, copy=False)
