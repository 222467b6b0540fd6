"""Labelled items and answers for tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cv2.typing import MatLike

from edge_agent.evaluation.labels import Box, Item, Plate, Vehicle
from edge_agent.vision.frame import CLASSES, Detections

HCMC = "minhtrietcancode/vietnamese-vehicle-detection (a set)"
HANOI = "TLinh2/traffic (a set)"
PICTURE: MatLike = np.full((720, 1280, 3), 90, np.uint8)


def item(name: str = "a.jpg", **fields: Any) -> Item:
    return Item(path=Path(name), name=name, where=f"labels.jsonl:{name}", **fields)


def frame(*vehicles: tuple[str, Box], **fields: Any) -> Item:
    return item(vehicles=tuple(Vehicle(cls, box) for cls, box in vehicles), **fields)


def photo(*plates: tuple[Box, str | None], lines: int = 2, **fields: Any) -> Item:
    told = tuple(Plate(box, text, lines, "motorbike") for box, text in plates)
    return item(plates=told, **fields)


def crop(text: str, lines: int = 1, vehicle: str = "car", **fields: Any) -> Item:
    return item(crop=Plate(None, text, lines, vehicle), **fields)


def detections(*found: tuple[str, float, Box]) -> Detections:
    names = [one.value for one in CLASSES]
    return Detections(
        np.array([box for _, _, box in found], np.float64).reshape(-1, 4),
        np.array([score for _, score, _ in found], np.float64),
        np.array([names.index(cls) for cls, _, _ in found], np.int64),
    )


class Told:
    """Answers what it was given, one answer a picture."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    def find(self, picture: MatLike) -> Any:
        return self._answers.pop(0)

    look = find

    def read(self, crops: Sequence[MatLike]) -> list[Any]:
        return [self._answers.pop(0) for _ in crops]


@dataclass
class Reading:
    text: str
    confidence: float = 0.9
