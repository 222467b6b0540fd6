"""Is a vehicle detector stuck, chattering or dead? The rules are those that signal shops use.

No change for a day, presence without end, more vehicles than a road can carry, no vehicle while
the neighbours count: each is a fault of the loop or its amplifier rather than of the traffic.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from edge_agent.device.readings import DetectorReading
from edge_agent.diagnosis.finding import Diagnosis

_NS = 1_000_000_000
_CHATTER_S, _CHATTER = 30, 38
"""Vehicles in so many seconds: more than one lane can carry."""
_LOCKED_S = 600
_SILENT_S = 4 * 3600
_NEIGHBOURS = 200
"""Vehicles at the same controller meanwhile, before silence tells something."""

_DO = {
    "detector-chatter": "Retune the loop's amplifier: sensitivity down, another frequency.",
    "detector-locked": "Look for a parked vehicle; else reset the amplifier, measure the loop.",
    "detector-silent": "Measure the loop's resistance and inductance; look at its amplifier.",
}


@dataclass(slots=True)
class _Loop:
    recent: deque[tuple[int, int]] = field(default_factory=deque)
    occupied_since: int | None = None
    last_ns: int | None = None
    total_then: int = 0


class Detectors:
    """All detectors of a unit."""

    def __init__(self) -> None:
        self._loops: dict[tuple[str, str], _Loop] = {}
        self._totals: dict[str, int] = {}
        self._now_ns = 0

    def reading(self, device: str, reading: DetectorReading) -> None:
        """Take what a detector counted."""
        now = reading.at.mono_ns
        self._now_ns = max(self._now_ns, now)
        loop = self._loops.setdefault((device, reading.detector), _Loop(last_ns=now))
        count = reading.count or 0
        self._totals[device] = self._totals.get(device, 0) + count
        if count:
            loop.recent.append((now, count))
            loop.last_ns, loop.total_then = now, self._totals[device]
        while loop.recent and loop.recent[0][0] < now - _CHATTER_S * _NS:
            loop.recent.popleft()
        if reading.occupied is not None:
            if not reading.occupied:
                loop.occupied_since = None
            elif loop.occupied_since is None:
                loop.occupied_since = now

    def diagnoses(self, now_ns: int) -> Iterator[Diagnosis]:
        """Three for each detector."""
        for (device, name), loop in self._loops.items():
            while loop.recent and loop.recent[0][0] < now_ns - _CHATTER_S * _NS:
                loop.recent.popleft()
            hits = sum(count for _, count in loop.recent)
            yield _said(device, name, "detector-chatter", hits >= _CHATTER, f"{hits} in 30 s")
            held = 0 if loop.occupied_since is None else (now_ns - loop.occupied_since) // _NS
            yield _said(
                device, name, "detector-locked", held >= _LOCKED_S, f"occupied for {held} s"
            )
            quiet = 0 if loop.last_ns is None else (now_ns - loop.last_ns) // _NS
            others = self._totals.get(device, 0) - loop.total_then
            silent = quiet >= _SILENT_S and others >= _NEIGHBOURS
            yield _said(
                device,
                name,
                "detector-silent",
                silent,
                f"no vehicle for {quiet // 3600} h while the others counted {others}",
            )


def _said(device: str, detector: str, code: str, active: bool, words: str) -> Diagnosis:
    text = f"{detector}: {words}" if active else ""
    name = "".join(c if c.isalnum() else "-" for c in detector.lower()).strip("-")
    return Diagnosis(
        device, f"{code}-{name}"[:40].rstrip("-"), active, text, _DO[code] if active else ""
    )
