"""What every signal showed in the last minutes, for whoever must prove it. Pure state."""

from collections import deque
from typing import Any

from edge_agent.device.readings import SignalReading

AROUND_S = 30.0
"""Before and after the moment."""
_KEPT = 512
"""Changes a controller: ten minutes of the quickest."""
_NS = 1_000_000_000


class SignalLog:
    """The controllers' own words, as they came."""

    def __init__(self) -> None:
        self._said: dict[str, deque[SignalReading]] = {}

    def say(self, device: str, reading: SignalReading) -> None:
        """A controller told its phases."""
        self._said.setdefault(device, deque(maxlen=_KEPT)).append(reading)

    def around(self, device: str, mono_ns: int) -> list[dict[str, Any]]:
        """Its words from 30 s before to 30 s after a moment.

        The last word before that stands in front: it tells what was shown when the 30 s began.
        """
        low, high = mono_ns - AROUND_S * _NS, mono_ns + AROUND_S * _NS
        said = list(self._said.get(device, ()))
        first = max((i for i, one in enumerate(said) if one.at.mono_ns <= low), default=0)
        return [_line(one, mono_ns) for one in said[first:] if one.at.mono_ns <= high]


def _line(reading: SignalReading, mono_ns: int) -> dict[str, Any]:
    return {
        "t": reading.at.utc_ms,
        "after_ms": round((reading.at.mono_ns - mono_ns) / 1_000_000),
        "spread_ms": reading.at.spread_ms,
        "every_ms": reading.every_ms,
        "phases": {str(phase): colour.value for phase, colour in sorted(reading.phases.items())},
        "changed": list(reading.changed),
        "first": reading.first,
        "plan": reading.plan,
        "cycle_ms": reading.cycle_ms,
        "mode": reading.mode,
    }
