"""``python -m edge_agent.vision.glance``: looks through a camera and says how the picture is.

See ``beside``.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike

from edge_agent.device.view import Glance, View
from edge_agent.errors import DeviceError
from edge_agent.vision.beside import opened, serve

_WIDE = 640
_AIM = (320, 180)
_BLACK, _WHITE = 2, 253
_PLATE_M = 0.19
"""Width of a motorbike's plate, QCVN 08:2024/BCA."""
_KNOWN = 0.06
"""Response of the phase correlation from which two pictures show the same place."""


def look(view: View, frames: int, remembered: Path | None, *, remember: bool = False) -> Glance:
    """Decode some frames and judge the last.

    Args:
        view: Of which camera.
        frames: How many.
        remembered: File of the picture that was taken when the camera was aimed.
        remember: Take that picture now.
    """
    try:
        source = opened(view)
    except DeviceError as error:
        return Glance(asked=frames, trouble=str(error))
    begun, grey, count = time.monotonic(), None, 0
    while count < frames and source.grab():
        count += 1
        taken = source.take()
        grey = taken if taken is not None else grey
    took = max(1e-3, time.monotonic() - begun)
    source.close()
    if grey is None:
        return Glance(asked=frames, trouble="the stream opens, but no frame can be decoded")
    shift, known = None, False
    if remembered is not None:
        if remember:
            remembered.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            cv2.imwrite(str(remembered), cv2.resize(grey, _AIM, interpolation=cv2.INTER_AREA))
        then = cv2.imread(str(remembered), cv2.IMREAD_GRAYSCALE) if remembered.exists() else None
        known = then is not None
        shift = moved(then, grey) if then is not None else None
    height, width = grey.shape[:2]
    return Glance(
        frames=count,
        asked=frames,
        fps=round(count / took, 1),
        size=(width, height),
        sharp=round(sharpness(grey), 1),
        light=round(float(grey.mean()), 1),
        clipped=round(1000 * float(((grey <= _BLACK) | (grey >= _WHITE)).mean())),
        plate_px=plate_width(view.lines, view.ground, (width, height)),
        shift=shift,
        remembered=known,
    )


def sharpness(grey: MatLike) -> float:
    """Variance of the Laplacian at a fixed width, so that cameras of all sizes compare."""
    height = round(grey.shape[0] * _WIDE / grey.shape[1])
    small = cv2.resize(grey, (_WIDE, height), interpolation=cv2.INTER_AREA)
    return float(cv2.Laplacian(small, cv2.CV_64F).var())


def plate_width(
    lines: Sequence[Sequence[float]], ground: Sequence[Sequence[float]], size: tuple[int, int]
) -> int | None:
    """Pixels that a motorbike's plate spans on the nearest line; None without four ground marks."""
    if len(ground) < 4 or not lines:  # noqa: PLR2004 - what fixes a plane
        return None
    marks = np.array(ground, float)
    matrix, _ = cv2.findHomography(marks[:, 2:], marks[:, :2] * size, 0)
    back, _ = cv2.findHomography(marks[:, :2] * size, marks[:, 2:], 0)
    if not all(np.isfinite(np.asarray(each, float)).all() for each in (matrix, back)):
        return None
    widths = []
    for x1, y1, x2, y2 in lines:
        middle = np.array([[[(x1 + x2) / 2 * size[0], (y1 + y2) / 2 * size[1]]]], float)
        end = np.array([[[x2 * size[0], y2 * size[1]]]], float)
        here, there = (cv2.perspectiveTransform(point, back)[0, 0] for point in (middle, end))
        along = (there - here) / max(1e-9, float(np.linalg.norm(there - here)))
        side = cv2.perspectiveTransform((here + along * _PLATE_M).reshape(1, 1, 2), matrix)[0, 0]
        widths.append(float(np.linalg.norm(side - middle[0, 0])))
    return round(max(widths))


def moved(then: MatLike, now: MatLike) -> float | None:
    """Share of the width by which the picture moved; None when it is another place.

    By phase correlation of the outlines, so that light and traffic count little.
    """
    one, two = (
        _outline(cv2.resize(grey, _AIM, interpolation=cv2.INTER_AREA)) for grey in (then, now)
    )
    window = cv2.createHanningWindow(_AIM, cv2.CV_32F)
    (across, down), response = cv2.phaseCorrelate(one, two, window)
    return round(float(np.hypot(across, down)) / _AIM[0], 4) if response >= _KNOWN else None


def _outline(grey: MatLike) -> MatLike:
    soft = cv2.GaussianBlur(grey, (0, 0), 1.5).astype(np.float32)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    strength = cv2.magnitude(across, down)
    return np.minimum(strength, float(np.percentile(strength, 95)))


def main(asked: dict[str, Any]) -> dict[str, Any]:
    """What ``look`` is asked, its paths in words."""
    if asked["remembered"]:
        asked["remembered"] = Path(asked["remembered"])
    return asdict(look(**asked))


if __name__ == "__main__":
    serve(main)
