"""Truth: what really happened, one JSON object a line, in the order of time.

Every line has ``t`` (UTC, ms) and ``what``. README.md lists the kinds and their fields.
"""

import json
from typing import Any

TruthEvent = dict[str, Any]


def line(event: TruthEvent) -> str:
    """One line of a truth file, without its newline; the same bytes for the same event."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False)
