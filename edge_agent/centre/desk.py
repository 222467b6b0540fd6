"""When a receipt is owed: soon after a commit, never too often, at once after a birth. Pure."""

from edge_agent.centre.register import Home

INTERVAL_S = 0.2
"""Least distance between two receipts of one unit and epoch; each covers all before it."""


class ReceiptDesk:
    """Coalesces the receipts that units are owed. Times are monotonic seconds."""

    def __init__(self, interval_s: float = INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._sent: dict[Home, float] = {}
        self._due: dict[Home, float] = {}

    def owe(self, home: Home, now: float) -> None:
        """Something of this unit was stored: at once if the last receipt is old enough."""
        last = self._sent.get(home)
        due = now if last is None else max(now, last + self._interval_s)
        self._due[home] = min(due, self._due.get(home, due))

    def hurry(self, home: Home, now: float) -> None:
        """The unit was (re)born and does not know what we have."""
        self._due[home] = now

    def ready(self, now: float) -> list[Home]:
        """Whose receipt must go now; they count as sent."""
        homes = [home for home, due in self._due.items() if due <= now]
        for home in homes:
            del self._due[home]
            self._sent[home] = now
        return homes

    def wait_s(self, now: float, longest: float) -> float:
        """Seconds until the next receipt, at most ``longest``."""
        return max(0.0, min([longest, *(due - now for due in self._due.values())]))
