"""The rendered set: plates of all kinds, seen through all kinds of cameras, cached as they come.

    python -m edge_agent.models.reader.render --out CACHE --count 300000 [--atlas FOLDER]

A cache is a folder of shards, ``NNNN.crops.npy`` (uint8, N x 64 x 128) beside ``NNNN.truth.npz``
(``labels`` N x 10 classes, ``centres`` N x 10 x 2 pixels or NaN, ``hard`` N). The same seed makes
the same shards; what is there already is not made again.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.models.reader.glyphs import LETTERS, Bank, bank
from edge_agent.models.reader.paint import Grey, Plate, paint
from edge_agent.models.reader.spoil import SIZE, Spoiler
from edge_agent.models.reader.texts import SLOTS, Print, draw_print
from edge_agent.simulators.render.plates import face_picture
from edge_agent.simulators.world import plates as road

SHARD = 4096
BLANK = len(LETTERS)
"""Class of an empty slot, behind all letters."""

_SIMULATED = 0.07
"""Share of plates that are faces of the simulated road."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One crop with its truth; ``centres`` are NaN where they are not known."""

    crop: Grey
    text: str
    centres: NDArray[np.float32]
    hard: float


def labels_of(text: str) -> NDArray[np.uint8]:
    """Classes of the slots: the characters, then blanks.

    Raises:
        ValueError: A character that no plate carries, or too many of them.
    """
    if len(text) > SLOTS:
        raise ValueError(f"{text}: more than {SLOTS} characters")
    if strangers := set(text) - set(LETTERS):
        raise ValueError(f"{text}: no plate carries {', '.join(sorted(strangers))}")
    found = [LETTERS.index(sign) for sign in text]
    return np.array(found + [BLANK] * (SLOTS - len(found)), np.uint8)


class Renderer:
    """Makes samples from a seed, one after the other."""

    def __init__(self, seed: int, glyphs: Bank) -> None:
        self._chance = Random(seed)
        self._bank = glyphs
        self._spoiler = Spoiler(seed)

    def sample(self) -> Sample:
        chance = self._chance
        hard = chance.random()
        if chance.random() < _SIMULATED:
            return self._road(hard)
        what = draw_print(chance)
        native = _native(what, chance)
        tall = min(160, max(40, native[1] * 3 // 2))
        plate = paint(what, self._bank, tall, chance)
        crop, centres = self._spoiler.crop(plate, native, hard, chance)
        return Sample(crop, what.text, centres, hard)

    def _road(self, hard: float) -> Sample:
        """A plate of the simulated road, as its renderer prints it."""
        chance = self._chance
        while True:
            wheels = chance.random() < 0.5
            dealt = road.plate(chance, chance.randrange(99_999), two_wheels=wheels, business=0.25)
            face = dealt.rear if wheels or chance.random() < 0.5 else dealt.front
            if face is not None:
                break
        what = Print(face.lines, "road", face.width / face.height, 0.5, 0.4)
        native = _native(what, chance)
        tall = min(160, max(40, native[1] * 3 // 2))
        flat = face_picture(dealt, face, chance.randrange(1 << 30), tall)
        grey = np.asarray(cv2.cvtColor(flat, cv2.COLOR_BGR2GRAY), np.uint8)
        unknown = np.full((len(what.text), 2), np.nan, np.float32)
        crop, _ = self._spoiler.crop(Plate(grey, np.zeros_like(unknown)), native, hard, chance)
        return Sample(crop, what.text, unknown, hard)


def _native(what: Print, chance: Random) -> tuple[int, int]:
    """Pixels of the crop on the sensor: most are small, as most plates are far away."""
    if len(what.lines) == 1:
        width = round(70 * 4.5 ** (chance.random() ** 1.3))
        return width, max(13, round(width / what.aspect * chance.uniform(1.0, 1.45)))
    width = round(36 * 7 ** (chance.random() ** 1.2) * (1.3 if what.aspect > 1.7 else 1.0))
    return width, max(22, round(width / what.aspect * chance.uniform(0.95, 1.25)))


def fill_shard(renderer: Renderer, count: int = SHARD) -> dict[str, NDArray[np.generic]]:
    """Render ``count`` samples into arrays named as the shard's files name them."""
    crops = np.empty((count, SIZE[1], SIZE[0]), np.uint8)
    labels = np.empty((count, SLOTS), np.uint8)
    centres = np.full((count, SLOTS, 2), np.nan, np.float32)
    hard = np.empty(count, np.float32)
    for row in range(count):
        sample = renderer.sample()
        crops[row] = sample.crop
        labels[row] = labels_of(sample.text)
        centres[row, : len(sample.centres)] = sample.centres
        hard[row] = sample.hard
    return {"crops": crops, "labels": labels, "centres": centres, "hard": hard}


def render_shard(folder: Path, number: int, seed: int, glyphs: Bank) -> None:
    """Make one shard unless it is there; it appears whole or not at all."""
    crops, truth = folder / f"{number:04}.crops.npy", folder / f"{number:04}.truth.npz"
    if crops.exists():
        return
    made = fill_shard(Renderer(seed * 100_003 + number, glyphs))
    np.savez(truth, labels=made["labels"], centres=made["centres"], hard=made["hard"])
    unfinished = folder / f"{number:04}.part.npy"
    np.save(unfinished, made["crops"])
    unfinished.rename(crops)


def render(folder: Path, count: int, seed: int, atlas: Path | None) -> None:
    """Fill a cache with at least ``count`` samples."""
    folder.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    glyphs = bank(seed, atlas)
    for number in range(-(-count // SHARD)):
        render_shard(folder, number, seed, glyphs)


def main() -> None:
    """The step as a command."""
    parser = argparse.ArgumentParser(description="render plate crops into a cache")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atlas", type=Path, help="folder of atlas.png with real characters")
    asked = parser.parse_args()
    render(asked.out, asked.count, asked.seed, asked.atlas)


if __name__ == "__main__":
    main()
