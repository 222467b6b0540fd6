"""How long to wait before the next try: doubling, capped, jittered, so that nothing hammers.

The jitter matters most where many share what failed: a city of units that lost one broker must not
come back in step.
"""

import random
from dataclasses import dataclass, field


@dataclass
class Backoff:
    """Growing delays.

    With the defaults the first minute holds at most five tries, whatever the dice say, and no
    delay exceeds a minute.

    Attributes:
        rng: Injected dice; seed it and the delays repeat.
        first_s: The first delay before jitter.
        cap_s: No delay is longer.
        jitter: Share of a delay that the dice may take away.
    """

    rng: random.Random
    first_s: float = 1.6
    cap_s: float = 60.0
    jitter: float = 0.25
    tries: int = field(default=0, init=False)

    def next(self) -> float:
        """Seconds to wait before the next try."""
        # The exponent is bounded because 2.0**1100 overflows after a month of a dead device.
        whole = min(self.cap_s, self.first_s * 2.0 ** min(self.tries, 32))
        self.tries += 1
        return whole * (1 - self.jitter * self.rng.random())

    def reset(self) -> None:
        """It held long enough: start over."""
        self.tries = 0
