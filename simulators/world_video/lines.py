"""Who truly crosses a line of a picture: on the road, by the middle of the vehicle."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge_agent.simulators.render.view import Floats, View
from edge_agent.simulators.world.world import Pose

Shares = tuple[float, float, float, float]
"""x1, y1, x2, y2 of a line's ends as shares of the picture."""


@dataclass(frozen=True)
class GroundLine:
    """A line of a picture where it lies on the road.

    Traffic from the left of whoever walks from ``start`` to ``end`` to the right goes ``ab``.
    """

    name: str
    start: Floats
    end: Floats

    def crossed(self, before: Floats, now: Floats) -> tuple[str, float] | None:
        """Direction, and share of the way gone, of a step that crosses it; None of one that not."""
        along = self.end - self.start
        was, is_ = _cross(along, before - self.start), _cross(along, now - self.start)
        if (was > 0) == (is_ > 0):
            return None
        share = was / (was - is_)
        met = before + (now - before) * share
        place = float((met - self.start) @ along / (along @ along))
        if not 0 <= place <= 1:
            return None
        return ("ab" if was > 0 else "ba"), share


def _cross(a: Floats, b: Floats) -> float:
    return float(a[0] * b[1] - a[1] * b[0])


def ground_lines(view: View, lines: Mapping[str, Shares]) -> list[GroundLine]:
    """Lines of a picture on the road.

    Raises:
        ValueError: An end lies above the horizon.
    """
    found = []
    for name, (x1, y1, x2, y2) in lines.items():
        pixels = np.array(((x1, y1), (x2, y2))) * (view.width, view.height) - 0.5
        ends = view.ground(pixels)
        if np.isnan(ends).any():
            raise ValueError(f"line {name}: an end lies above the horizon")
        found.append(GroundLine(name, ends[0], ends[1]))
    return found


class Witness:
    """Follows vehicles from moment to moment and tells who crossed what, and how fast."""

    def __init__(self, lines: Sequence[GroundLine]) -> None:
        self._lines = lines
        self._at: dict[int, Floats] = {}
        self._last_ms = 0

    def see(self, poses: Sequence[Pose], utc_ms: int) -> Iterator[dict[str, Any]]:
        """Crossings since the moment before, as lines of truth."""
        here: dict[int, Floats] = {}
        for pose in poses:
            vehicle = pose.vehicle
            half = vehicle.length / 2
            now = np.array((pose.x - pose.ux * half, pose.y - pose.uy * half))
            here[vehicle.number] = now
            before = self._at.get(vehicle.number)
            if before is None:
                continue
            for line in self._lines:
                crossed = line.crossed(before, now)
                if crossed is None:
                    continue
                direction, share = crossed
                yield {
                    "t": round(self._last_ms + (utc_ms - self._last_ms) * share),
                    "what": "crossing",
                    "line": line.name,
                    "direction": direction,
                    "cls": vehicle.cls,
                    "vehicle": vehicle.number,
                    "spd": round(36 * pose.speed),
                }
        self._at = here
        self._last_ms = utc_ms
