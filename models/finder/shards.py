"""Windows on disk, in files of two thousand, so that they are cut once and read many times.

python -m edge_agent.models.finder.shards --out SHARDS --data FOLDER… --count 20
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.models.finder.clutter import scribbled
from edge_agent.models.finder.faces import FlatPlate, drawn
from edge_agent.models.finder.scenes import Scene, items_of, training_scenes, wanted
from edge_agent.models.finder.windows import SIDE, Cutter, Window

PLATES = 12
"""Most plates and ignored places a window keeps."""

NOTHING = 255
"""Kind of an unused row."""

_WINDOWS = 2000
_DRAWN_FACES = 500
_SCRIBBLES = 60


@dataclass(frozen=True)
class Shard:
    """Windows, side by side.

    Attributes:
        pictures: N×256×256.
        quads: N×12×4×2, pixels.
        kinds: N×12, see ``windows``; NOTHING where there is none.
        lines: N×12.
    """

    pictures: NDArray[np.uint8]
    quads: NDArray[np.float32]
    kinds: NDArray[np.uint8]
    lines: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.pictures)


def build(
    out: Path, folders: Sequence[Path], count: int, *, clean: bool, seed: int
) -> Iterator[Path]:
    """Write as many shards; those that are there already are kept.

    Args:
        out: Folder of the shards.
        folders: In the format of ``labels.jsonl``.
        count: How many there shall be.
        clean: Only items whose licence is stated and free.
        seed: Of everything that is chosen.
    """
    out.mkdir(parents=True, exist_ok=True)
    missing = [(k, path) for k in range(count) if not (path := out / f"{k:03}.npz").exists()]
    if not missing:
        return
    cv2.setNumThreads(1)
    scenes = list(training_scenes(folders, clean=clean)) + _scribbles(seed)
    faces = drawn(_DRAWN_FACES, seed) + _cropped(folders, clean=clean)
    for number, path in missing:
        cutter = Cutter(scenes, faces, seed * 1000 + number)
        _write(path, [cutter.cut() for _ in range(_WINDOWS)])
        yield path


def load(path: Path) -> Shard:
    """A shard that was written by ``build``."""
    with np.load(path) as held:
        return Shard(held["pictures"], held["quads"], held["kinds"], held["lines"])


def _write(path: Path, windows: list[Window]) -> None:
    count = len(windows)
    quads = np.zeros((count, PLATES, 4, 2), np.float32)
    kinds = np.full((count, PLATES), NOTHING, np.uint8)
    lines = np.zeros((count, PLATES), np.uint8)
    pictures = np.zeros((count, SIDE, SIDE), np.uint8)
    for row, window in enumerate(windows):
        kept = min(PLATES, len(window.kinds))
        pictures[row] = window.picture
        quads[row, :kept] = window.quads[:kept]
        kinds[row, :kept] = window.kinds[:kept]
        lines[row, :kept] = window.lines[:kept]
    part = path.with_suffix(".part.npz")
    np.savez(part, pictures=pictures, quads=quads, kinds=kinds, lines=lines)
    part.replace(path)


def _scribbles(seed: int) -> list[Scene]:
    chance = Random(f"{seed}/scribbles")
    return [Scene(scribbled(chance, 320), None, (), "scribbled") for _ in range(_SCRIBBLES)]


def _cropped(folders: Sequence[Path], *, clean: bool) -> list[FlatPlate]:
    """Real plates from folders of crops: items with a text and no boxes."""
    found = []
    for folder in folders:
        for item in items_of(folder):
            if "plates" in item or "boxes" in item or not wanted(item, clean=clean):
                continue
            picture = cv2.imread(str(folder / item["image"]), cv2.IMREAD_GRAYSCALE)
            if picture is not None and min(picture.shape) >= 12:
                found.append(FlatPlate(np.asarray(picture, np.uint8), item["lines"], exact=False))
    return found


def main() -> None:
    """This step as a command."""
    parser = argparse.ArgumentParser(description="cut windows to train the plate finder on")
    parser.add_argument("--out", type=Path, required=True, help="folder of the shards")
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=20, help="shards of 2000 windows")
    parser.add_argument("--licences", choices=("clean", "all"), default="clean")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    clean = asked.licences == "clean"
    for path in build(asked.out, asked.data, asked.count, clean=clean, seed=asked.seed):
        print(path, flush=True)


if __name__ == "__main__":
    main()
