"""Conditions that are told when they change, and moments that fade after a while."""

from typing import NamedTuple

from edge_agent.clock import Stamp
from edge_agent.device.readings import ConditionReading, Severity


class Notice(NamedTuple):
    """What a condition is about; ``text`` and ``do`` as in ConditionReading."""

    code: str
    severity: Severity
    text: str
    do: str = ""


class Notices:
    """Remembers what was told of one device, so that only news are told.

    Args:
        fade_s: A moment (something lost, a restart) counts as over so long after the last one.
        moments: Their codes; an earlier run may have left any of them raised, so the first
            ``due`` takes them back.
    """

    def __init__(self, fade_s: float = 600.0, moments: tuple[str, ...] = ()) -> None:
        self._fade_ns = round(fade_s * 1e9)
        self._told: dict[str, bool] = {}
        self._until = dict.fromkeys(moments, 0)

    def state(self, notice: Notice, at: Stamp, *, active: bool) -> list[ConditionReading]:
        """A condition that holds or not; the first word is told too, for an older alarm."""
        if self._told.get(notice.code) is active:
            return []
        self._told[notice.code] = active
        return [_reading(notice, at, active)]

    def moment(self, notice: Notice, at: Stamp) -> list[ConditionReading]:
        """Something happened just now; each is told, ``due`` takes the last one back."""
        self._until[notice.code] = at.mono_ns + self._fade_ns
        return [_reading(notice, at, active=True)]

    def due(self, at: Stamp) -> list[ConditionReading]:
        """Moments that have faded."""
        over = [code for code, until_ns in self._until.items() if at.mono_ns >= until_ns]
        for code in over:
            del self._until[code]
        return [ConditionReading(at, code, False) for code in over]


def _reading(notice: Notice, at: Stamp, active: bool) -> ConditionReading:
    text = notice.text[:200]
    return ConditionReading(at, notice.code, active, notice.severity, text, notice.do)
