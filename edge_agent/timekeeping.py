"""Watches UTC against the monotonic clock: notices steps and says which stamps can be mended."""

from dataclasses import dataclass

from edge_agent.clock import Clock, TimeSource

STEP_MS = 500
"""A change of UTC against monotonic time larger than this between two looks is a step."""

_TRUSTED: frozenset[TimeSource] = frozenset({"gnss", "ntp"})


@dataclass(frozen=True, slots=True)
class Step:
    """UTC moved by ``delta_ms``; stamps taken before ``before_mono_ns`` are that much off."""

    delta_ms: int
    before_mono_ns: int


class ClockWatch:
    """Call ``look`` about once a second.

    A clock is often set first and vouched for seconds later. Steps made while nobody vouched for
    UTC are therefore kept, and handed out as mends once somebody does. A step of a trusted clock
    mends nothing: the stamps before it were as good as the clock said.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_ms = self._offset()
        self._looked_ns = clock.mono_ns()
        self._untrusted = self.source not in _TRUSTED
        self._kept: list[Step] = []
        self.steps = 0

    @property
    def source(self) -> TimeSource:
        """Where UTC comes from now."""
        return self._clock.quality().source

    def look(self) -> list[Step]:
        """Steps whose earlier stamps may now be mended, oldest first."""
        offset = self._offset()
        delta, self._offset_ms = offset - self._offset_ms, offset
        now_ns = self._clock.mono_ns()
        if abs(delta) > STEP_MS:
            self.steps += 1
            if self._untrusted:
                # Somewhere since the last look; stamps from in between are left alone.
                self._kept.append(Step(delta, self._looked_ns))
        self._looked_ns = now_ns
        self._untrusted = self.source not in _TRUSTED
        if self._untrusted:
            return []
        mends, self._kept = self._kept, []
        return mends

    def _offset(self) -> int:
        return self._clock.utc_ms() - self._clock.mono_ns() // 1_000_000
