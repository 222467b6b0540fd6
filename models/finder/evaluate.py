"""How well a finder's file does on labelled photos, as the unit runs it.

    python -m edge_agent.models.finder.evaluate FILE --data FOLDER… [--sheet failures.png]

Photos are split into those that may have been trained on and those that were held out.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.evaluation.boxes import NOTHING, Matches, match, overlap
from edge_agent.evaluation.labels import Item, gather
from edge_agent.evaluation.sheet import Sheet
from edge_agent.evaluation.split import held_out, keys
from edge_agent.simulators.render_set.labels import SOURCE as RENDERED
from edge_agent.vision.nets.session import load
from edge_agent.vision.plates.finder import Finder, PlateBox

SCORE = 0.55
"""Least score that ships, chosen on photos that were trained on: precision is then above 0.96."""
_AROUND = 0.8
_RENDERED_PX = 16
"""Narrower plates of rendered pictures, where all are labelled, are neither right nor wrong."""


@dataclass(frozen=True)
class Photo:
    """What became of one photo.

    Attributes:
        found: Boxes that were found, N×4.
        truth: Boxes that are there, M×4.
        matches: Who is whom.
    """

    item: Item
    found: NDArray[np.float64]
    truth: NDArray[np.float64]
    matches: Matches


def evaluate(
    file: Path, folders: Sequence[Path], *, score: float = SCORE, sheet: Path | None = None
) -> dict[str, dict[str, float]]:
    """Figures by part: held out or trained on, and their sources.

    Args:
        file: ONNX.
        folders: Of ``labels.jsonl``; items without plates are passed over.
        score: Least score of what counts as found.
        sheet: Where to draw what was missed and what was no plate.
    """
    finder = Finder(load(file), {"score": score})
    drawn = Sheet(60) if sheet else None
    parts: dict[str, list[Photo]] = defaultdict(list)
    for photo in _looked_at(finder, folders, drawn):
        source = photo.item.source or "unknown"
        if source == RENDERED:
            parts["rendered"].append(photo)
            continue
        part = "held out" if any(map(held_out, keys(photo.item))) else "trained on"
        parts[part].append(photo)
        parts[f"{part}: {source}"].append(photo)
    if sheet and drawn:
        drawn.write(sheet)
    return {name: measure(photos) for name, photos in sorted(parts.items())}


def measure(photos: Sequence[Photo]) -> dict[str, float]:
    """Recall and precision at IoU 0.5; of what was found rightly: mean IoU, and how far off.

    ``dx`` … ``dh`` are shares of the labelled box, right, down, wider and taller positive.
    """
    truths = sum(one.matches.truths for one in photos)
    finds = sum(int(one.matches.judged.sum()) for one in photos)
    pairs = [
        (one.found[at], one.truth[one.matches.partner[at]])
        for one in photos
        for at in np.flatnonzero(one.matches.right)
    ]
    figures: dict[str, float] = {"photos": len(photos), "plates": truths}
    if truths:
        figures["recall"] = len(pairs) / truths
    if finds:
        figures["precision"] = len(pairs) / finds
    if pairs:
        found, truth = (np.array(side) for side in zip(*pairs, strict=True))
        figures["iou"] = float(np.mean(np.diagonal(overlap(found, truth))))
        size = truth[:, 2:] - truth[:, :2]
        off = (found[:, :2] + found[:, 2:] - truth[:, :2] - truth[:, 2:]) / 2 / size
        more = (found[:, 2:] - found[:, :2]) / size - 1
        figures |= dict(zip(("dx", "dy", "dw", "dh"), (*off.mean(0), *more.mean(0)), strict=True))
    return {name: round(float(value), 4) for name, value in figures.items()}


def _looked_at(finder: Finder, folders: Sequence[Path], drawn: Sheet | None) -> Iterator[Photo]:
    for item in gather(folders):
        if item.plates is None:
            continue
        pixels = cv2.imread(str(item.path), cv2.IMREAD_GRAYSCALE)
        if pixels is None:
            continue
        picture = np.asarray(pixels, np.uint8)
        found = finder.find(picture)
        boxes = _inside(found, picture.shape[1], picture.shape[0])
        truth = np.array([one.box for one in item.plates if one.box], np.float64).reshape(-1, 4)
        scores = np.array([one.score for one in found])
        told = np.zeros(len(found), np.bool_)
        small = truth[:, 2] - truth[:, 0] < (_RENDERED_PX if item.source == RENDERED else 0)
        matched = match(boxes, scores, truth, small, told)
        if drawn is not None:
            for which in matched.missed:
                drawn.add(_around(picture, truth[which]), f"missed {item.path.name}")
            for at in np.flatnonzero(matched.partner == NOTHING):
                drawn.add(_around(picture, boxes[at]), f"no plate {scores[at]:.2f}", scores[at])
        yield Photo(item, boxes, truth, matched)


def _inside(found: Sequence[PlateBox], width: int, height: int) -> NDArray[np.float64]:
    boxes = np.array([one.box for one in found], np.float64).reshape(-1, 4)
    return np.asarray(np.clip(boxes, 0, (width, height, width, height)))


def _around(picture: NDArray[np.uint8], box: NDArray[np.float64]) -> NDArray[np.uint8]:
    more = _AROUND * (box[2] - box[0])
    left, top = max(0, int(box[0] - more)), max(0, int(box[1] - more))
    return picture[top : int(box[3] + more) + 1, left : int(box[2] + more) + 1]


def main() -> None:
    """The figures as JSON."""
    parser = argparse.ArgumentParser(description="score a finder's file on labelled photos")
    parser.add_argument("file", type=Path)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--score", type=float, default=SCORE)
    parser.add_argument("--sheet", type=Path, help="picture of what went wrong")
    asked = parser.parse_args()
    figures = evaluate(asked.file, asked.data, score=asked.score, sheet=asked.sheet)
    print(json.dumps(figures, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
