"""One value, one sequence of bytes: what is hashed and signed must not depend on who wrote it."""

import hashlib
import json
from typing import Any


def encode(value: Any) -> bytes:
    """JSON without spaces, keys sorted, UTF-8, integers only (RFC 8785 for such values).

    Raises:
        TypeError: A float is in it: its text differs from one writer to the next.
    """
    _refuse_floats(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def digest(data: bytes) -> str:
    """SHA-256 (FIPS 180-4), lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _refuse_floats(value: Any) -> None:
    match value:
        case float():
            raise TypeError(f"{value!r}: evidence holds integers, not floats")
        case dict():
            for inner in value.values():
                _refuse_floats(inner)
        case list() | tuple():
            for inner in value:
                _refuse_floats(inner)
