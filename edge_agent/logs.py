"""Logging of every process of ours: structlog on top, the libraries' stdlib logging routed in.

JSON lines for journald and files, coloured words on a terminal; always on stderr. Before a line is
written, secrets are taken out of it, bytes become a count, and a library that repeats itself is
held to a few lines a minute.
"""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any, Literal, TextIO

import structlog

from edge_agent.redact import Redactor

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["auto", "json", "pretty"]
Event = MutableMapping[str, Any]

LIBRARIES = ("paho", "pymodbus", "asyncio", "amqtt", "transitions")
"""Chatty ones: never below warning unless everything is asked for."""

BURST = 5
MINUTE_S = 60.0
_PRIORITY = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}


def configure(
    level: Level = "info",
    form: Format = "auto",
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> Redactor:
    """Set logging up for this process; calling it again replaces what was.

    Args:
        level: Least severity that is written.
        form: ``auto`` is pretty on a terminal and JSON elsewhere.
        secrets: Values that must never appear in a line.
        stream: Where lines go; stderr when left out.

    Returns:
        The redactor in use, to teach it secrets that come up later.
    """
    out = sys.stderr if stream is None else stream
    redactor = Redactor(secrets)
    pretty = out.isatty() if form == "auto" else form == "pretty"
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _redacted(redactor),
                *_renderers(pretty=pretty, journal=out is sys.stderr and _in_journal()),
            ],
        )
    )
    handler.addFilter(RateLimit(LIBRARIES))
    root = logging.getLogger()
    for former in [known for known in root.handlers if getattr(known, "ours", False)]:
        root.removeHandler(former)
    handler.ours = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in LIBRARIES:
        logging.getLogger(name).setLevel("DEBUG" if level == "debug" else "WARNING")
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    return redactor


def _in_journal() -> bool:
    """Whether stderr leads to journald, sd_journal(3)."""
    return bool(os.environ.get("JOURNAL_STREAM"))


def _redacted(redactor: Redactor) -> structlog.typing.Processor:
    def redact(_logger: Any, _method: str, event: Event) -> Event:
        clean: Event = redactor.value(dict(event))
        return clean

    return redact


def _renderers(*, pretty: bool, journal: bool) -> list[structlog.typing.Processor]:
    if pretty:
        return [structlog.dev.ConsoleRenderer(timestamp_key="at", pad_event_to=0)]
    render: list[structlog.typing.Processor] = [
        structlog.processors.EventRenamer("msg"),
        _in_reading_order,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    return [_priority(*render)] if journal else render


def _in_reading_order(_logger: Any, _method: str, event: Event) -> Event:
    """When, how bad, who, what; then the facts as they were given."""
    first = {key: event[key] for key in ("at", "level", "logger", "msg") if key in event}
    return first | dict(event)


def _priority(*render: structlog.typing.Processor) -> structlog.typing.Processor:
    """Severity as ``<N>`` at the start of a line: journald reads it and takes it off."""

    def line(logger: Any, method: str, event: Event) -> str:
        severity = _PRIORITY.get(str(event.get("level")), 6)
        result: Any = event
        for step in render:
            result = step(logger, method, result)
        return f"<{severity}>{result}"

    return line


@dataclass(slots=True)
class _Window:
    began: float
    passed: int = 0
    held: int = 0


class RateLimit(logging.Filter):
    """Lets BURST lines a minute of each message of a library pass, and tells how many it held.

    Our own lines pass always: the supervisor already says each thing once.
    """

    def __init__(self, libraries: Iterable[str], now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._libraries = frozenset(libraries)
        self._now = now
        self._windows: dict[tuple[str, str], _Window] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this record is written."""
        if record.name.partition(".")[0] not in self._libraries:
            return True
        now = self._now()
        key = (record.name, str(record.msg)[:80])
        window = self._windows.get(key)
        if window is None or now - window.began >= MINUTE_S:
            self._forget(now)
            held = 0 if window is None else window.held
            if held:
                record.msg = f"{record.getMessage()} [{held} more of these were held back]"
                record.args = ()
            window = self._windows[key] = _Window(now)
        if window.passed < BURST:
            window.passed += 1
            return True
        window.held += 1
        return False

    def _forget(self, now: float) -> None:
        """Drop windows nobody adds to any more: messages with numbers in them are all different."""
        if len(self._windows) > 200:  # noqa: PLR2004 - far more than a healthy hour has
            self._windows = {
                key: window
                for key, window in self._windows.items()
                if now - window.began < MINUTE_S
            }
