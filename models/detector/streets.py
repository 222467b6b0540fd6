"""Rendered streets: to learn from, and one fixed set to notice forgetting by."""

from pathlib import Path

from edge_agent.progress import Progress
from edge_agent.simulators.render_set.writer import SetKind, Wanted, write_set

GUARD = (60, 901)
"""Frames and seed of the set that every machine can make and no weights have learned from."""
LESSONS: tuple[tuple[SetKind, float], ...] = (
    ("vehicles", 0.55), ("sites", 0.1), ("bridges", 0.1), ("seldom", 0.1), ("gates", 0.15)
)  # fmt: skip
"""What a run renders to learn from, and the shares: streets by chance; cameras of the simulated
sites; views from footbridges; roads with many bicycles and light lorries; long vehicles, or nobody,
close before a plate camera."""
_SIZE = (960, 540)
_LIGHTS = (("day", 40.0), ("dusk", 25.0), ("night", 20.0), ("rain", 15.0))


def render(folder: Path, frames: int, seed: int, kind: SetKind = "vehicles") -> Path:
    """A set in the format of all labelled data; what is there already is kept.

    Returns:
        ``folder``.
    """
    wanted = Wanted(frames, seed, _SIZE, _LIGHTS, kind)
    with Progress("render", frames) as progress:
        for done in write_set(folder, wanted):
            progress.show(done, f"{folder.name}")
    return folder
