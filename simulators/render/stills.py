"""One still of each scene, for looking at, with the truth about it beside it."""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2

from edge_agent.simulators.render.renderer import Renderer
from edge_agent.simulators.render.watch import Watch, camera_of
from edge_agent.simulators.world.world import World

SCENES = ("day", "dusk", "night", "rain")
WARM_UP_MS = 193_000
"""Until traffic has come onto the road."""


def write_stills(
    folder: Path,
    site: str,
    seed: int,
    camera: str | None,
    *,
    start_ms: int = 0,
    size: tuple[int, int] | None = None,
    zoom: float = 1.0,
) -> Iterator[Path]:
    """Write ``<site>-<camera>-<scene>.png`` and ``.jsonl``; yields each picture's path."""
    folder.mkdir(parents=True, exist_ok=True)
    for scene in SCENES:
        world = World(site, seed, start_ms)
        place = camera_of(world.site, camera)
        rain = scene == "rain"
        renderer = Renderer(
            world.site, place, seed, "day" if rain else scene, rain=rain, size=size, zoom=zoom
        )
        shot, _ = Watch(world, place, renderer).at(start_ms + WARM_UP_MS)
        path = folder / f"{site}-{place.name}-{scene}.png"
        if not cv2.imwrite(str(path), shot.picture):
            raise OSError(f"{path}: cannot be written")
        lines = (json.dumps(seen.line(), ensure_ascii=False) for seen in shot.seen)
        path.with_suffix(".jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
        yield path
