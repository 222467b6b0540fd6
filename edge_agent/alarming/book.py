"""The alarms of a unit: conditions in, changes out. Pure state; the caller brings time."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from edge_agent.alarming.rules import Rules
from edge_agent.clock import Stamp
from edge_agent.device.readings import ConditionReading

State = Literal["raised", "cleared", "shelved"]

_NS = 1_000_000_000
CHATTER = 5
CHATTER_S = 300
"""So many times in so long: it chatters, and stays raised until it has been quiet."""
QUIET_S = 120
SETTLE_S = 15
LONGEST_SHELF_S = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Shelf:
    """Somebody has put an alarm away for a while."""

    who: str
    why: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm is to be told anew.

    Attributes:
        since: When it came into this state, as the condition says, not as the delay has it.
        reading: What was last said of it.
    """

    about: str
    code: str
    state: State
    since: Stamp
    reading: ConditionReading


@dataclass(slots=True)
class _Alarm:
    about: str
    reading: ConditionReading
    since: Stamp
    due_ns: int | None = None
    told: State | None = None
    came: deque[int] = field(default_factory=deque)
    shelf: Shelf | None = None
    hushed: bool = False

    @property
    def holds(self) -> bool:
        return self.reading.active


class AlarmBook:
    """Every alarm that was ever spoken of since the start.

    Attributes:
        chattered: How often something began to chatter.
        hushed: How often a consequence was kept quiet.
    """

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()
        self._alarms: dict[tuple[str, str], _Alarm] = {}
        self.chattered = 0
        self.hushed = 0

    def hear(self, about: str, reading: ConditionReading) -> list[Change]:
        """Take a condition's word; what is to be told at once."""
        key = about, reading.code
        severity = self._rules.of(reading.code).severity
        if severity is not None:
            reading = replace(reading, severity=severity)
        alarm = self._alarms.get(key)
        if alarm is None:
            alarm = self._alarms[key] = _Alarm(about, reading, reading.at)
            self._schedule(alarm, fresh=True)
        elif alarm.holds != reading.active:
            alarm.reading, alarm.since = reading, reading.at
            self._schedule(alarm)
        elif reading.active:
            # The same, in other words: kept for whoever is told next.
            alarm.reading = reading
        return list(self._due(reading.at.mono_ns, reading.at.utc_ms))

    def tick(self, now: Stamp) -> list[Change]:
        """Delays that are over, shelves that have ended."""
        return list(self._due(now.mono_ns, now.utc_ms))

    def shelve(self, about: str, code: str, shelf: Shelf, now: Stamp) -> list[Change]:
        """Put an alarm away.

        Raises:
            KeyError: There is none.
            ValueError: For too long, without a reason, or without a name.
        """
        alarm = self._alarms[about, code]
        if not shelf.who.strip() or not shelf.why.strip():
            raise ValueError("shelving needs who and why")
        if not now.utc_ms < shelf.until_ms <= now.utc_ms + LONGEST_SHELF_S * 1000:
            raise ValueError(f"until when: later than now, within {LONGEST_SHELF_S // 86_400} days")
        alarm.shelf = shelf
        return [self._tell(alarm, "shelved")]

    def unshelve(self, about: str, code: str) -> list[Change]:
        """Take it back.

        Raises:
            KeyError: It is not shelved.
        """
        alarm = self._alarms[about, code]
        if alarm.shelf is None:
            raise KeyError(code)
        alarm.shelf = None
        return [self._tell(alarm, "raised" if alarm.holds else "cleared")]

    def shelf(self, about: str, code: str) -> Shelf | None:
        """Who put it away, and why; None when nobody did."""
        alarm = self._alarms.get((about, code))
        return None if alarm is None else alarm.shelf

    def raised(self) -> list[Change]:
        """What is raised now, the oldest first."""
        found = [alarm for alarm in self._alarms.values() if alarm.told == "raised"]
        found.sort(key=lambda alarm: alarm.since.mono_ns)
        return [_change(alarm, "raised") for alarm in found]

    def _schedule(self, alarm: _Alarm, *, fresh: bool = False) -> None:
        now = alarm.reading.at.mono_ns
        rule = self._rules.of(alarm.reading.code)
        if not alarm.holds:
            # The first word of what does not hold clears what an earlier run may have left raised.
            wait = 0.0 if fresh else max(rule.off_s, QUIET_S if self._chatters(alarm, now) else 0)
            alarm.due_ns = now + round(wait * _NS)
            return
        alarm.came.append(now)
        if len(alarm.came) == CHATTER and self._chatters(alarm, now):
            self.chattered += 1
        alarm.due_ns = now + round(rule.on_s * _NS)

    def _due(self, mono_ns: int, utc_ms: int) -> Iterator[Change]:
        for alarm in self._alarms.values():
            if alarm.shelf is not None:
                if utc_ms < alarm.shelf.until_ms:
                    continue
                alarm.shelf = None
                yield self._tell(alarm, "raised" if alarm.holds else "cleared")
                continue
            wanted: State = "raised" if alarm.holds else "cleared"
            if alarm.due_ns is None:
                continue
            if alarm.told == wanted:
                alarm.due_ns = None
            elif wanted == "raised" and self._is_consequence(alarm):
                self.hushed += not alarm.hushed
                alarm.hushed = True
                # When its cause is over, it gets a moment to be over as well.
                alarm.due_ns = max(alarm.due_ns, mono_ns + SETTLE_S * _NS)
            elif alarm.due_ns <= mono_ns:
                yield self._tell(alarm, wanted)

    def _is_consequence(self, alarm: _Alarm) -> bool:
        cause = self._rules.of(alarm.reading.code).cause
        other = self._alarms.get((alarm.about, cause)) if cause else None
        return other is not None and other.holds

    def _tell(self, alarm: _Alarm, state: State) -> Change:
        alarm.told, alarm.due_ns, alarm.hushed = state, None, False
        return _change(alarm, state)

    @staticmethod
    def _chatters(alarm: _Alarm, now_ns: int) -> bool:
        while alarm.came and alarm.came[0] < now_ns - CHATTER_S * _NS:
            alarm.came.popleft()
        return len(alarm.came) >= CHATTER


def _change(alarm: _Alarm, state: State) -> Change:
    reading = alarm.reading
    if alarm.shelf is not None:
        words = f"shelved by {alarm.shelf.who}: {alarm.shelf.why}"
        reading = replace(reading, text=words[:200])
    elif state == "raised" and len(alarm.came) >= CHATTER:
        words = f"{reading.text} (came {len(alarm.came)} times in {CHATTER_S // 60} min)"
        reading = replace(reading, text=words.strip()[:200])
    return Change(alarm.about, reading.code, state, alarm.since, reading)
