"""Where a report's events come from: a unit's history, a centre's database, or lines of JSON."""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edge_agent.contract.envelope import Event
from edge_agent.contract.events import EVENTS
from edge_agent.errors import EdgeError
from edge_agent.report.period import Period

_TYPES: dict[str, type[Event]] = {kind.stream: kind for kind in EVENTS}
STREAMS = ("agg", "violation", "evidence", "incident", "alarm", "dev", "loss")
"""Streams that a report tells of; none of them follows a vehicle."""

LASTING = ("alarm", "dev")
"""Of these, what was said before the period still holds in it."""


class ReportError(EdgeError):
    """A report cannot be made."""


@dataclass(slots=True)
class Doubts:
    """What of the source could not be used.

    Attributes:
        broken: Lines that are no events.
        twice: Events that came again.
        test: Events of test mode, which enter no statistics.
        torn: Files that end in the middle.
    """

    broken: int = 0
    twice: int = 0
    test: int = 0
    torn: list[Path] = field(default_factory=list)


def events(
    lines: Iterable[bytes | str], period: Period, doubts: Doubts, *, test: bool = False
) -> Iterator[Event]:
    """Each event of the period once.

    Args:
        lines: One JSON object each: an event, or a centre's line with the event in it.
        period: Others are passed over.
        doubts: Takes what was passed over for another reason.
        test: Take events of test mode too.
    """
    seen: set[str] = set()
    for line in lines:
        if not line.strip():
            continue
        try:
            told: dict[str, Any] = json.loads(line)
            told = told.get("event", told)
            kind = _TYPES.get(str(told["st"]))
            if kind is None or not _is_wanted(kind.stream, told["t"], period):
                continue
            event = kind.model_validate(told)
        except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
            doubts.broken += 1
            continue
        if event.id in seen:
            doubts.twice += 1
        elif event.test and not test:
            doubts.test += 1
        else:
            seen.add(event.id)
            yield event


def lines_of(path: Path) -> Iterator[bytes]:
    """Lines of a file of events, compressed or not.

    Raises:
        ReportError: It cannot be read.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield from file
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror or error}") from error
    except EOFError as error:
        raise ReportError(f"{path}: it ends in the middle of its compressed part") from error


def _is_wanted(stream: str, t_ms: int, period: Period) -> bool:
    begin = 0 if stream in LASTING else period.from_ms
    return stream in STREAMS and begin <= t_ms < period.to_ms
