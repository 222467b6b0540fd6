"""Failures on one picture, side by side: what no table of figures shows."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from cv2.typing import MatLike

from edge_agent.errors import EdgeError

CELL = (200, 150)
"""Width and height of the room for one failure, pixels."""
_CAPTION = 34
_COLUMNS = 6
_FONT, _SCALE = cv2.FONT_HERSHEY_SIMPLEX, 0.36
_LETTERS = 27
"""So many fit under a picture."""
_PAPER, _INK = (246, 246, 246), (30, 30, 30)


@dataclass(frozen=True, slots=True)
class _Failure:
    weight: float
    cell: MatLike


class Sheet:
    """Collects failures; the heaviest stay.

    Args:
        most: So many are kept.
    """

    def __init__(self, most: int = 120) -> None:
        self._most = most
        self._kept: list[_Failure] = []
        self.added = 0

    def add(self, picture: MatLike, caption: str, weight: float = 0.0) -> None:
        """Remember one failure.

        Args:
            picture: Grey or BGR, any size; shrunk or enlarged to its cell.
            caption: A few words, two lines at most.
            weight: The surer the network was, the more a failure tells.
        """
        self.added += 1
        self._kept.append(_Failure(weight, _cell(picture, caption)))
        if len(self._kept) > 2 * self._most:
            self._trim()

    def write(self, path: Path) -> None:
        """Write all that is kept; an empty sheet says so.

        Raises:
            EdgeError: The file cannot be written.
        """
        self._trim()
        cells = [one.cell for one in self._kept] or [_cell(None, "no failure")]
        width, height = CELL[0], CELL[1] + _CAPTION
        columns = min(_COLUMNS, len(cells))
        rows = -(-len(cells) // columns)
        sheet = np.full((rows * height, columns * width, 3), _PAPER, np.uint8)
        for index, cell in enumerate(cells):
            row, column = divmod(index, columns)
            sheet[row * height : (row + 1) * height, column * width : (column + 1) * width] = cell
        try:
            written = cv2.imwrite(str(path), sheet)
        except cv2.error:
            written = False
        if not written:
            raise EdgeError(f"{path}: cannot be written; a name ending in .jpg or .png is expected")

    def _trim(self) -> None:
        self._kept = sorted(self._kept, key=lambda one: -one.weight)[: self._most]


def _cell(picture: MatLike | None, caption: str) -> MatLike:
    width, height = CELL
    cell = np.full((height + _CAPTION, width, 3), _PAPER, np.uint8)
    if picture is not None and picture.size:
        colour = picture if picture.ndim == 3 else cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)  # noqa: PLR2004
        scale = min((width - 4) / colour.shape[1], (height - 4) / colour.shape[0])
        size = tuple(max(1, round(length * scale)) for length in colour.shape[1::-1])
        small = cv2.resize(colour, size, interpolation=cv2.INTER_AREA)
        top, left = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
        cell[top : top + small.shape[0], left : left + small.shape[1]] = small
    words = caption.replace("Đ", "D").encode("ascii", "replace").decode()  # the font has no more
    for number, start in enumerate(range(0, min(len(words), 2 * _LETTERS), _LETTERS)):
        place = (4, height + 12 + 14 * number)
        line = words[start : start + _LETTERS]
        cv2.putText(cell, line, place, _FONT, _SCALE, _INK, 1, cv2.LINE_AA)
    return cell
