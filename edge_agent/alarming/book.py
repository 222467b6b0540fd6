"""The alarms of a unit: conditions in, changes out. Pure state; the caller brings time."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from edge_agent.alarming.alarm import CHATTER, NS, QUIET_S, Alarm, Change, Shelf
from edge_agent.alarming.rules import DOWN, Rules
from edge_agent.clock import BUILD_EPOCH_MS, Stamp
from edge_agent.device.readings import ConditionReading

SETTLE_S = 15
"""When a cause is over, its consequences get so long to be over as well."""
LONGEST_SHELF_S = 7 * 86_400
UNHEARD_S = 900
"""What an earlier run had raised, and nobody says again for so long, is over."""
_LONGEST_MS = LONGEST_SHELF_S * 1000
_WHO_MAX, _WHY_MAX = 80, 200


class AlarmBook:
    """Every alarm that was ever spoken of since the start, and what an earlier run left.

    Args:
        rules: As shipped when left out.

    Attributes:
        chattered: How often something began to chatter.
        hushed: How often a consequence was kept quiet.
    """

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self._alarms: dict[tuple[str, str], Alarm] = {}
        self._down: set[str] = set()
        self._began_ns: int | None = None
        self.chattered = 0
        self.hushed = 0

    def hear(self, about: str, reading: ConditionReading) -> list[Change]:
        """Take a condition's word; what is to be told at once."""
        severity = self.rules.of(about, reading.code).severity
        if severity is not None:
            reading = replace(reading, severity=severity)
        key, now = (about, reading.code), reading.at
        alarm = self._alarms.get(key)
        if alarm is None:
            alarm = self._alarms[key] = Alarm(about, reading, now)
            self._schedule(alarm, first=True)
        elif not alarm.heard:
            self._heard_again(alarm, reading)
        elif alarm.reading.active != reading.active:
            alarm.reading = reading
            self._schedule(alarm)
        elif reading.active:
            # The same, in other words: kept for whoever is told next, with the time of the first.
            alarm.reading = replace(reading, at=alarm.reading.at)
        return list(self._due(now))

    def device(self, about: str, now: Stamp, *, up: bool) -> list[Change]:
        """A device is up or down; what is said of it may follow from that."""
        (self._down.discard if up else self._down.add)(about)
        return list(self._due(now))

    def tick(self, now: Stamp) -> list[Change]:
        """Delays that are over, shelves that have ended."""
        return list(self._due(now))

    def shelve(self, about: str, code: str, shelf: Shelf, now: Stamp) -> list[Change]:
        """Put an alarm away.

        Raises:
            KeyError: There is none.
            ValueError: For too long, without a reason, or without a name.
        """
        alarm = self._alarms[about, code]
        who, why = shelf.who.strip(), shelf.why.strip()
        if not 0 < len(who) <= _WHO_MAX or not 0 < len(why) <= _WHY_MAX:
            raise ValueError(f"shelving needs who (≤ {_WHO_MAX} letters) and why (≤ {_WHY_MAX})")
        if not 0 < shelf.until_ms - now.utc_ms <= _LONGEST_MS:
            raise ValueError(f"until when: later than now, within {LONGEST_SHELF_S // 86_400} days")
        alarm.shelf = Shelf(who, why, shelf.until_ms)
        return [alarm.tell(now)]

    def unshelve(self, about: str, code: str, now: Stamp) -> list[Change]:
        """Take it back.

        Raises:
            KeyError: It is not shelved.
        """
        alarm = self._alarms[about, code]
        if alarm.shelf is None:
            raise KeyError(code)
        alarm.shelf = None
        return [alarm.tell(now)]

    def restore(self, kept: Iterable[Alarm]) -> None:
        """Know what an earlier run knew; only into an empty book."""
        for alarm in kept:
            alarm.heard = False
            self._alarms[alarm.about, alarm.code] = alarm

    def alarms(self) -> list[Alarm]:
        """Those that hold or are shelved, the oldest first; not to be changed."""
        found = [alarm for alarm in self._alarms.values() if alarm.on or alarm.shelf is not None]
        return sorted(found, key=lambda alarm: (alarm.since.utc_ms, alarm.name))

    def _heard_again(self, alarm: Alarm, reading: ConditionReading) -> None:
        """The first word of what an earlier run knew: the same goes on, with its own beginning."""
        alarm.heard = True
        if bool(alarm.on) == reading.active:
            alarm.reading, alarm.due_ns = reading, None
        else:
            alarm.reading = reading
            self._schedule(alarm)

    def _schedule(self, alarm: Alarm, *, first: bool = False) -> None:
        now = alarm.reading.at.mono_ns
        rule = self.rules.of(alarm.about, alarm.code)
        if alarm.reading.active:
            alarm.came.append(now)
            if alarm.chatters(now) and len(alarm.came) == CHATTER:
                self.chattered += 1
            wait = rule.on_s
        else:
            # The first word of what does not hold clears what an earlier run may have left raised.
            quiet = QUIET_S if alarm.on and alarm.chatters(now) else 0
            wait = 0.0 if first else max(rule.off_s, quiet)
        alarm.due_ns = now + round(wait * NS)

    def _due(self, now: Stamp) -> Iterator[Change]:
        if self._began_ns is None:
            self._began_ns = now.mono_ns
        for alarm in self._alarms.values():
            at = self._move(alarm, now)
            if alarm.heard and alarm.on is not None and alarm.is_news:
                yield alarm.tell(at)

    def _move(self, alarm: Alarm, now: Stamp) -> Stamp:
        """Bring an alarm up to now; the moment of what is told of it."""
        at = now
        if alarm.shelf is not None:
            alarm.shelf = _still(alarm.shelf, now)
            alarm.heard = alarm.heard or alarm.shelf is None
        if not alarm.heard and self._is_forgotten(alarm, now):
            alarm.heard, alarm.due_ns = True, now.mono_ns
            alarm.reading = replace(alarm.reading, active=False, at=now)
        if alarm.due_ns is not None and alarm.due_ns <= now.mono_ns:
            alarm.due_ns = None
            if alarm.on != alarm.reading.active:
                alarm.on, alarm.since = alarm.reading.active, alarm.reading.at
                at = alarm.since
        if alarm.heard:
            self._find_cause(alarm, now)
        return at

    def _is_forgotten(self, alarm: Alarm, now: Stamp) -> bool:
        began = self._began_ns or 0
        return alarm.about not in self._down and now.mono_ns - began >= UNHEARD_S * NS

    def _find_cause(self, alarm: Alarm, now: Stamp) -> None:
        if not alarm.on:
            alarm.cause, alarm.free_ns = "", None
            return
        if alarm.told is not None and alarm.told[0] == "raised" and alarm.told[1]:
            return  # people know of it already
        cause = self._cause(alarm)
        if cause:
            self.hushed += not alarm.cause
            alarm.cause, alarm.free_ns = cause, None
        elif alarm.cause:
            alarm.free_ns = alarm.free_ns or now.mono_ns + SETTLE_S * NS
            if now.mono_ns >= alarm.free_ns:
                alarm.cause, alarm.free_ns = "", None

    def _cause(self, alarm: Alarm) -> str:
        """Name of an alarm that holds and explains this one; empty where there is none."""
        wanted = self.rules.of(alarm.about, alarm.code).cause
        device, _, code = wanted.rpartition("/")
        if code == DOWN:
            about = device or alarm.about
            return f"{about}/{DOWN}" if about in self._down else ""
        for other in self._alarms.values() if wanted else ():
            here = device in ("*", other.about) or (not device and other.about == alarm.about)
            holds = here and other.code == code and other.reading.active
            if holds and self._explains(other, alarm):
                return other.name
        return ""

    def _explains(self, cause: Alarm, alarm: Alarm) -> bool:
        """Not itself, and not by way of a circle: in one of those nobody would be told anything."""
        seen = {alarm.name}
        step: Alarm | None = cause
        while step is not None:
            if step.name in seen:
                return False
            seen.add(step.name)
            device, _, code = self.rules.of(step.about, step.code).cause.rpartition("/")
            step = self._alarms.get((device or step.about, code)) if code != DOWN else None
        return True


def _still(shelf: Shelf, now: Stamp) -> Shelf | None:
    """What is left of it. A clock that was set back makes no shelf of years out of one of days."""
    if now.utc_ms < BUILD_EPOCH_MS:
        return shelf  # the clock is not set yet: nobody knows
    if now.utc_ms >= shelf.until_ms:
        return None
    return replace(shelf, until_ms=min(shelf.until_ms, now.utc_ms + _LONGEST_MS))
