"""Failures to look at: a picture of the moments at which something went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tests.bench.world_films import cache

_WIDE, _HIGH, _COLUMNS, _MOST = 480, 270, 4, 40


@dataclass(frozen=True)
class Moment:
    """A place in a recording, and what to say about it."""

    video: Path
    t_ms: int
    words: str


def write_sheet(moments: Sequence[Moment], name: str) -> str:
    """Write the first forty, evenly chosen, into the cache; says where, or that there are none."""
    if not moments:
        return "no failures"
    chosen = [moments[i * len(moments) // min(_MOST, len(moments))]
              for i in range(min(_MOST, len(moments)))]  # fmt: skip
    tiles = [_tile(moment) for moment in chosen]
    while len(tiles) % _COLUMNS:
        tiles.append(np.zeros_like(tiles[0]))
    rows = [np.hstack(tiles[i : i + _COLUMNS]) for i in range(0, len(tiles), _COLUMNS)]
    path = cache() / f"failures-{name}.png"
    if not cv2.imwrite(str(path), np.vstack(rows)):
        raise OSError(f"{path}: cannot be written")
    return f"failures: {path}"


def _tile(moment: Moment) -> np.ndarray:
    tape = cv2.VideoCapture(str(moment.video))
    tape.set(cv2.CAP_PROP_POS_MSEC, moment.t_ms)
    ok, picture = tape.read()
    tape.release()
    tile = np.zeros((_HIGH, _WIDE, 3), np.uint8)
    if ok:
        tile = np.asarray(cv2.resize(picture, (_WIDE, _HIGH), interpolation=cv2.INTER_AREA))
    words = f"{moment.t_ms / 1000:.1f} s {moment.words}"
    for colour, thick in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(tile, words, (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, thick)
    return tile
