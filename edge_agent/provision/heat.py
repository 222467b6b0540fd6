"""Pictures for aiming: lines and points drawn, and how wide a plate would be where, in pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge_agent.vision.ground import Ground

PLATE_M = 0.19
"""Width of a motorbike's plate, QCVN 08:2024/BCA: the smallest that is read."""
_CELL = 16
_TOP_PX = 160
_READ_PX = 48
"""Width from which a plate is read; where none is wider the colours do not pretend otherwise."""
_DARK, _BRIGHT = (20, 20, 20), (60, 220, 255)

Mark = Sequence[float]


@dataclass(frozen=True, slots=True)
class Fit:
    """How well measured points agree with one plane.

    Attributes:
        error_px: Root mean square of the distance in the picture, tenths of a pixel.
        error_mm: The same on the road.
        worst: Number of the point that fits worst, from 1.
        plate_px: Least, median and largest width of a plate over the picture's road.
    """

    points: int
    error_px: int
    error_mm: int
    worst: int
    plate_px: tuple[int, int, int]


def draw(picture: Path, out: Path, lines: Mapping[str, Sequence[float]]) -> None:
    """Lines, with their names, on a picture. Ends are shares of it."""
    image = _read(picture)
    height, width = image.shape[:2]
    for name, (x1, y1, x2, y2) in lines.items():
        one, two = (round(x1 * width), round(y1 * height)), (round(x2 * width), round(y2 * height))
        for colour, thick in ((_DARK, 5), (_BRIGHT, 2)):
            cv2.line(image, one, two, colour, thick, cv2.LINE_AA)
            cv2.putText(image, _ascii(name), one, cv2.FONT_HERSHEY_SIMPLEX, 0.7, colour, thick)
    _write(out, image)


def calibrate(picture: Path, out: Path, marks: Sequence[Mark]) -> Fit:
    """Fit a plane, and draw plate widths over the picture.

    Args:
        picture: Of the camera.
        out: Where the drawing goes.
        marks: Points: x, y as shares of the picture, X, Y on the road in metres.

    Raises:
        ValueError: The points fix no plane.
    """
    Ground([(x, y, east, north) for x, y, east, north in marks])  # refuses what fixes no plane
    image = _read(picture)
    height, width = image.shape[:2]
    table = np.array(marks, float)
    seen, road = table[:, :2] * (width, height), table[:, 2:]
    to_road, _ = cv2.findHomography(seen, road, 0)
    to_picture, _ = cv2.findHomography(road, seen, 0)
    road_map, picture_map = np.asarray(to_road, float), np.asarray(to_picture, float)
    missed_px = np.linalg.norm(_project(picture_map, road) - seen, axis=1)
    missed_m = np.linalg.norm(_project(road_map, seen) - road, axis=1)
    widths = _widths((width, height), road_map, picture_map, seen)
    known = widths[np.isfinite(widths)]
    _write(out, _painted(image, widths, seen))
    low, middle, high = np.percentile(known, (0, 50, 100)) if known.size else (0, 0, 0)
    return Fit(
        points=len(marks),
        error_px=round(10 * float(np.sqrt((missed_px**2).mean()))),
        error_mm=round(1000 * float(np.sqrt((missed_m**2).mean()))),
        worst=int(missed_px.argmax()) + 1,
        plate_px=(round(float(low)), round(float(middle)), round(float(high))),
    )


def _widths(
    size: tuple[int, int],
    to_road: NDArray[np.float64],
    to_picture: NDArray[np.float64],
    seen: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Pixels that a plate spans at the middle of each cell; NaN beyond the horizon."""
    across, down = (np.arange(_CELL / 2, side, _CELL) for side in size)
    grid = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    side = np.sign((_homogeneous(seen) @ to_road[2]).mean())
    depth = _homogeneous(grid) @ to_road[2] * side
    ahead = depth > 1e-6  # noqa: PLR2004 - as good as the horizon
    widths = np.full(len(grid), np.nan)
    place = _project(to_road, grid[ahead])
    # Of both directions on the road the larger span: a plate faces the camera.
    spans = [
        np.linalg.norm(_project(to_picture, place + step) - grid[ahead], axis=1)
        for step in ((PLATE_M, 0.0), (0.0, PLATE_M))
    ]
    widths[ahead] = np.maximum(*spans)
    widths[widths > _TOP_PX] = _TOP_PX
    return widths.reshape(len(down), len(across))


def _painted(image: MatLike, widths: NDArray[np.float64], seen: NDArray[np.float64]) -> MatLike:
    height, width = image.shape[:2]
    top = max(_READ_PX, float(np.nanmax(widths, initial=0.0)))
    level = np.nan_to_num(np.clip(255 * widths / top, 0, 255)).astype(np.uint8)
    level = np.asarray(cv2.resize(level, (width, height), interpolation=cv2.INTER_LINEAR))
    colours = cv2.applyColorMap(level, cv2.COLORMAP_VIRIDIS)
    mixed = cv2.addWeighted(image, 0.55, colours, 0.45, 0)
    for row in range(0, widths.shape[0], 5):
        for column in range(2, widths.shape[1], 8):
            value = widths[row, column]
            if np.isfinite(value):
                at = (column * _CELL, row * _CELL + _CELL)
                for colour, thick in ((_DARK, 3), ((255, 255, 255), 1)):
                    cv2.putText(
                        mixed, f"{value:.0f}", at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, thick
                    )
    for number, (x, y) in enumerate(seen, 1):
        cv2.circle(mixed, (round(x), round(y)), 6, _BRIGHT, 2, cv2.LINE_AA)
        at = (round(x) + 8, round(y) - 8)
        cv2.putText(mixed, str(number), at, cv2.FONT_HERSHEY_SIMPLEX, 0.7, _BRIGHT, 2)
    return mixed


def _project(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    ahead = _homogeneous(points) @ matrix.T
    result: NDArray[np.float64] = ahead[:, :2] / ahead[:, 2:]
    return result


def _homogeneous(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([points, np.ones(len(points))])


def _read(path: Path) -> MatLike:
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{path.name} is no picture")
    return image


def _write(path: Path, image: MatLike) -> None:
    if not cv2.imwrite(str(path), image):
        raise OSError(f"{path}: cannot be written")


def _ascii(text: str) -> str:
    """OpenCV's fonts know no more."""
    return text.encode("ascii", "replace").decode("ascii")
