"""Clips with a counting line: how far the counts are from the truth, by class and direction.

``truth.json`` maps a clip's file name to ``line`` (two points, pixels of the clip) and ``counts``
(direction on the screen to class to number); ``counts: null`` is a clip for looking at.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from edge_agent.device.readings import CrossingReading, Reading
from edge_agent.errors import DeviceError, EdgeError
from edge_agent.evaluation.groups import Figures, known, share
from edge_agent.evaluation.vehicles import COARSE
from edge_agent.vision import offline
from edge_agent.vision.frame import Detector
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.scene import Scene, direction_words
from edge_agent.vision.source import Source

TRUTH = "truth.json"
Point = tuple[float, float]


class _Truth(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    line: tuple[Point, Point] | None = None
    counts: dict[str, dict[str, int]] | None = None
    source: str = Field(default="unknown")


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording whose crossings were counted by hand, or are known.

    Attributes:
        line: Two points, pixels.
        counts: Direction to class to number.
    """

    path: Path
    line: tuple[Point, Point]
    counts: dict[str, dict[str, int]]
    source: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One class in one direction of one clip."""

    clip: Clip
    direction: str
    cls: str
    truth: int
    counted: int


def clips(folder: Path) -> tuple[list[Clip], list[str]]:
    """Counted clips of a folder, and the names of those that nobody has counted.

    Raises:
        EdgeError: There is no ``truth.json``, or it cannot be understood.
    """
    path = folder if folder.is_file() else folder / TRUTH
    try:
        told = TypeAdapter(dict[str, _Truth]).validate_python(json.loads(path.read_bytes()))
    except OSError as error:
        raise EdgeError(f"{path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EdgeError(f"{path}: {where}: {first['msg']}") from error
    except ValueError as error:
        raise EdgeError(f"{path}: no JSON: {error}") from error
    counted, others = [], []
    for name, one in told.items():
        if one.line is None or one.counts is None:
            others.append(name)
        else:
            counted.append(Clip(path.with_name(name), one.line, one.counts, one.source))
    return counted, others


def count(
    clip: Clip, detector: Detector, fps: float, tell: Callable[[float], None] = lambda _: None
) -> list[Cell]:
    """Run the unit's own pipeline over a clip.

    Args:
        clip: Its line lies in its picture.
        detector: Finds the vehicles.
        fps: Analysed frames a second.
        tell: Hears the share of the clip that is done.

    Raises:
        EdgeError: It cannot be opened, or nothing in it can be decoded.
    """
    try:
        source = Source(clip.path.resolve().as_uri())
    except DeviceError as error:
        raise EdgeError(f"{clip.path}: {error.detail}") from error
    try:
        crossings, words = _crossings(clip, source, detector, fps, tell)
    finally:
        source.close()
    counted = Counter(
        (words[one.direction == "ba"], COARSE.get(one.vehicle.value, one.vehicle.value))
        for one in crossings
    )
    truth = Counter(
        {
            (direction, COARSE.get(cls, cls)): number
            for direction, classes in clip.counts.items()
            for cls, number in classes.items()
        }
    )
    return [
        Cell(clip, direction, cls, truth[direction, cls], counted[direction, cls])
        for direction, cls in sorted({*truth, *counted})
    ]


def report(cells: Sequence[Cell]) -> dict[str, Any]:
    """``error`` over classes and directions, ``error_any`` over directions; and each group."""
    return {
        "overall": measure(cells),
        "by_source": _split(cells, lambda cell: cell.clip.source),
        "by_class": _split(cells, lambda cell: cell.cls),
        "by_direction": _split(cells, lambda cell: cell.direction),
        "by_clip": _split(cells, lambda cell: cell.clip.path.name),
    }


def measure(cells: Sequence[Cell]) -> Figures:
    """Sums of differences as shares of the true count: none may hide behind another's opposite."""
    truth = sum(cell.truth for cell in cells)
    counted = sum(cell.counted for cell in cells)
    any_class: Counter[tuple[Path, str]] = Counter()
    for cell in cells:
        any_class[cell.clip.path, cell.direction] += cell.counted - cell.truth
    return known(
        truth=truth,
        counted=counted,
        error=share(sum(abs(cell.counted - cell.truth) for cell in cells), truth),
        error_any=share(sum(map(abs, any_class.values())), truth),
        bias=share(counted - truth, truth),
    )


def _crossings(
    clip: Clip, source: Source, detector: Detector, fps: float, tell: Callable[[float], None]
) -> tuple[list[CrossingReading], tuple[str, str]]:
    width, height = source.facts.width, source.facts.height
    (x1, y1), (x2, y2) = clip.line
    scene = Scene({"line": (x1 / width, y1 / height, x2 / width, y2 / height)})
    pipeline = Pipeline(scene, detector, run=clip.path.name)
    readings: list[Reading] = []
    frame = None
    for frame in offline.frames(source, fps):
        readings += pipeline.feed(frame)
        if source.facts.frames:
            tell(source.decoded / source.facts.frames)
    if frame is None:
        raise EdgeError(f"{clip.path}: no picture could be decoded")
    readings += pipeline.finish(frame)
    words = direction_words(scene.segments(width, height)["line"])
    return [one for one in readings if isinstance(one, CrossingReading)], words


def _split(cells: Sequence[Cell], name_of: Callable[[Cell], str]) -> dict[str, Figures]:
    names = sorted({name_of(cell) for cell in cells})
    return {name: measure([cell for cell in cells if name_of(cell) == name]) for name in names}
