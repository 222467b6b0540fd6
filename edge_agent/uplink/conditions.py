"""What the uplink has to complain of; the agent makes alarms of it."""

from collections.abc import Callable
from dataclasses import dataclass

from edge_agent.contract.events import Severity


@dataclass(frozen=True, slots=True)
class Condition:
    """A state of the uplink that somebody must know of, or its end.

    Attributes:
        code: Id of the alarm, e.g. ``duplicate-identity``.
        active: False when it is over.
        severity: As in the contract.
        text: What was seen; never a secret.
        do: What to do about it.
    """

    code: str
    active: bool
    severity: Severity
    text: str
    do: str


class Conditions:
    """Tells each condition once when it comes and once when it goes."""

    def __init__(self, tell: Callable[[Condition], None]) -> None:
        self._tell = tell
        self._active: dict[str, Condition] = {}

    def set(self, code: str, severity: Severity, text: str, do: str) -> None:
        """Raise it; told again only when the text has changed."""
        condition = Condition(code, True, severity, text[:200], do[:200])
        if self._active.get(code) != condition:
            self._active[code] = condition
            self._tell(condition)

    def clear(self, code: str) -> None:
        condition = self._active.pop(code, None)
        if condition is not None:
            self._tell(Condition(code, False, condition.severity, "", ""))

    def __contains__(self, code: str) -> bool:
        return code in self._active
