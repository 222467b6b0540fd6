"""After some wrong tries one must wait, each time twice as long."""

from collections import OrderedDict
from dataclasses import dataclass

FREE = 4
"""Wrong tries that cost nothing: people mistype."""
_REMEMBERED = 1000
_NS = 1_000_000_000


@dataclass(slots=True)
class _Tally:
    wrong: int = 0
    until_ns: int = 0


class Lockout:
    """Counts wrong tries by a key: an address, a name.

    Args:
        longest_s: Nobody waits longer. By name it must be short, or anybody could lock the
            owner out.
    """

    def __init__(self, longest_s: float) -> None:
        self._longest_s = longest_s
        self._tallies: OrderedDict[str, _Tally] = OrderedDict()

    def wait_s(self, key: str, now_ns: int) -> float:
        """Seconds until this key may try again; 0 when it may now.

        Args:
            key: Whose tries.
            now_ns: Monotonic.
        """
        tally = self._tallies.get(key)
        return max(0.0, (tally.until_ns - now_ns) / _NS) if tally else 0.0

    def wrong(self, key: str, now_ns: int) -> float:
        """Count a wrong try; the seconds that must be waited now."""
        tally = self._tallies.pop(key, None) or _Tally()
        self._tallies[key] = tally
        if len(self._tallies) > _REMEMBERED:
            self._tallies.popitem(last=False)
        tally.wrong += 1
        if tally.wrong <= FREE:
            return 0.0
        wait_s = min(self._longest_s, 2.0 ** min(tally.wrong - FREE, 20))
        tally.until_ns = now_ns + int(wait_s * _NS)
        return wait_s

    def right(self, key: str) -> None:
        """Forget what was wrong."""
        self._tallies.pop(key, None)
