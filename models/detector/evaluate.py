"""Scores of weights by the suite's own measure, before and after they become a file."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from edge_agent.evaluation.vehicles import VehicleScore
from edge_agent.models.detector.classes import CLASSES
from edge_agent.models.detector.export import Shipped, wanted
from edge_agent.models.detector.labels import Lesson
from edge_agent.models.detector.net import Net
from edge_agent.vision.detector import NetDetector
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.session import Net as Session
from edge_agent.vision.nets.session import load

Figures = Mapping[str, float]
DOUBTFUL = {"score": 0.03}
"""Average precision wants the doubtful finds too."""


def entry(
    size: tuple[int, int], thresholds: Mapping[str, float] | None = None, name: str = "detector"
) -> Entry:
    """What a manifest would say of a net of this recipe."""
    return Entry(
        name=name,
        file=f"{name}.onnx",
        sha256="0" * 64,
        task="detector",
        adapter="edge",
        input=wanted(size),
        classes=CLASSES,
        thresholds=dict(thresholds or {}),
        licence="Apache-2.0",
    )


def of_file(
    path: Path, size: tuple[int, int], thresholds: Mapping[str, float] | None = None
) -> NetDetector:
    """An exported file as the unit runs it."""
    return NetDetector(load(path), entry(size, thresholds))


def of_weights(
    net: Net, size: tuple[int, int], thresholds: Mapping[str, float] | None = None
) -> NetDetector:
    """Weights that have not been exported yet, as the unit would run them."""
    return NetDetector(_Torch(net, size), entry(size, thresholds))


def measure(eyes: NetDetector, lessons: Iterable[Lesson]) -> dict[str, Any]:
    """``overall``, ``by_scene``, ``by_class``… as `edge-agent eval vehicles` reports them."""
    score = VehicleScore(eyes)
    for lesson in lessons:
        score.add(lesson.item, lesson.picture())
    return score.report(None, lambda _: False)


def measure_all(
    path: Path, size: tuple[int, int], sets: Mapping[str, Sequence[Lesson]]
) -> dict[str, Any]:
    """Figures of an exported file on several sets; empty ones are left out."""
    eyes = of_file(path, size, DOUBTFUL)
    return {name: measure(eyes, lessons) for name, lessons in sets.items() if lessons}


class _Torch(Session):
    """A net in torch that answers as a session of onnxruntime does."""

    def __init__(self, net: Net, size: tuple[int, int]) -> None:  # no file, hence no session
        self._net = Shipped(net, size).eval()

    def run(self, *inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        with torch.no_grad():
            return [self._net(torch.from_numpy(one)).numpy() for one in inputs]


def words(figures: Figures, names: Sequence[str] = ("any", *CLASSES)) -> str:
    """AP50 in one line."""
    keys = [(name, f"ap50_{name}") for name in names]
    return " ".join(f"{name} {figures[key]:.3f}" for name, key in keys if key in figures)
