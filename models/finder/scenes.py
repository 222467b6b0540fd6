"""Pictures that windows are cut from, read from folders in the format of ``labels.jsonl``."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.evaluation.split import held_out
from edge_agent.simulators.render_set.labels import SOURCE as RENDERED

Grey = NDArray[np.uint8]
Box = tuple[float, float, float, float]

_LONGEST = 1280
_FREE_LICENCES = ("CC BY", "CC0", "Apache")
_LEAST_VISIBLE = 0.85
_LEANING = 1.6
"""A box about one line that is less broad than this holds a plate at an angle nobody told."""


@dataclass(frozen=True)
class Target:
    """A plate in a picture.

    Attributes:
        quad: 4×2, pixels: top left, top right, bottom right, bottom left.
        exact: These are its corners; False when only the box around it is known.
        lines: 1 or 2; 0 when unknown.
        hidden: It is there but not to be learnt: too much of it is covered.
    """

    quad: NDArray[np.float32]
    exact: bool
    lines: int
    hidden: bool = False


@dataclass(frozen=True)
class Scene:
    """A picture with its plates.

    Attributes:
        plates: All of them; None when they were not labelled, only the vehicles were.
        vehicles: Boxes that may hold a plate nobody labelled.
    """

    picture: Grey
    plates: tuple[Target, ...] | None
    vehicles: tuple[Box, ...] = ()
    source: str = ""
    name: str = field(default="", compare=False)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Items of a file of labels, as written; none when there is no such file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def items_of(folder: Path) -> Iterator[dict[str, Any]]:
    """Items of a folder: of ``labels.jsonl``, and of ``e2e.jsonl`` for whole photos of crops."""
    for labels in ("labels.jsonl", "e2e.jsonl"):
        yield from lines_of(folder / labels)


def has_rendered(folder: Path) -> bool:
    """Whether the simulated road is in it."""
    return any(item.get("source") == RENDERED for item in items_of(folder))


def keys_of(item: dict[str, Any]) -> list[str]:
    """What decides whether an item is held out, as in ``evaluation.split``."""
    texts = [one["text"] for one in item.get("plates", ()) if one.get("text")]
    texts += [item["text"]] if item.get("text") else []
    return texts or [Path(item["image"]).name]


def is_free(item: dict[str, Any]) -> bool:
    """Whether its licence is stated and lets weights be shared."""
    return str(item.get("licence", "")).startswith(_FREE_LICENCES)


def training_scenes(folders: Sequence[Path], *, clean: bool) -> Iterator[Scene]:
    """Scenes of all folders that are not held out.

    Args:
        folders: Each with ``labels.jsonl`` or ``e2e.jsonl``, whose items have plates or vehicles.
        clean: Leave out items without a licence that allows it.
    """
    for folder in folders:
        for item in items_of(folder):
            if ("plates" in item or "boxes" in item) and wanted(item, clean=clean):
                yield read(folder, item)


def wanted(item: dict[str, Any], *, clean: bool) -> bool:
    """Whether it may be trained on: its licence, and that it is not held out."""
    if clean and not is_free(item):
        return False
    if item.get("source") == RENDERED or "boxes" in item:
        return True
    return not any(held_out(key) for key in keys_of(item))


def read(folder: Path, item: dict[str, Any]) -> Scene:
    """One item as a scene, at most 1280 pixels long.

    Raises:
        FileNotFoundError: Its picture is not there or cannot be read.
    """
    path = folder / item["image"]
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise FileNotFoundError(path)
    share = min(1.0, _LONGEST / max(picture.shape))
    if share < 1:
        picture = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    plates = None
    if "plates" in item:
        plates = tuple(_target(one, share) for one in item["plates"])
    boxes = [one["box"] for one in item.get("boxes", ())] + item.get("ignore", [])
    vehicles = tuple((x1 * share, y1 * share, x2 * share, y2 * share) for x1, y1, x2, y2 in boxes)
    return Scene(
        np.asarray(picture, np.uint8), plates, vehicles, str(item.get("source", "")), path.name
    )


def corners_of(box: Sequence[float]) -> NDArray[np.float32]:
    """Corners of a box, top left first, clockwise."""
    x1, y1, x2, y2 = box
    return np.array(((x1, y1), (x2, y1), (x2, y2), (x1, y2)), np.float32)


def _target(one: dict[str, Any], share: float) -> Target:
    quad = one.get("quad")
    x1, y1, x2, y2 = one["box"]
    corners = corners_of(one["box"]) if quad is None else np.array(quad, np.float32)
    lines = one.get("lines") or 0
    leans = quad is None and lines == 1 and x2 - x1 < _LEANING * (y2 - y1)
    hidden = leans or float(one.get("visible", 1.0)) < _LEAST_VISIBLE
    return Target(corners * share, quad is not None, lines, hidden)
