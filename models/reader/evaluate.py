"""Reads crops with the file that will be shipped, through the code that will run it.

    python -m edge_agent.models.reader.evaluate --model reader.onnx [--data FOLDER…] [--sheet PNG]

Real crops count apart by whether their text was held out; rendered ones come from a seed that no
training uses.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_agent.evaluation.sheet import Sheet
from edge_agent.evaluation.text import aligned
from edge_agent.models.reader.glyphs import bank
from edge_agent.models.reader.paint import Grey
from edge_agent.models.reader.real import Crop, read_crops
from edge_agent.models.reader.render import Renderer
from edge_agent.vision.nets.session import load
from edge_agent.vision.plates.grammar import CHARSET
from edge_agent.vision.plates.reader import Reader

_SEED = 77_777
_RENDERED = 2000
_MILD = 0.5
_SURE = 0.8


@dataclass(frozen=True, slots=True)
class Read:
    """A crop, what it says, what was read."""

    crop: Grey
    truth: str
    text: str
    confidence: float
    groups: tuple[str, ...]

    @property
    def right(self) -> bool:
        return self.truth == self.text


def read_real(reader: Reader, crops: Sequence[Crop]) -> list[Read]:
    """Read real crops; grouped by side, and where the label is undisputed by lines and source."""
    found = []
    for crop in crops:
        reading = reader.read([crop.picture])[0]
        side = "held-out" if crop.held else "learned"
        words: tuple[str, ...] = (f"{crop.vehicle} {crop.lines}-line", crop.source)
        if crop.disputed:
            words = ("disputed labels",)
        groups = (side, *(f"{side} {word}" for word in words))
        if not crop.disputed:
            groups += (f"{side} undisputed",)
        found.append(Read(crop.picture, crop.text, reading.text, reading.confidence, groups))
    return found


def read_rendered(reader: Reader, count: int = _RENDERED) -> list[Read]:
    """Read freshly rendered crops of own strokes and fonts, mild and hard ones apart."""
    renderer = Renderer(_SEED, bank(_SEED))
    found = []
    for _ in range(count):
        sample = renderer.sample()
        reading = reader.read([sample.crop])[0]
        groups = (f"rendered {'mild' if sample.hard < _MILD else 'hard'}",)
        found.append(Read(sample.crop, sample.text, reading.text, reading.confidence, groups))
    return found


def figures(reads: Iterable[Read]) -> dict[str, dict[str, float]]:
    """By group: items, share read exactly, share that is sure, and of these exactly."""
    by_group: dict[str, list[Read]] = {}
    for read in reads:
        for group in read.groups:
            by_group.setdefault(group, []).append(read)
    return {group: _measured(members) for group, members in sorted(by_group.items())}


def _measured(reads: Sequence[Read]) -> dict[str, float]:
    sure = [read for read in reads if read.confidence >= _SURE]
    return {
        "items": len(reads),
        "exact": round(sum(read.right for read in reads) / len(reads), 4),
        "sure": round(len(sure) / len(reads), 4),
        "exact_of_sure": round(sum(read.right for read in sure) / max(1, len(sure)), 4),
    }


def confusions(reads: Iterable[Read], most: int = 12) -> list[tuple[str, int]]:
    """Commonest slips as ``truth>read``; an empty side is a character missed or invented."""
    pairs = Counter(
        f"{true}>{seen}"
        for read in reads
        if not read.right
        for true, seen in aligned(read.truth, read.text)
        if true != seen
    )
    return pairs.most_common(most)


def evaluate(model: Path, data: Sequence[Path], sheet: Path | None = None) -> dict[str, Any]:
    """All figures of a file; ``sheet`` takes a picture of the held-out failures."""
    reader = Reader(load(model), CHARSET)
    real = read_real(reader, read_crops(data)) if data else []
    reads = [*real, *read_rendered(reader)]
    if sheet is not None:
        _draw(sheet, real, lambda read: "held-out" in read.groups)
    kept = [read for read in real if "held-out" in read.groups]
    return {"groups": figures(reads), "confusions": confusions(kept)}


def _draw(path: Path, reads: Sequence[Read], wanted: Callable[[Read], bool]) -> None:
    sheet = Sheet()
    for read in reads:
        if wanted(read) and not read.right:
            caption = f"{read.truth} read {read.text or 'nothing'} {read.confidence:.2f}"
            sheet.add(read.crop, caption, read.confidence)
    sheet.write(path)


def main() -> None:
    """The step as a command."""
    parser = argparse.ArgumentParser(description="read real and rendered crops")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument(
        "--data", type=Path, nargs="*", default=[], help="folders with labels.jsonl"
    )
    parser.add_argument("--sheet", type=Path, help="picture of what was read wrongly")
    asked = parser.parse_args()
    json.dump(evaluate(asked.model, asked.data, asked.sheet), sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
