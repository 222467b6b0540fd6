"""Recordings of the simulated world to measure eyes on: made once, kept in the user's cache."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from edge_agent import simulators
from edge_agent.simulators.render.view import View
from edge_agent.simulators.render.watch import camera_of, picture_lines
from edge_agent.simulators.world.site import CameraAt
from edge_agent.simulators.world.sites import build
from edge_agent.simulators.world_video.film import Film, shoot
from edge_agent.simulators.world_video.lines import Shares

SEEDS = (9001, 9002, 9003)
"""Of the worlds that eyes are measured on: nobody trains on a world with a seed from 9000 on. Sets
to train on (``edge-sim render-set``) are streets by chance, and sites with seeds below that."""

_BRIDGE = CameraAt("bridge", 0.0, -205.0, 9.0, (0.0, -188.5), 600)
"""On a footbridge over the middle of an arm: both ways cross every row of its picture."""
_KERB_M = 11.9
_NEAR_EDGE = 1 - 60 / 360
"""60 rows above the lower edge of an analysed picture of 640x360."""
BUSY, QUEUES = 1.8, 2.5
"""Shares of the junction's usual traffic: as much as its arm lets through; what stands in it."""
_PARTS = ("render", "world", "world_video", "camera")


@dataclass(frozen=True)
class Recorded:
    """A recording that is there, and its truth without its first line, which is ``facts``."""

    film: Film
    video: Path
    facts: dict[str, Any]
    truth: list[dict[str, Any]]


def counting(
    seed: int, seconds: float, light: str, *, rain: bool = False, demand: float = BUSY
) -> Film:
    """Both ways of an arm; lines in the middle of the picture and at its edge."""
    film = Film(
        "junction", _BRIDGE, seed, seconds, light, rain, 10.0, (1280, 720), demand=demand,
        boxes=True,
    )  # fmt: skip
    view = View.of(_BRIDGE, film.size)
    lines = {"middle": _across(view, 0.5), "edge": _across(view, _NEAR_EDGE)}
    return replace(film, lines=lines)


def plates(site: str, camera: str, seed: int, seconds: float, light: str) -> Film:
    """One of a site's plate cameras at full size, over a lane twice as busy as usual."""
    place = camera_of(build(site), camera)
    own = picture_lines(place, View.of(place))
    lines: dict[str, Shares] = {line["name"]: tuple(line["points"]) for line in own}
    return Film(
        site, place, seed, seconds, light, False, 10.0, place.size,
        demand=2.0, bitrate_k=6000, lines=lines, boxes=True,
    )  # fmt: skip


def recorded(film: Film) -> Recorded:
    """The recording, made when it is not there; takes minutes of a processor then."""
    folder = cache()
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{film.camera.name}-{film.light}-{film.seed}-{_key(film)}"
    video, truth = folder / f"{name}.mp4", folder / f"{name}.jsonl"
    if not (video.exists() and truth.exists()):
        half = folder / f".{name}-{os.getpid()}.mp4"
        for _ in shoot(film, half, half.with_suffix(".jsonl")):
            pass
        half.with_suffix(".jsonl").rename(truth)
        half.rename(video)
    lines = [json.loads(line) for line in truth.read_text("utf-8").splitlines()]
    return Recorded(film, video, lines[0], lines[1:])


def _across(view: View, down: float) -> Shares:
    """The whole road on the row of the picture ``down`` shares from its top, right end first."""
    middle = np.array(((view.width - 1) / 2, down * view.height - 0.5))
    north = float(view.ground(middle)[1])
    pixels, _ = view.project(np.array(((_KERB_M, north, 0.0), (-_KERB_M, north, 0.0))))
    (x1, y1), (x2, y2) = np.clip((pixels + 0.5) / (view.width, view.height), 0, 1).tolist()
    return x1, y1, x2, y2


def cache() -> Path:
    """Where recordings and pictures of failures are kept."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "edge-agent-bench" / "world"


def _key(film: Film) -> str:
    """Of what is recorded and of the code that paints it."""
    digest = hashlib.sha256(json.dumps(asdict(film), sort_keys=True).encode())
    here = Path(simulators.__path__[0])
    for part in _PARTS:
        for file in sorted((here / part).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
