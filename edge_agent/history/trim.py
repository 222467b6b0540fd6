"""What of an event may be remembered: no plate and no tag in clear, and no passage at all."""

import json
from collections.abc import Callable
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
    """For people to look at: plate and tag masked, other candidates and sealed texts left out."""
    return _changed(event, masked)


def _changed(event: dict[str, Any], mask: Callable[[str], str] | None) -> dict[str, Any]:
    changed = dict(event)
    for part, text in (("plate", "t"), ("tag", "epc")):
        value = event.get(part)
        if isinstance(value, dict):
            kept = {name: each for name, each in value.items() if name not in ("x", "c", text)}
            if mask is not None and isinstance(value.get(text), str):
                kept[text] = mask(value[text])
            changed[part] = kept
    return changed


def remembered(stream: str, body: bytes) -> bytes | None:
    """One line for the history, an event of the contract still; None for what is not remembered."""
    if stream in _PLAIN:
        return body
    if stream not in STREAMS:
        return None
    event = _changed(json.loads(body), None)
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
