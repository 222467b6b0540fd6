"""A small set of pictures of our own making, on which anybody can measure every network again.

Streets, light and traffic by chance from seeds that no training uses: equal seeds give equal
pictures, so that a card's figure can be checked without any data from outside.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge_agent.simulators.render_set.writer import Wanted, write_set
from edge_agent.vision.plates.crop import crop
from edge_agent.vision.plates.finder import PlateBox

SEED = 90_001
"""Seeds from here on are for checking; training takes smaller ones."""
FRAMES = 40
_SIZE = (1280, 720)
_LIGHTS = (("day", 45.0), ("dusk", 20.0), ("night", 20.0), ("rain", 15.0))


def check_sets(folder: Path) -> dict[str, Path]:
    """Write what is missing of the sets.

    Args:
        folder: Where they are kept.

    Returns:
        What ``edge-agent eval`` calls it (``vehicles``, ``plates``, ``reader``) to its folder.
    """
    places = {name: folder / name for name in ("vehicles", "plates", "reader")}
    for kind in ("vehicles", "plates"):
        for _ in write_set(places[kind], Wanted(FRAMES, SEED, _SIZE, _LIGHTS, kind)):
            pass
    if not (places["reader"] / "labels.jsonl").exists():
        _write_crops(places["plates"], places["reader"])
    return places


def _write_crops(photos: Path, folder: Path) -> None:
    """Every plate of the photos that can be read, cut out as a finder's corners would have it."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    lines = []
    for line in (photos / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        for name, picture, plate in _plates(photos, json.loads(line)):
            if not cv2.imwrite(str(folder / name), picture):
                raise OSError(f"{folder / name}: cannot be written")
            told = {key: plate[key] for key in ("text", "lines", "vehicle")}
            lines.append(json.dumps({"image": name, **told, "source": "edge-sim render-set"}))
    # Last, so that a set that was broken off is begun again.
    (folder / "labels.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _plates(
    photos: Path, item: dict[str, Any]
) -> Iterator[tuple[str, np.ndarray[Any, Any], dict[str, Any]]]:
    grey = cv2.imread(str(photos / item["image"]), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise OSError(f"{photos / item['image']}: cannot be read")
    for number, plate in enumerate(item["plates"]):
        if plate["text"] is not None:
            corners = np.array(plate["quad"], np.float32)
            cut = crop(np.asarray(grey, np.uint8), PlateBox(corners, 1.0, plate["lines"]))
            yield f"images/{Path(item['image']).stem}-{number}.png", cut, plate
