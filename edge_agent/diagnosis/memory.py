"""Does the agent's memory grow without end? A robust slope over hours, not a momentary size."""

from collections import deque
from statistics import median

_EVERY_S = 300
_KEPT = 144
"""Twelve hours of samples."""
_LEAST = 24
_PER_DAY_KB = 20_000
_HALVES = 3


class MemorySlope:
    """Samples of resident memory."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque(maxlen=_KEPT)

    def sample(self, up_s: float, rss_kb: int | None) -> None:
        """Take a sample; more often than every five minutes is left out, and the first hour."""
        if rss_kb is None or up_s < 3600:  # noqa: PLR2004 - caches fill first
            return
        if not self._samples or up_s - self._samples[-1][0] >= _EVERY_S:
            self._samples.append((up_s, rss_kb))

    @property
    def kb_per_day(self) -> float | None:
        """Slope between the medians of the first and the last third; None before two hours."""
        if len(self._samples) < _LEAST:
            return None
        third = len(self._samples) // _HALVES
        old, new = list(self._samples)[:third], list(self._samples)[-third:]
        seconds = median(t for t, _ in new) - median(t for t, _ in old)
        grown = median(kb for _, kb in new) - median(kb for _, kb in old)
        return grown / seconds * 86_400

    @property
    def grows(self) -> bool:
        """Whether it grows by more than 20 MB a day."""
        slope = self.kb_per_day
        return slope is not None and slope > _PER_DAY_KB
