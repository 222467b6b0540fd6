"""Labelled pictures: ``labels.jsonl`` and its kind, one JSON object a line.

Only ``image`` and what is to be scored are needed; everything else is there to split the score by.

| field | what |
|---|---|
| ``image`` | path of the picture, relative to the file |
| ``text``, ``lines``, ``vehicle`` | of a picture that is the crop of one plate |
| ``plates`` | ``[{box, text, lines, vehicle, quad?}]``; ``text: null``: may be found, is not read |
| ``boxes`` | ``[{cls, box}]``: vehicles |
| ``ignore``, ``ignore_above_y``, ``rules`` | what is neither right nor wrong, see ``rules.py`` |
| ``source``, ``scene``, ``licence``, ``label`` | whence, where, and who labelled it |

Boxes are ``[x1, y1, x2, y2]`` in pixels of the stored picture; texts are compact, top line first.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge_agent.errors import EdgeError

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2."""

_WORST = 10
"""So many wrong lines are told; the rest is counted."""


class LabelError(EdgeError):
    """Labels that cannot be used; the text names each file and line."""


class _LineError(ValueError):
    """What is wrong in one line."""


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate that a picture shows.

    Attributes:
        box: None where the picture as a whole is the plate.
        text: Compact; None: cannot be read, or nobody has.
        lines: 1 or 2; 0 when unknown.
        vehicle: Class; empty when unknown.
    """

    box: Box | None
    text: str | None
    lines: int = 0
    vehicle: str = ""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle that a picture shows."""

    cls: str
    box: Box


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled picture.

    Attributes:
        path: Of the picture.
        name: The same as the file of labels tells it.
        where: File and line of the label, for messages.
        vehicles: None when vehicles are not labelled.
        plates: None when plates are not labelled.
        crop: The plate that the picture as a whole is.
        ignore: Regions of which nothing is said.
        ignore_above_y: Nothing is said of what ends above it.
        rules: What the label says of its own rules, see ``rules.py``.
    """

    path: Path
    name: str
    where: str
    source: str = ""
    scene: str = ""
    licence: str = ""
    vehicles: tuple[Vehicle, ...] | None = None
    plates: tuple[Plate, ...] | None = None
    crop: Plate | None = None
    ignore: tuple[Box, ...] = ()
    ignore_above_y: float = 0.0
    rules: dict[str, Any] = field(default_factory=dict)


def find(folder: Path) -> list[Path]:
    """Files of labels: the given one, those of a folder, or else those of the folders below it.

    Raises:
        LabelError: There is none.
    """
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise LabelError(f"{folder}: there is no such folder")
    found = sorted(folder.glob("*.jsonl")) or sorted(folder.rglob("*.jsonl"))
    if not found:
        raise LabelError(f"{folder}: no labels here: a file labels.jsonl is expected")
    return found


def read(path: Path) -> list[Item]:
    """All items of one file of labels.

    Raises:
        LabelError: It cannot be read, or lines are wrong: each with file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{path}: cannot be read: {error}") from error
    items: list[Item] = []
    wrong: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            items.append(_item(path.parent, where, json.loads(line)))
        except (ValueError, RecursionError) as error:
            wrong.append(f"{where}: {error}")
    if wrong:
        more = [f"and {len(wrong) - _WORST} more"] if len(wrong) > _WORST else []
        raise LabelError("\n".join([*wrong[:_WORST], *more]))
    return items


def gather(folders: Sequence[Path]) -> Iterator[Item]:
    """All items of several folders or files, each file once.

    Raises:
        LabelError: As ``find`` and ``read``.
    """
    files = {path.resolve(): path for folder in folders for path in find(folder)}
    for path in files.values():
        yield from read(path)


def _item(folder: Path, where: str, line: Any) -> Item:
    if not isinstance(line, dict):
        raise _LineError("not a JSON object")
    name = line.get("image")
    if not isinstance(name, str) or not name:
        raise _LineError("image: the picture's path is missing")
    return Item(
        path=folder / name,
        name=name,
        where=where,
        source=_word(line, "source"),
        scene=_word(line, "scene"),
        licence=_word(line, "licence"),
        vehicles=_each(line, "boxes", _vehicle),
        plates=_each(line, "plates", _plate),
        crop=_crop(line),
        ignore=_each(line, "ignore", _box) or (),
        ignore_above_y=_number(line.get("ignore_above_y") or 0, "ignore_above_y"),
        rules=_rules(line),
    )


def _each(line: dict[str, Any], key: str, make: Any) -> Any:
    value = line.get(key)
    if value is None:
        return None
    if not isinstance(value, list):
        raise _LineError(f"{key}: not a list")
    return tuple(make(one, f"{key}[{index}]") for index, one in enumerate(value))


def _vehicle(value: Any, where: str) -> Vehicle:
    if not isinstance(value, dict) or not isinstance(value.get("cls"), str):
        raise _LineError(f"{where}: cls is missing")
    return Vehicle(value["cls"], _box(value.get("box"), f"{where}.box"))


def _plate(value: Any, where: str) -> Plate:
    if not isinstance(value, dict):
        raise _LineError(f"{where}: not an object")
    return _described(value, _box(value.get("box"), f"{where}.box"), f"{where}.")


def _crop(line: dict[str, Any]) -> Plate | None:
    return _described(line, None, "") if "text" in line and "plates" not in line else None


def _described(value: dict[str, Any], box: Box | None, where: str) -> Plate:
    text, lines = value.get("text"), value.get("lines")
    if text is not None and not isinstance(text, str):
        raise _LineError(f"{where}text: not a text")
    if lines not in (None, 0, 1, 2):
        raise _LineError(f"{where}lines: 1 or 2, not {lines!r}")
    return Plate(box, text, int(lines or 0), str(value.get("vehicle") or ""))


def _box(value: Any, where: str) -> Box:
    if not isinstance(value, list) or len(value) != 4:  # noqa: PLR2004 - x1 y1 x2 y2
        raise _LineError(f"{where}: four numbers are expected, not {value!r:.60}")
    x1, y1, x2, y2 = (_number(one, where) for one in value)
    if x2 < x1 or y2 < y1:
        raise _LineError(f"{where}: its second corner lies before its first: {value!r:.60}")
    return x1, y1, x2, y2


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _LineError(f"{where}: not a number: {value!r:.40}")
    number = float(value)
    if not -1e9 < number < 1e9:  # noqa: PLR2004 - NaN and infinity fall out here too
        raise _LineError(f"{where}: no place in a picture: {value!r:.40}")
    return number


def _word(line: dict[str, Any], key: str) -> str:
    value = line.get(key)
    if value is not None and not isinstance(value, str):
        raise _LineError(f"{key}: not a text")
    return value or ""


def _rules(line: dict[str, Any]) -> dict[str, Any]:
    value = line.get("rules")
    if value is not None and not isinstance(value, dict):
        raise _LineError("rules: not an object")
    return value or {}
