"""This process's own log: JSON lines on stderr, as the agent writes them.

By the standard library alone: the agent's logging would cost a tenth of this process's memory.
"""

import json
import logging
from datetime import UTC, datetime

from edge_agent.redact import in_text

_QUIET = ("uvicorn", "asyncio")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "at": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "msg": in_text(text),
        }
        return json.dumps(line, ensure_ascii=False)


def configure() -> None:
    """Set up once."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
