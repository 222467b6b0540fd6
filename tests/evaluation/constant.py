"""A folder of networks that always say the same: one car, one plate, ``30A12345``."""

from pathlib import Path

import numpy as np

from edge_agent.vision.plates.grammar import CHARSET
from tests.onnxfile import Graph, constant
from tests.vision.nets.folders import put

TEXT = "30A12345"
CAR = (8.0, 4.0, 24.0, 20.0)
"""In a picture of 32×32, as any class before the first one."""
PLATE = (48.0, 68.0, 112.0, 92.0)
"""Its corners' box, in a picture of 160×160."""
_LOOK = 256
_SIDE = 160


def detector() -> bytes:
    """One car in 32×32, score 0.9, and one doubtful motorbike, 0.05."""
    rows = np.array([[[*CAR, 0.9, 8, 1], [0, 24, 8, 32, 0.05, 2, 7]]], np.float32)  # car, motorbike
    return constant(np.ascontiguousarray(rows.transpose(0, 2, 1)), [1, 3, 32, 32])


def finder() -> bytes:
    """One plate in the middle of a look of 256×256."""
    told = np.full((1, 10, _LOOK // 4, _LOOK // 4), -20, np.float32)
    shift = (_LOOK - _SIDE) / 2
    x1, y1, x2, y2 = (value + shift for value in PLATE)
    row, column = int((y1 + y2) / 8), int((x1 + x2) / 8)
    ends = np.array(((x1, y1), (x2, y1), (x2, y2), (x1, y2)))
    told[0, :2, row, column] = 5.0, -5.0
    told[0, 2:, row, column] = ((ends - (np.array((column, row)) + 0.5) * 4) / 32).ravel()
    return constant(told, ["N", 1, "H", "W"])


def reader() -> bytes:
    """``TEXT`` on one line; see ``Reader`` for the slots."""
    slots = np.full((1, 10, 1 + len(CHARSET)), 0.0001, np.float32)
    looked = np.full((1, 10, 2), 0.5, np.float32)
    for place in range(10):
        letter = 1 + CHARSET.index(TEXT[place]) if place < len(TEXT) else 0
        slots[0, place, letter] = 0.99
        looked[0, place, 0] = place / 10
    graph = Graph()
    graph.input("x", [1, 1, 64, 128])
    for name, value in (("slots", slots), ("looked", looked)):
        graph.output(graph.add("Identity", graph.weight(value), name=name), value.shape)
    return bytes(graph)


def networks(folder: Path) -> Path:
    """Write all of them; returns the folder."""
    tables = []
    for name, content, task, shape, more in (
        ("detector", detector(), "detector", (1, 3, 32, 32), 'classes = ["car", "motorbike"]'),
        ("finder", finder(), "finder", (1, 1, _LOOK, _LOOK), ""),
        ("reader", reader(), "reader", (1, 1, 64, 128), f'charset = "{CHARSET}"'),
    ):
        colour = "rgb" if shape[1] == 3 else "grey"
        picture = f'{{ shape = {list(shape)}, colour = "{colour}", range = "0-255" }}'
        put(folder, content, name=name, task=task, picture=picture, more=more)
        tables.append((folder / "manifest.toml").read_text(encoding="utf-8"))
    (folder / "manifest.toml").write_text("\n".join(tables), encoding="utf-8")
    return folder
