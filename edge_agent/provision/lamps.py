"""``python -m edge_agent.provision.lamps``: which lamps a camera sees lit, for some seconds.

See ``vision.beside``.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike

from edge_agent.errors import DeviceError
from edge_agent.vision.beside import opened, serve
from edge_agent.vision.source import Source

_EVERY_S = 0.2
_STEADY = 2
"""Looks that must agree before a change is believed."""
_LIT = 0.02
"""Share of a head's picture that a lit lamp fills at least."""
_BRIGHT, _VIVID = 130, 90
_HUES = {"r": ((0, 9), (166, 180)), "y": ((14, 36),), "g": ((42, 98),)}
"""OpenCV's hues, 0 to 180, of red, yellow and green lenses; green ones are bluish."""


def colour(head: MatLike) -> str | None:
    """The lamp that is lit in a picture of a head: r, y or g; None when none or two are."""
    hue, saturation, value = cv2.split(cv2.cvtColor(head, cv2.COLOR_BGR2HSV))
    lit = (value >= _BRIGHT) & (saturation >= _VIVID)
    shares = {
        name: float(
            np.mean(lit & np.any([(hue >= low) & (hue <= high) for low, high in spans], axis=0))
        )
        for name, spans in _HUES.items()
    }
    best = max(shares, key=lambda name: shares[name])
    rest = sum(shares.values()) - shares[best]
    return best if shares[best] >= _LIT and shares[best] > 2 * rest else None


@dataclass
class Head:
    """One signal head over time."""

    phase: int
    told: str | None = None
    _seen: str | None = None
    _since_ms: int = 0
    _times: int = 0

    def look(self, seen: str | None, at_ms: int) -> dict[str, Any] | None:
        """A change, when it is sure: at_ms, phase, colour."""
        if seen is None:
            return None
        if seen != self._seen:
            self._seen, self._since_ms, self._times = seen, at_ms, 0
        self._times += 1
        if self._times != _STEADY or seen == self.told:
            return None
        self.told = seen
        return {"at_ms": self._since_ms, "phase": self.phase, "colour": seen}


def watch(
    frames: Iterator[tuple[int, MatLike]], heads: Mapping[int, tuple[float, float, float, float]]
) -> list[dict[str, Any]]:
    """Changes in the order in which they came to be.

    Args:
        frames: Moment and picture.
        heads: Phase to the two corners of its head, as shares of the picture.
    """
    state = {phase: Head(phase) for phase in heads}
    rows = []
    for at_ms, frame in frames:
        height, width = frame.shape[:2]
        for phase, (x1, y1, x2, y2) in heads.items():
            left, right = sorted((round(x1 * width), round(x2 * width)))
            top, bottom = sorted((round(y1 * height), round(y2 * height)))
            crop = frame[top : bottom + 1, left : right + 1]
            row = state[phase].look(colour(crop), at_ms) if crop.size else None
            rows += [row] if row else []
    return rows


def _frames(source: Source, seconds: float) -> Iterator[tuple[int, MatLike]]:
    end, due = time.monotonic() + seconds, 0.0
    while time.monotonic() < end and source.grab():
        if time.monotonic() >= due:
            due = time.monotonic() + _EVERY_S
            picture = source.take()
            if picture is not None:
                yield time.time_ns() // 1_000_000, picture


def main(asked: dict[str, Any]) -> dict[str, Any]:
    """Look for the asked time; ``trouble`` is why nothing was seen."""
    try:
        source = opened(asked["view"], colour=True)
    except DeviceError as error:
        return {"trouble": str(error), "rows": []}
    heads = {int(phase): tuple(corners) for phase, corners in asked["heads"].items()}
    rows = watch(_frames(source, asked["seconds"]), heads)
    source.close()
    return {"trouble": "", "rows": rows}


if __name__ == "__main__":
    serve(main)
