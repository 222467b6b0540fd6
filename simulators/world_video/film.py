"""A recording: the world rendered picture by picture, coded as a camera would, with its truth."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge_agent.simulators.camera.ffmpeg import encode_options, program
from edge_agent.simulators.render.renderer import Renderer, Shot
from edge_agent.simulators.render.watch import Watch, ground_marks
from edge_agent.simulators.world.site import CameraAt
from edge_agent.simulators.world.world import World
from edge_agent.simulators.world_video.lines import Shares, Witness, ground_lines

WARM_MS = 90_000
"""The world has run for so long when the recording begins: its roads are full."""


@dataclass(frozen=True)
class Film:
    """What is to be recorded.

    Attributes:
        camera: Of the site, or any other pose on it.
        lines: Whose crossings the truth tells; the camera's own are left out.
        demand: Traffic as a share of the site's usual.
        boxes: The truth also tells, picture by picture, where every vehicle is seen.
    """

    site: str
    camera: CameraAt
    seed: int
    seconds: float
    light: str = "day"
    rain: bool = False
    fps: float = 10.0
    size: tuple[int, int] = (1280, 720)
    demand: float = 1.0
    bitrate_k: int = 4000
    lines: dict[str, Shares] = field(default_factory=dict)
    boxes: bool = False

    @property
    def frames(self) -> int:
        """Number of pictures."""
        return round(self.seconds * self.fps)


def shoot(film: Film, video: Path, truth: Path) -> Iterator[int]:
    """Record it; yields the number of pictures so far.

    The truth has a line ``film`` first (size, rate, lines, ``ground``: see ``ground_marks``), then
    ``crossing`` and ``plate`` as a camera's simulator writes them and, if wanted, ``seen`` for each
    picture; ``t`` is milliseconds since the first picture.

    Raises:
        OSError: The coder failed, or a file cannot be written.
        ValueError: No such site or light, or a line above the horizon.
    """
    world = World(film.site, film.seed, -WARM_MS, demand=film.demand)
    renderer = Renderer(
        world.site, film.camera, film.seed, film.light, rain=film.rain, size=film.size
    )
    watch = Watch(world, film.camera, renderer)
    watch.skip_to(0)
    witness = Witness(ground_lines(renderer.view, film.lines))
    raw = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{film.size[0]}x{film.size[1]}"]
    source = [*raw, "-r", f"{film.fps:g}", "-i", "pipe:0"]
    coder = subprocess.Popen(
        [program(), "-y", "-hide_banner", "-loglevel", "error", *source,
         *encode_options(film.fps, film.bitrate_k), "-f", "mp4", str(video)],
        stdin=subprocess.PIPE,
    )  # fmt: skip
    assert coder.stdin is not None  # noqa: S101 - asked for above
    try:
        with truth.open("w", encoding="utf-8") as told:
            _tell(told, _facts(film, renderer))
            for number in range(film.frames):
                moment = round(number * 1000 / film.fps)
                shot, lines = watch.at(moment)
                coder.stdin.write(shot.picture.tobytes())
                for line in witness.see(world.vehicles(), moment):
                    _tell(told, line | {"shown": watch.showing.of(line["vehicle"])})
                for line in lines:
                    if line["what"] == "plate":
                        _tell(told, line)
                if film.boxes:
                    _tell(told, _seen(shot, moment))
                yield number + 1
        coder.stdin.close()
        if coder.wait() != 0:
            raise OSError(f"{video}: the coder failed")
    finally:
        if coder.poll() is None:
            coder.kill()
            coder.wait()


def _facts(film: Film, renderer: Renderer) -> dict[str, Any]:
    return {
        "t": 0,
        "what": "film",
        "site": film.site,
        "camera": film.camera.name,
        "seed": film.seed,
        "light": film.light,
        "rain": film.rain,
        "fps": film.fps,
        "size": list(film.size),
        "lines": {name: list(line) for name, line in film.lines.items()},
        "ground": ground_marks(renderer.view),
    }


def _seen(shot: Shot, moment: int) -> dict[str, Any]:
    """Vehicles in a picture: number, class, visible part, share of it that shows."""
    rows = [
        [one.number, one.cls, *(round(value, 1) for value in one.shown), round(one.visible, 2)]
        for one in shot.seen
    ]
    return {"t": moment, "what": "seen", "vehicles": rows}


def _tell(told: Any, line: dict[str, Any]) -> None:
    told.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
