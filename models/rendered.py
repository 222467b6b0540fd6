"""A small set of pictures of our own making, on which anybody can measure every network again.

Streets, light, traffic and plates by chance from seeds that no training uses: equal seeds give
equal pictures, so that a card's figure can be checked without any data from outside.
"""

import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render.plates import face_picture
from edge_agent.simulators.render_set.labels import SOURCE
from edge_agent.simulators.render_set.writer import Wanted, write_set
from edge_agent.simulators.world.chance import stream
from edge_agent.simulators.world.plates import Face, Plate, plate

SEED = 90_001
"""Seeds from here on are for checking; training takes smaller ones."""
FRAMES, CROPS = 40, 200
_SIZE = (1280, 720)
_LIGHTS = (("day", 45.0), ("dusk", 20.0), ("night", 20.0), ("rain", 15.0))
_ROAD = 0.12
"""Road around a face, share of its height."""


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
        _write_crops(places["reader"])
    return places


def _write_crops(folder: Path) -> None:
    """Faces of plates as a finder would cut them out: a little askew, soft, dark or noisy."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    vehicle = 0
    while len(lines) < CROPS:
        vehicle += 1
        chance = stream(SEED, "plates", vehicle)
        dealt = plate(chance, vehicle, two_wheels=vehicle % 2 == 0, business=0.2)
        face = dealt.rear or dealt.front
        if face is None or dealt.state != "clean":
            continue
        name = f"images/{len(lines):04}.png"
        if not cv2.imwrite(str(folder / name), _crop(dealt, face, np.random.default_rng(vehicle))):
            raise OSError(f"{folder / name}: cannot be written")
        kind = "motorbike" if vehicle % 2 == 0 else "car"
        told = {"image": name, "text": dealt.text, "lines": len(face.lines), "vehicle": kind}
        lines.append(json.dumps({**told, "source": SOURCE}, ensure_ascii=False))
    # Last, so that a set that was broken off is begun again.
    (folder / "labels.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _crop(dealt: Plate, face: Face, chance: np.random.Generator) -> NDArray[np.uint8]:
    flat = face_picture(dealt, face, SEED)
    rim = round(_ROAD * flat.shape[0])
    wide = cv2.copyMakeBorder(flat, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=(70, 70, 70))
    height, width = wide.shape[:2]
    corners = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    moved = corners + chance.normal(0, 0.03 * height, (4, 2)).astype(np.float32)
    askew = cv2.warpPerspective(
        wide, cv2.getPerspectiveTransform(corners, moved), (width, height),
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    across = int(chance.integers(64, 140))
    size = (across, max(12, round(across * height / width)))
    small = cv2.resize(askew, size, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), float(chance.uniform(0.4, 1.1)))
    lit = soft * chance.uniform(0.35, 1.1) + chance.normal(0, chance.uniform(1, 8), soft.shape)
    return np.clip(lit, 0, 255).astype(np.uint8)
