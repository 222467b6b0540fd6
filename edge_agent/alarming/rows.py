"""The alarms as people are shown them: one plain table for the command line and the page."""

from collections.abc import Sequence
from typing import Any

from edge_agent.alarming.alarm import CHATTER, Alarm
from edge_agent.alarming.book import AlarmBook
from edge_agent.alarming.rules import shipped
from edge_agent.clock import Stamp

_RANK = {"critical": 0, "warning": 1, "info": 2}


def table(book: AlarmBook, now: Stamp) -> dict[str, Any]:
    """Every alarm that holds or is shelved, the worst first, and how many there are of each."""
    alarms = sorted(book.alarms(), key=lambda alarm: _RANK[alarm.reading.severity])
    return {
        "now_ms": now.utc_ms,
        "alarms": [_row(alarm, now) for alarm in alarms],
        "counts": counts(alarms) | {"chattered": book.chattered, "hushed": book.hushed},
    }


def counts(alarms: Sequence[Alarm]) -> dict[str, int]:
    """``raised``, ``shelved`` by somebody, ``following`` from another alarm."""
    shelved = sum(alarm.shelf is not None for alarm in alarms)
    raised = sum(alarm.state == "raised" for alarm in alarms)
    return {"raised": raised, "shelved": shelved, "following": len(alarms) - shelved - raised}


def _row(alarm: Alarm, now: Stamp) -> dict[str, Any]:
    usual, reading, shelf = shipped(alarm.code), alarm.reading, alarm.shelf
    alarm.chatters(now.mono_ns)
    return {
        "id": alarm.name,
        "device": alarm.about,
        "code": alarm.code,
        "state": alarm.state,
        "on": bool(alarm.on),
        "severity": reading.severity,
        "since_ms": alarm.since.utc_ms,
        "name": None if usual is None else usual.name.model_dump(),
        "text": reading.text,
        # What the device says to do is more exact than what is shipped.
        "do": {
            "en": reading.do or (usual.do.en if usual else ""),
            "vi": usual.do.vi if usual else "",
        },
        "shelf": None
        if shelf is None
        else {"who": shelf.who, "why": shelf.why, "until_ms": shelf.until_ms},
        "cause": alarm.cause if shelf is None else "",
        "times": len(alarm.came),
        "chatters": len(alarm.came) >= CHATTER,
        # False: an earlier run knew of it, and nobody has said it again yet.
        "heard": alarm.heard,
    }
