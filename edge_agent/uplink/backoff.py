"""How long to wait before the next attempt: doubling, jittered, capped. Pure.

The jitter matters more than the doubling: a city of units that lost one broker must not come
back in step, because each mutual TLS handshake costs the broker milliseconds of a core.
"""

import random


class Backoff:
    """Pauses in seconds."""

    def __init__(self, cap_s: float, rng: random.Random, first_s: float = 0.5) -> None:
        self._cap_s = cap_s
        self._first_s = first_s
        self._rng = rng
        self._tries = 0

    def pause_s(self) -> float:
        """The next pause; longer each time until ``reset``, never beyond the cap."""
        full = min(self._cap_s, self._first_s * float(2 ** min(self._tries, 16)))
        self._tries += 1
        return self._rng.uniform(full / 2, full)

    def reset(self) -> None:
        self._tries = 0
