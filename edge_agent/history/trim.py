"""What of an event may be remembered: no plate and no tag in clear, and no passage at all."""

import json
from typing import Any

STREAMS = frozenset({"agg", "violation", "evidence", "incident", "alarm", "dev", "loss"})
"""Streams that are remembered."""

_PLAIN = frozenset({"agg", "evidence", "incident", "alarm", "dev", "loss"})
_SHOWN_HEAD, _SHOWN_TAIL = 3, 2


def masked(text: str) -> str:
    """A text that its owner recognises and nobody else can look up: ``30A•••45``."""
    if len(text) <= _SHOWN_HEAD + _SHOWN_TAIL:
        return "•••"
    return f"{text[:_SHOWN_HEAD]}•••{text[-_SHOWN_TAIL:]}"


def masked_event(event: dict[str, Any]) -> dict[str, Any]:
    """The event with plate and tag masked; sealed texts and other candidates are left out."""
    changed = dict(event)
    for part, text in (("plate", "t"), ("tag", "epc")):
        value = event.get(part)
        if isinstance(value, dict):
            kept = {name: each for name, each in value.items() if name not in ("x", "c", text)}
            if isinstance(value.get(text), str):
                kept[text] = masked(value[text])
            changed[part] = kept
    return changed


def remembered(stream: str, body: bytes) -> bytes | None:
    """One line for the history; None for what is not remembered."""
    if stream in _PLAIN:
        return body
    if stream not in STREAMS:
        return None
    line = json.dumps(masked_event(json.loads(body)), separators=(",", ":"), ensure_ascii=False)
    return line.encode()
