"""How fast a world runs: as the wall clock does, N times as fast, or as fast as it can."""

import time
from collections.abc import Callable


class Pace:
    """Maps the wall clock to simulated time.

    Simulators that share a world are given the same ``start_ms`` and ``factor`` and read the same
    wall clock, so they are at the same moment without a word between them.

    Attributes:
        factor: Simulated seconds a second; None for as fast as possible.
    """

    def __init__(
        self,
        start_ms: int,
        factor: float | None,
        wall_ns: Callable[[], int] = time.time_ns,
        wall_start_ms: int | None = None,
    ) -> None:
        """Begin.

        Args:
            start_ms: Simulated UTC at the beginning.
            factor: See above.
            wall_ns: The wall clock, UTC.
            wall_start_ms: Wall time of the beginning; now, unless several must agree on it.
        """
        if factor is not None and factor <= 0:
            raise ValueError(f"a speed is above 0, not {factor}")
        self.factor = factor
        self._start_ms = start_ms
        self._wall_ns = wall_ns
        self._began_ns = wall_ns() if wall_start_ms is None else wall_start_ms * 1_000_000

    def now_ms(self) -> int | None:
        """Simulated UTC now; None when time is not bound to the wall clock."""
        if self.factor is None:
            return None
        return self._start_ms + int((self._wall_ns() - self._began_ns) * self.factor / 1e6)

    def wait_s(self, moment_ms: int) -> float:
        """Wall seconds until that simulated moment; 0 when it has come."""
        now = self.now_ms()
        if now is None or self.factor is None:
            return 0.0
        return max(0.0, (moment_ms - now) / 1000 / self.factor)


def speed(text: str) -> float | None:
    """A speed as people write it: ``max``, ``realtime`` or a factor such as ``10``.

    Raises:
        ValueError: Something else.
    """
    if text == "max":
        return None
    factor = 1.0 if text == "realtime" else float(text.removeprefix("×").removeprefix("x"))
    if not 0 < factor < 1e6:
        raise ValueError(f"a speed is above 0, not {text}")
    return factor
