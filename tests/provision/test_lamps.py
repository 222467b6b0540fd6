from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from cv2.typing import MatLike

from edge_agent.device.view import View
from edge_agent.provision import engine
from edge_agent.provision.lamps import colour, main, watch
from edge_agent.provision.record import ProvisionError
from edge_agent.provision.steps import STEPS
from tests.provision.kit import NOW_MS, SCRIPT, FakeBench, visit

LAMPS = {"r": (40, 30, 230), "y": (40, 190, 250), "g": (150, 230, 40)}
"""Blue, green, red of lit lenses."""
DARK = (25, 20, 20)


def head(lit: str, size: int = 60) -> MatLike:
    """Three lenses above each other in a dark housing; those in ``lit`` burn."""
    picture = np.full((3 * size, size, 3), 35, np.uint8)
    for row, name in enumerate("ryg"):
        centre = (size // 2, row * size + size // 2)
        cv2.circle(picture, centre, size // 3, LAMPS[name] if name in lit else DARK, -1)
    return picture


@pytest.mark.parametrize("lit", ["r", "y", "g"])
@pytest.mark.parametrize("size", [9, 60])
def test_a_lamp_is_known_by_its_colour(lit: str, size: int) -> None:
    assert colour(head(lit, size)) == lit


@pytest.mark.parametrize("lit", ["", "rg", "ryg"])
def test_none_or_several_are_no_colour(lit: str) -> None:
    assert colour(head(lit)) is None


def test_grey_and_sky_are_no_lamp() -> None:
    assert colour(np.full((90, 30, 3), 200, np.uint8)) is None
    assert colour(np.full((90, 30, 3), (235, 180, 120), np.uint8)) is None


def frame(first: str, second: str) -> MatLike:
    return np.hstack([head(first), np.full((180, 40, 3), 120, np.uint8), head(second)])


def test_changes_are_told_once_with_their_moment_and_a_flicker_is_not() -> None:
    shown = ["rg", "rg", "rg", "ry", "rg", "rg", "ry", "ry", "gr", "gr", "gr"]
    frames = ((NOW_MS + 200 * n, frame(*each)) for n, each in enumerate(shown))
    heads = {1: (0.0, 0.0, 0.37, 1.0), 2: (1.0, 1.0, 0.63, 0.0)}
    rows = watch(frames, heads)
    assert [(r["at_ms"] - NOW_MS, r["phase"], r["colour"]) for r in rows] == [
        (0, 1, "r"), (0, 2, "g"), (1200, 2, "y"), (1600, 1, "g"), (1600, 2, "r"),
    ]  # fmt: skip


def test_a_camera_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    said = main({"view": View(f"file://{tmp_path}/none"), "heads": {}, "seconds": 1})
    assert "No such file" in said["trouble"]


def with_heads(**more: Any) -> dict[str, Any]:
    way = {"camera": "cam1", "heads": {"1": [0.1, 0.1, 0.2, 0.3]}, "seconds": 60}
    return {**SCRIPT, "colours": {"ctl1": way | more}}


async def test_a_camera_and_a_controller_agree(tmp_path: Path) -> None:
    results = await engine.run(visit(tmp_path, script=with_heads()), STEPS)
    assert results["colours"].state == "ok"
    assert results["colours"].facts["ctl1"] == {"agreed": 8, "of": 8, "cycles": 4, "late_ms": 200}


@pytest.mark.parametrize(
    ("script", "dark", "words"),
    [
        (with_heads(camera="none"), "", "camera = a camera"),
        (with_heads(heads={}), "", "phase to its two corners"),
        (with_heads(), "no picture", "no picture"),
        ({**SCRIPT, "colours": {"ctl9": {}}}, "", "no such controller; there are ctl1"),
    ],
    ids=["camera", "heads", "dark", "controller"],
)
async def test_what_cannot_be_compared_is_told(
    tmp_path: Path, script: dict[str, Any], dark: str, words: str
) -> None:
    with pytest.raises(ProvisionError, match=words):
        await engine.run(visit(tmp_path, FakeBench(dark=dark), script), STEPS)
