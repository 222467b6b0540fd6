"""The alarms of a run, kept for the next: shelves with who, why and until; since when what holds.

A small file, replaced whole. Without it, or with one that makes no sense, a run begins anew: no
alarm is lost by that, for devices say again what holds.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.alarming.alarm import Alarm, Shelf
from edge_agent.clock import Stamp
from edge_agent.device.readings import ConditionReading, Severity

FILE = "alarms.json"
_LARGEST = 1_000_000
_MOST = 2000
_ID = r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"
"""As the contract has ids: what is told of an alarm must fit there."""
_LAST_MS = 253_402_300_799_000
"""The year 9999: no calendar goes further."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Shelf(_Row):
    who: str = Field(max_length=80)
    why: str = Field(max_length=200)
    until_ms: int = Field(ge=0, le=_LAST_MS)


class _Alarm(_Row):
    about: str = Field(pattern=_ID)
    code: str = Field(pattern=_ID)
    on: bool
    since_ms: int = Field(ge=0, le=_LAST_MS)
    severity: Severity
    text: str = ""
    do: str = ""
    shelf: _Shelf | None = None


class _File(_Row):
    version: Literal[1] = 1
    alarms: list[_Alarm] = Field(max_length=_MOST)


def packed(alarms: Sequence[Alarm]) -> bytes:
    """All that the next run must know."""
    rows = [
        _Alarm(
            about=alarm.about,
            code=alarm.code,
            on=bool(alarm.on),
            since_ms=alarm.since.utc_ms,
            severity=alarm.reading.severity,
            text=alarm.reading.text,
            do=alarm.reading.do,
            shelf=None
            if alarm.shelf is None
            else _Shelf(who=alarm.shelf.who, why=alarm.shelf.why, until_ms=alarm.shelf.until_ms),
        )
        for alarm in alarms[:_MOST]
    ]
    return _File(alarms=rows).model_dump_json().encode()


def load(path: Path) -> tuple[list[Alarm], str]:
    """What was kept, and why it is nothing; no reason where all is well or nothing is there."""
    try:
        if path.stat().st_size > _LARGEST:
            return [], "too large"
        told = _File.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return [], ""
    except (OSError, ValidationError) as error:
        return [], str(error)[:200]
    return [_alarm(row) for row in told.alarms], ""


def _alarm(row: _Alarm) -> Alarm:
    since = Stamp(row.since_ms, 0)
    reading = ConditionReading(since, row.code, row.on, row.severity, row.text, row.do)
    kept = row.shelf
    shelf = None if kept is None else Shelf(kept.who, kept.why, kept.until_ms)
    return Alarm(row.about, reading, since, on=row.on, shelf=shelf)
