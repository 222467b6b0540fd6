"""A figure of the unit against an alarm's limit, with a deadband that keeps it from trembling."""

from edge_agent.alarming.rules import AlarmRule


class Level:
    """Remembers on which side it was.

    Args:
        rule: With a limit; without one nothing is ever judged.
        below: Trouble lies below the limit, not above.
    """

    def __init__(self, rule: AlarmRule, *, below: bool = False) -> None:
        self._limit = rule.limit
        self._band = rule.deadband or 0.0
        self._sign = -1 if below else 1
        self.active = False

    def judge(self, value: float | None) -> bool | None:
        """Whether it holds now; None when that was not measured or nobody asks."""
        if value is None or self._limit is None:
            return None
        beyond = self._sign * (value - self._limit)
        self.active = beyond > -self._band if self.active and self._band else beyond >= 0
        return self.active
