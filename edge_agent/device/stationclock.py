"""A device's clock against ours: the interval that must hold the offset, narrowed as it is read.

Each look at the device's clock happened between two moments of ours, so it bounds the offset from
both sides. Looks are intersected; the interval widens again with age, because crystals drift.
"""

from edge_agent.clock import Clock, Stamp

_DRIFT = 200e-6
"""Two poor crystals against each other."""

_STRANGERS = 3
"""Looks in a row that contradict before it is the clock that jumped and not the wire that slept."""


class StationClock:
    """Places moments of a device's clock on ours.

    Attributes:
        steps: Times that the device's clock was seen to jump.
    """

    def __init__(self, clock: Clock) -> None:
        self.steps = 0
        self._clock = clock
        self._low = self._high = 0.0
        self._learned_ns: int | None = None
        self._strangers = 0

    def look(self, device_ms: int, earliest_ns: int, latest_ns: int) -> None:
        """The device's clock stood at ``device_ms`` at some moment between the two of ours."""
        low = device_ms - latest_ns / 1e6
        high = device_ms + 1 - earliest_ns / 1e6  # what is told in whole ms was cut off
        if self._learned_ns is None:
            self._begin(low, high, latest_ns)
            return
        known_low, known_high = self._bounds(latest_ns)
        if low > known_high or high < known_low:
            self._strangers += 1
            if self._strangers >= _STRANGERS:
                self.steps += 1
                self._begin(low, high, latest_ns)
            return
        self._strangers = 0
        self._low, self._high = max(low, known_low), min(high, known_high)
        self._learned_ns = latest_ns

    def place(self, device_ms: int) -> Stamp | None:
        """Our stamp of a moment of the device's clock; None before any look."""
        if self._learned_ns is None:
            return None
        now_ns = self._clock.mono_ns()
        low, high = self._bounds(now_ns)
        at_ns = round((device_ms - (low + high) / 2) * 1e6)
        spread_ms = max(1, -round(-(high - low) // 2))
        utc_ms = self._clock.utc_ms() - round((now_ns - at_ns) / 1e6)
        return Stamp(utc_ms, max(0, at_ns), spread_ms)

    def ahead_ms(self) -> tuple[int, int] | None:
        """The device's UTC less ours, and half the interval that must hold it."""
        if self._learned_ns is None:
            return None
        now_ns = self._clock.mono_ns()
        low, high = self._bounds(now_ns)
        ours = self._clock.utc_ms() - now_ns / 1e6
        return round((low + high) / 2 - ours), max(1, round((high - low) / 2))

    def _bounds(self, now_ns: int) -> tuple[float, float]:
        age_ms = max(0, now_ns - (self._learned_ns or 0)) / 1e6
        return self._low - _DRIFT * age_ms, self._high + _DRIFT * age_ms

    def _begin(self, low: float, high: float, now_ns: int) -> None:
        self._low, self._high, self._learned_ns, self._strangers = low, high, now_ns, 0
