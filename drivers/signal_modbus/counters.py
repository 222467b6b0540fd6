"""Free-running vehicle counters: differences that are right, or none."""

from dataclasses import dataclass, field

_LAG_S = 1.0
"""A controller may bring its counters up to date only this often, so vehicles come in bunches."""


@dataclass
class CounterTrack:
    """Follows one counter.

    A counter tells two things apart only by plausibility: it wrapped, or the controller restarted
    and began at 0. A difference is used only when no more vehicles passed than can pass in the
    time; otherwise the count is absent with the reason, and counting goes on from the new value.

    Attributes:
        bits: Width of the counter.
        most_per_s: More vehicles a second are not believed.
    """

    bits: int
    most_per_s: float
    _value: int | None = field(default=None, init=False)
    _at_ms: int = field(default=0, init=False)

    def take(self, value: int, now_ms: int) -> tuple[int | None, str | None]:
        """Feed a value; returns vehicles since the last one, or None and why.

        Args:
            value: Counter as read.
            now_ms: Monotonic time of the sample.
        """
        before, self._value = self._value, value
        elapsed_s = (now_ms - self._at_ms) / 1000
        self._at_ms = now_ms
        if before is None:
            return None, "first"
        passed = (value - before) % (1 << self.bits)
        if passed <= (elapsed_s + _LAG_S) * self.most_per_s + 1:
            return passed, None
        return None, "counter-reset" if value < before else "implausible"

    def restart(self) -> None:
        """The controller restarted: what was counted before says nothing about now."""
        self._value = None
