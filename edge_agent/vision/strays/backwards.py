"""Who drives over a line, or towards it, the way that nobody may. Pure state."""

from dataclasses import dataclass

from edge_agent.vision.geometry import Point
from edge_agent.vision.lines import Sight
from edge_agent.vision.strays.settings import OneWay

FAR = 3.0
"""Sizes that somebody must drive the wrong way: a box that trembles, or a driver who reverses to
park, does not."""
BESIDE = 0.25
"""Share of the line's length by which who drives may be beside its ends."""


@dataclass(slots=True)
class _Drive:
    """A track since it turned the wrong way; ``told`` is the line that it was told for."""

    least: float
    told: str = ""


class Backwards:
    """State of one scene's lines."""

    def __init__(self, lines: list[OneWay]) -> None:
        self._lines = lines
        self._drives: dict[tuple[int, str], _Drive] = {}

    def step(self, sights: list[Sight]) -> list[tuple[int, str]]:
        """One frame: tracks that are now surely on the wrong way, and the line."""
        return [
            (sight.track, line.name)
            for sight in sights
            if sight.confirmed
            for line in self._lines
            if self._is_news(sight, line)
        ]

    def ended(self, tracks: list[int]) -> list[tuple[int, str]]:
        """Of the tracks that ended, those that had been told."""
        over = []
        for track in tracks:
            for line in self._lines:
                drive = self._drives.pop((track, line.name), None)
                if drive is not None and drive.told:
                    over.append((track, line.name))
        return over

    def _is_news(self, sight: Sight, line: OneWay) -> bool:
        along = line.segment.along(sight.at)
        if not -BESIDE <= along <= 1 + BESIDE:
            return False
        where = line.way * line.segment.side(sight.at)
        drive = self._drives.setdefault((sight.track, line.name), _Drive(where))
        drive.least = min(drive.least, where)
        if drive.told or where - drive.least < FAR * _extent(sight.size):
            return False
        drive.told = line.name
        return True


def _extent(size: Point) -> float:
    return max(*size, 1.0)
