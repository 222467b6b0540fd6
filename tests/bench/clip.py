"""Recordings of the simulated junction, painted once and kept: painting must not cost a measure."""

import hashlib
import os
import subprocess
from pathlib import Path

import numpy as np

import edge_agent.simulators
from edge_agent.simulators.camera.ffmpeg import encode_options, program
from edge_agent.simulators.render.renderer import Renderer
from edge_agent.simulators.render.watch import Watch, camera_of
from edge_agent.simulators.world.world import World

_WARM_S = 60
_SEED = 11
_KBIT = 4000


def clip(camera: str | None, fps: float, seconds: float) -> Path:
    """One camera of the junction by day, 1280×720, H.264; from the cache when it is there.

    Args:
        camera: Of the site; its first when None.
        fps: Pictures a second.
        seconds: How long.
    """
    name = f"{camera or 'first'}-{fps:g}-{seconds:g}-{_source()}.mp4"
    path = _cache() / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new.mp4")
        _paint(fresh, camera, fps, round(fps * seconds))
        fresh.replace(path)
    return path


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "edge-agent-bench" / "clips"


def _source() -> str:
    """Changes when what paints changes."""
    state = hashlib.sha256()
    folder = Path(edge_agent.simulators.__path__[0])
    for room in ("render", "world"):
        for file in sorted((folder / room).glob("*.py")):
            state.update(file.read_bytes())
    return state.hexdigest()[:12]


def _paint(path: Path, camera: str | None, fps: float, frames: int) -> None:
    world = World("junction", _SEED)
    place = camera_of(world.site, camera)
    watch = Watch(world, place, Renderer(world.site, place, _SEED, "day"))
    width, height = place.size
    raw = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{width}x{height}", "-r", f"{fps:g}"]
    arguments = [*raw, "-i", "pipe:0", *encode_options(fps, _KBIT), "-y", str(path)]
    with subprocess.Popen(
        [program(), "-hide_banner", "-loglevel", "error", *arguments], stdin=subprocess.PIPE
    ) as encoder:
        assert encoder.stdin is not None
        for number in range(frames):
            shot, _ = watch.at(_WARM_S * 1000 + round(number * 1000 / fps))
            encoder.stdin.write(np.ascontiguousarray(shot.picture).tobytes())
        encoder.stdin.close()
        if encoder.wait() != 0:
            raise RuntimeError(f"{path}: the encoder failed")
