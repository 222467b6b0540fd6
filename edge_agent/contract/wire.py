"""Bytes and back: compact JSON in a fixed order, and zlib'd NDJSON for several at once."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from edge_agent.contract.envelope import Event, Head

BULK_MAX_BYTES = 8 * 1024 * 1024
"""Largest unpacked bulk message a reader accepts; larger is hostile or broken."""

_HEAD = tuple(Head.model_fields)
_NUMBERED = ("st", "sq", "ep")
_LIVE = b'"q":"live"'
_OLD = b'"q":"old"'


def encode(message: Head, *, sq: int | None = None, ep: str | None = None) -> bytes:
    """The wire form. An Event needs its number and epoch, given here or already on it."""
    body = message.model_dump(mode="json", exclude_defaults=True)
    head: dict[str, Any] = {"v": message.v, "id": message.id, "u": message.u, "d": message.d}
    if isinstance(message, Event):
        head["st"] = message.stream
        head["sq"] = message.sq if sq is None else sq
        head["ep"] = message.ep if ep is None else ep
        if head["sq"] is None or head["ep"] is None:
            raise ValueError(f"{message.stream} event {message.id} has no number yet")
        for name in _NUMBERED:
            body.pop(name, None)
    head["t"], head["tq"], head["ts"], head["q"] = message.t, message.tq, message.ts, message.q
    if message.test:
        head["test"] = True
    for name in _HEAD:
        body.pop(name, None)
    return json.dumps(head | body, separators=(",", ":"), ensure_ascii=False).encode()


def as_old(payload: bytes) -> bytes:
    """The same event marked as backlog; a restamped one stays so."""
    return payload.replace(_LIVE, _OLD, 1)


def pack(payloads: Sequence[bytes]) -> bytes:
    """Several events of one stream as one bulk message."""
    return zlib.compress(b"\n".join(payloads), 6)


def unpack(message: bytes) -> list[bytes]:
    """Take a bulk message apart.

    Raises:
        ValueError: Not zlib, cut short, or larger than BULK_MAX_BYTES unpacked.
    """
    engine = zlib.decompressobj()
    try:
        data = engine.decompress(message, BULK_MAX_BYTES)
    except zlib.error as error:
        raise ValueError(f"bulk message is not zlib: {error}") from error
    if not engine.eof:
        raise ValueError("bulk message is cut short or too large")
    return [line for line in data.split(b"\n") if line]


def batches(payloads: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    """Group payloads, at most ``size`` each."""
    group: list[bytes] = []
    for payload in payloads:
        group.append(payload)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group
