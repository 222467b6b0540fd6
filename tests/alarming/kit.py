"""Moments, words and books for the tests of alarms."""

from collections.abc import Sequence

from edge_agent.alarming.alarm import Change
from edge_agent.alarming.book import AlarmBook
from edge_agent.alarming.rules import AlarmRule, Rules
from edge_agent.clock import Stamp
from edge_agent.device.readings import ConditionReading, Severity

NS = 1_000_000_000
T = 1_790_000_000_000
HOUR = 3600


def at(seconds: float, *, boot: float = 0) -> Stamp:
    """``boot``: when the monotonic clock of this run began."""
    return Stamp(T + round(seconds * 1000), round((seconds - boot) * NS))


def said(
    seconds: float,
    code: str,
    *,
    on: bool,
    text: str = "",
    severity: Severity = "warning",
    boot: float = 0,
) -> ConditionReading:
    return ConditionReading(at(seconds, boot=boot), code, on, severity, text)


def states(changes: Sequence[Change]) -> list[tuple[str, str]]:
    return [(change.code, change.state) for change in changes]


def plain(**rules: AlarmRule) -> AlarmBook:
    """A book in which ``lamp``, ``mains`` and ``ups`` follow the given rules."""
    return AlarmBook(Rules({name.replace("_", "-"): rule for name, rule in rules.items()}))


def raised(book: AlarmBook) -> list[str]:
    return [alarm.name for alarm in book.alarms() if alarm.state == "raised"]
